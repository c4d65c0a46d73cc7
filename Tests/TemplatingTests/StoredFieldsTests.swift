// What a page struct stores can be shown without saying it again.
import Templating
import Testing

private struct Line: TemplateData {
    let label: String
}

private struct Record {
    let password = "secret"
}

private struct Page: TemplateData {
    let heading = "One & two"
    let subheading: String? = nil
    let itemCount = 3
    let isOpen = true
    let drawing: Markup = Markup(html: "<svg/>")
    let first = Line(label: "first")
    let last: Line? = Line(label: "last")
    let lines = [Line(label: "a"), Line(label: "b")]
    let tags = ["x", "y"]
    let record = Record()
    let version = "stored"

    static let fields = Fields<Page> {
        Text("password_length") { String($0.record.password.count) }
        Text("version") { _ in "declared" }
    }
}

@Suite("Stored fields")
struct StoredFieldsTests {
    @Test("A page shows what it stores: texts, numbers, flags, markup, parts and lists, by their names")
    func stored() throws {
        #expect(try render("{{heading}}{{#subheading}}no{{/subheading}} {{item_count}}", Page()) == "One &amp; two 3")
        #expect(try render("{{#is_open}}open{{/is_open}}{{{drawing}}}", Page()) == "open<svg/>")
        #expect(try render("{{first.label}} {{last.label}} {{#last}}{{label}}{{/last}}", Page()) == "first last last")
        #expect(try render("{{#lines}}{{label}},{{/lines}}{{#tags}}{{.}}{{/tags}}", Page()) == "a,b,xy")
    }

    @Test("A record that a page holds is out of reach, but for what the page declares of it")
    func records() throws {
        #expect(try render("{{password_length}}", Page()) == "6")
        #expect(throws: (any Error).self) { try render("{{record}}", Page()) }
        #expect(throws: (any Error).self) { try render("{{record.password}}", Page()) }
    }

    @Test("A declaration goes before a stored property of the same name")
    func declared() throws {
        #expect(try render("{{version}}", Page()) == "declared")
    }
}
