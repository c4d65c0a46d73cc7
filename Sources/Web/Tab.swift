// A tab of Client account settings: the menu follows from the features' tabs, and shows what somebody's rights lead to.

package import Database

package struct Tab: Sendable {
    package let order: Int
    /// Key of its words, which the page's `h1` repeats.
    package let label: String
    package let path: String
    package let right: Right
    /// The path of the tab that this is a sub-tab of.
    package let parent: String?
    /// A further path whose pages belong to this tab.
    package let pagesBelow: String?
    /// Key of the words above the part of the menu that it belongs to; nil: the first, which has none.
    package let group: String?
    /// How many of its things wait for somebody, counted for the account `a` in the query that every page makes anyway, or, of the
    /// operator's console, for all of them; nil: nothing is.
    package let waiting: SQL?
    /// It lists changes, narrowed by the path of a tab as `tab` of its query: pages lead there.
    package let isChangeLog: Bool
    /// Of the operator's console: what is done on it stands in the accounts' change logs.
    package let changesAccounts: Bool

    package init(
        order: Int, label: String, path: String, right: Right, parent: String? = nil, pagesBelow: String? = nil, group: String? = nil,
        waiting: SQL? = nil, isChangeLog: Bool = false, changesAccounts: Bool = false
    ) {
        self.order = order
        self.label = label
        self.path = path
        self.right = right
        self.parent = parent
        self.pagesBelow = pagesBelow
        self.group = group
        self.waiting = waiting
        self.isChangeLog = isChangeLog
        self.changesAccounts = changesAccounts
    }

    /// Of the operator's console, for staff of the platform whatever account they look into.
    package init(order: Int, label: String, operatorPath: String, waiting: SQL? = nil, changesAccounts: Bool = false) {
        self.init(
            order: order, label: label, path: operatorPath, right: .operatorConsole, waiting: waiting, changesAccounts: changesAccounts)
    }

    /// Of the platform, whatever account is open.
    var isOfPlatform: Bool { right == .operatorConsole }
}
