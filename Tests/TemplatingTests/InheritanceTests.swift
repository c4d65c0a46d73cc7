// Layouts, as the product uses them: a page fills the blocks of a layout, perhaps through another one.
import Templating
import Testing

@Suite("Inheritance and partials")
struct InheritanceTests {
    private let layout = """
        <title>{{$title}}Hookswitch{{/title}}</title>
        <main>
          {{$content}}{{/content}}
        </main>

        """

    @Test("A page fills the blocks of its layout, and the rest keeps its own contents")
    func fillsBlocks() throws {
        let page = """
            {{<layouts/page}}
            {{$content}}
            <h1>{{title}}</h1>
            {{#rows}}
            <p>{{date}}</p>
            {{/rows}}
            {{/content}}
            {{/layouts/page}}
            """
        let expected = """
            <title>Hookswitch</title>
            <main>
              <h1>Deliveries</h1>
              <p>22 Nov</p>

            </main>

            """
        #expect(try render(page, DeliveriesPage(rows: [DeliveryRow()]), others: ["layouts/page": layout]) == expected)
    }

    @Test("A layout inside a layout's block may have a block of the same name")
    func nestedLayouts() throws {
        let others = ["outer": "<{{$content}}{{/content}}>", "panel": "[{{$content}}-{{/content}}]"]
        let panels = "{{<panel}}{{$content}}{{title}}{{/content}}{{/panel}}{{<panel}}{{/panel}}"
        let page = "{{<outer}}{{$content}}" + panels + "{{/content}}{{/outer}}"
        #expect(try render(page, DeliveriesPage(), others: others) == "<[Deliveries][-]>")
    }

    @Test("An override for a block that the layout has not, stops the start")
    func unknownBlock() {
        let page = "{{<layouts/page}}\n{{$contents}}x{{/contents}}{{/layouts/page}}"
        #expect(
            fault(page, others: ["layouts/page": layout])
                == "page:2: “layouts/page” has no block “contents”; did you mean “content”?")
    }

    @Test("A block may be overridden through a layout between")
    func throughLayouts() throws {
        let others = [
            "layouts/page": layout, "layouts/settings": "{{<layouts/page}}{{$content}}<nav/>{{$tab}}{{/tab}}{{/content}}{{/layouts/page}}",
        ]
        let page = "{{<layouts/settings}}{{$title}}T{{/title}}{{$tab}}{{count}}{{/tab}}{{/layouts/settings}}"
        let expected = "<title>T</title>\n<main>\n  <nav/>2\n</main>\n"
        #expect(try render(page, DeliveriesPage(), others: others) == expected)
    }

    @Test("A tag that would be lost between a parent's tags stops the start")
    func lostTag() {
        let page = "{{<layouts/page}}\n{{title}}{{/layouts/page}}"
        #expect(fault(page, others: ["layouts/page": layout])?.hasPrefix("page:2: {{title}} is lost") == true)
        let twice = "{{<layouts/page}}{{$title}}{{/title}}\n{{$title}}{{/title}}{{/layouts/page}}"
        #expect(fault(twice, others: ["layouts/page": layout]) == "page:2: {{$title}} was given already, on line 1")
    }

    @Test("A partial is compiled for the context that it stands in")
    func partialContext() throws {
        let others = ["name": "({{title}}{{#note}} {{.}}{{/note}})"]
        #expect(fault("{{>name}}", others: others)?.contains("no field “note”") == true)
        let page = DeliveriesPage(rows: [DeliveryRow(note: "n")])
        #expect(try render("{{#rows}}{{>name}}{{/rows}}", page, others: others) == "(Deliveries n)")
    }

    @Test("The lines of a value are not indented with the partial that shows it")
    func valuesKeepTheirLines() throws {
        let page = DeliveriesPage(title: "a\nb")
        #expect(try render("<pre>\n  {{>p}}\n</pre>", page, others: ["p": "x\n{{title}}\n"]) == "<pre>\n  x\n  a\nb\n</pre>")
    }
}
