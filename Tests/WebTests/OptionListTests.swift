// Long lists are markup that is written once: what is chosen stands in it as if each page had been written anew.

import Testing

@testable import Web

@Suite("Option lists")
struct OptionListTests {
    private let list = OptionList([("", "All"), ("a&b", "A < B"), ("call:end", "call:end")])

    @Test("The chosen one says so, and no other")
    func selection() {
        #expect(
            list.markup(selecting: "a&b") == """
                <option value="">All</option>
                <option value="a&amp;b" selected>A &lt; B</option>
                <option value="call:end">call:end</option>

                """)
        #expect(list.markup(selecting: "").hasPrefix(#"<option value="" selected>All"#))
        #expect(list.markup(selecting: "call:end").hasSuffix("selected>call:end</option>\n"))
    }

    @Test("What is not listed selects nothing")
    func unknown() {
        #expect(!list.markup(selecting: "call:END").contains("selected"))
    }
}
