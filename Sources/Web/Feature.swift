// What a feature gives to the product: its tab, routes, migrations and jobs. The menu, the rights, the route walk and the
// check of templates follow from these, so a feature that is in the list is whole.

package import Cron

package struct Feature: Sendable {
    package let name: String
    package let tabs: [Tab]
    package let routes: [Route]
    package let jobs: @Sendable () throws -> [Job]
    /// Called once, before the first job; what takes long goes on a thread of its own.
    package let onStart: @Sendable () throws -> Void

    package init(
        _ name: String, tabs: [Tab] = [], routes: [Route], jobs: @escaping @Sendable () throws -> [Job] = { [] },
        onStart: @escaping @Sendable () throws -> Void = {}
    ) {
        self.name = name
        self.tabs = tabs
        self.routes = routes
        self.jobs = jobs
        self.onStart = onStart
    }
}

/// A tab of Client account settings, or a sub-tab when `parent` names the path of one.
package struct Tab: Sendable {
    package let order: Int
    /// Key of its words, which the page's `h1` repeats.
    package let label: String
    package let path: String
    package let right: Right
    package let parent: String?
    /// A further path whose pages belong to this tab.
    package let pagesBelow: String?

    package init(order: Int, label: String, path: String, right: Right, parent: String? = nil, pagesBelow: String? = nil) {
        self.order = order
        self.label = label
        self.path = path
        self.right = right
        self.parent = parent
        self.pagesBelow = pagesBelow
    }
}
