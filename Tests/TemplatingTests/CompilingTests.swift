// A template that does not fit its page stops the start, with the file, the line and the words that help.
import Templating
import Testing

@Suite("Compiling")
struct CompilingTests {
    @Test("An unknown field is named with its line, its type and the nearest name")
    func unknownField() {
        #expect(fault("a\n\n{{titel}}") == "page:3: there is no field “titel” in DeliveriesPage; did you mean “title”?")
        #expect(fault("{{zzzzzz}}") == "page:1: there is no field “zzzzzz” in DeliveriesPage")
        #expect(
            fault("{{#rows}}\n{{#failled}}x{{/failled}}\n{{/rows}}")
                == "page:2: there is no field “failled” in DeliveryRow or DeliveriesPage; did you mean “failed”?")
        #expect(fault("{{pager.nxt}}") == "page:1: there is no field “nxt” in Pager; did you mean “next”?")
        #expect(fault("{{^nothing}}x{{/nothing}}") == "page:1: there is no field “nothing” in DeliveriesPage")
        #expect(fault("{{.}}")?.hasPrefix("page:1: {{.}} is only for") == true)
    }

    @Test("A fault in a partial is told of the partial, at its own line")
    func faultInPartial() {
        let others = ["shared/row": "one\ntwo {{dat}}"]
        #expect(
            fault("{{#rows}}{{>shared/row}}{{/rows}}", others: others)
                == "shared/row:2: there is no field “dat” in DeliveryRow or DeliveriesPage; did you mean “date”?")
    }

    @Test(
        "A field is used as its kind allows",
        arguments: [
            ("{{rows}}", "“rows” is a list"),
            ("{{pager}}", "“pager” is a section"),
            ("{{svg}}", "“svg” is markup: write {{{svg}}}"),
            ("{{first.failed}}", "“first.failed” is a flag"),
            ("{{#svg}}x{{/svg}}", "“svg” is markup"),
            ("{{^count}}x{{/count}}", "“count” is a number"),
            ("{{{count}}}", "“count” is a number"),
            ("{{rows.date}}", "“rows.date”: a list has no fields"),
            ("{{title.size}}", "“title.size”: text has no fields"),
        ])
    func kinds(_ template: String, _ message: String) throws {
        #expect(try #require(fault(template)).hasPrefix("page:1: " + message))
    }

    @Test(
        "Tags that do not match are told with both lines",
        arguments: [
            ("a\n{{#rows}}x", "page:2: {{#rows}} is not closed"), ("x\n{{/rows}}", "page:2: {{/rows}} closes nothing"),
            ("{{#rows}}\n{{#note}}\n{{/rows}}{{/note}}", "page:3: {{/rows}} where {{/note}} should be: {{#note}} of line 2 is open"),
            ("a {{title", "page:1: a tag is opened and not closed"), ("{{ }}", "page:1: a tag has no name"),
            ("{{two words}}", "page:1: “two words” is not a name: a name has no spaces"), ("{{a..b}}", "page:1: “a..b” is not a name"),
            ("{{=x=}}", "page:1: delimiters are set as {{=<% %>=}}"),
        ])
    func tags(_ template: String, _ message: String) {
        #expect(fault(template) == message)
    }

    @Test("A missing partial, parent or page is told with the nearest name")
    func missing() {
        #expect(
            fault("\n{{>shared/rwo}}", others: ["shared/row": ""])
                == "page:2: there is no template “shared/rwo”; did you mean “shared/row”?")
        #expect(fault("{{<layout}}{{/layout}}") == "page:1: there is no template “layout”")
        #expect(throws: TemplateError(template: "nowhere", line: 0, message: "there is no template “nowhere”")) {
            try CompiledTemplate<DeliveriesPage>("nowhere", in: TemplateLibrary(sources: [:]))
        }
    }

    @Test("A template that includes itself stops the start, and does not hang it")
    func recursion() {
        #expect(fault("{{>page}}{{>page}}") == "page:1: “page” includes itself without end")
        #expect(fault("{{>a}}", others: ["a": "{{>b}}", "b": "\n{{>a}}"])?.hasSuffix("includes itself without end") == true)
    }

    @Test("A type may hold a list of itself")
    func recursiveType() throws {
        let tree = Branch(name: "a", branches: [Branch(name: "b", branches: [Branch(name: "c")]), Branch(name: "d")])
        let template = "{{name}}({{#branches}}{{name}}({{#branches}}{{name}}{{/branches}}){{/branches}})"
        #expect(try render(template, tree) == "a(b(c)d())")
    }

    @Test("A name that is declared twice stops the start")
    func repeated() {
        struct Twice: TemplateData {
            static let fields = Fields<Twice> {
                Text("a") { _ in "1" }
                Number("a") { _ in 2 }
            }
        }
        #expect(throws: TemplateError(template: "page", line: 0, message: "Twice declares “a” twice")) { try render("{{a}}", Twice()) }
    }
}
