// What stands around every page: header, tabs, flash, the form token. The outer context of all templates.

import Spelling
package import Templating

package struct Frame: TemplateData {
    package struct TabView: TemplateData {
        let label: String
        let href: String
        var isCurrent: Bool
        var isOpen: Bool
        /// Of the part of the menu that begins here; empty within one.
        let group: String
        /// How many of its things wait; empty: none.
        let count: String
        var children: [ChildTabView]

        package static let fields = Fields<TabView> {
            Flag("current") { $0.isCurrent }
            Flag("open") { $0.isOpen }
        }
    }

    package struct ChildTabView: TemplateData {
        let label: String
        let href: String
        let isCurrent: Bool

        package static let fields = Fields<ChildTabView> {
            Flag("current") { $0.isCurrent }
        }
    }

    /// What waits for somebody, and where.
    package struct AttentionView: TemplateData {
        let label: String
        let href: String
        let count: String
    }

    /// A step of the way up from a page below a tab.
    package struct Step: TemplateData {
        let label: String
        let href: String
    }

    var language = ""
    var theme = "system"
    var title = ""
    var csrf = ""
    var accountName = ""
    var logoURL = ""
    var userName = ""
    var userInitials = ""
    var isOperator = false
    /// Staff of the platform is in somebody's account.
    var isVisiting = false
    var isVisitingSuspended = false
    var hasSettings = false
    var section = ""
    var tabs: [TabView] = []
    var attention: AttentionView?
    var up: [Step] = []
    var flash: Flash?
    var heading = ""
    var lead = ""
    var version = ""

    package static let fields = Fields<Frame> {
        Flag("has_up") { !$0.up.isEmpty }
    }
}

/// What a page says of itself to the frame.
package struct PageHead: Sendable {
    package let heading: String
    package let lead: String
    package let section: String?
    package let up: [(label: String, href: String)]
    package let title: String

    /// - Parameters:
    ///   - heading: the page's one `h1`, also its title.
    ///   - lead: a sentence that says what the page is for.
    ///   - section: the product's part in the header; Client account settings when nil.
    ///   - up: the way up from a page below a tab, the tab first.
    ///   - title: what the browser's tab and history say, where that is more than the heading: it names the thing.
    package init(
        _ heading: String, lead: String = "", section: String? = nil, up: [(label: String, href: String)] = [], title: String? = nil
    ) {
        self.heading = heading
        self.lead = lead
        self.section = section
        self.up = up
        self.title = title ?? heading
    }
}

/// A page's template in every language, checked against its struct when it is made, which is at the start.
package struct PageTemplate<Page: TemplateData>: Sendable {
    private let byLanguage: [Language: FramedTemplate<Frame, Page>]

    init(_ byLanguage: [Language: FramedTemplate<Frame, Page>]) { self.byLanguage = byLanguage }

    func render(_ page: Page, in frame: Frame, language: Language) throws -> [UInt8] {
        guard let template = byLanguage[language] else { throw LocaleError("no template in \(language.rawValue)") }
        return template.render(page, in: frame)
    }
}
