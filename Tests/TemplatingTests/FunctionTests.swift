// Functions run when a template is compiled: translations and asset names cost a page nothing.
import Synchronization
import Templating
import Testing

@Suite("Compile-time functions")
struct FunctionTests {
    private struct UnknownKey: Error, CustomStringConvertible {
        let key: String
        var description: String { "there is no text “\(key)”" }
    }

    private static let translate: @Sendable (String) throws -> String = { key in
        switch key {
        case "title": "<em>Deliveries</em>"
        case "count": "{{count}} of {{title}}"
        case "wrong": "{{cuont}}"
        case "open": "{{#rows}}"
        case "button": "{{#t}}title{{/t}}!"
        case "loop": "{{#t}}loop{{/t}}"
        default: throw UnknownKey(key: key)
        }
    }

    private let functions = ["t": FunctionTests.translate, "asset": { @Sendable name in "/assets/\(name)?v=1" }]

    @Test("What a function gives is compiled in place, in the middle of a line, and not escaped")
    func inPlace() throws {
        let template =
            "<a href=\"{{#asset}}a.css{{/asset}}\">{{#t}}title{{/t}}</a> {{#t}}count{{/t}}\n"
            + "{{#rows}}{{#t}}count{{/t}};{{/rows}}"
        let expected = "<a href=\"/assets/a.css?v=1\"><em>Deliveries</em></a> 2 of A &amp; B\n2 of A &amp; B;"
        let page = DeliveriesPage(title: "A & B", rows: [DeliveryRow()])
        #expect(try render(template, page, functions: functions) == expected)
        #expect(try render("{{#t}}button{{/t}}\n", page, functions: functions) == "<em>Deliveries</em>!\n")
    }

    @Test("A function runs when compiling and never when rendering")
    func once() throws {
        final class Counter: Sendable { let calls = Atomic(0) }
        let counter = Counter()
        let count: @Sendable (String) throws -> String = { text in
            counter.calls.add(1, ordering: .relaxed)
            return text.uppercased()
        }
        let library = TemplateLibrary(sources: ["show": "{{#rows}}{{#up}}x{{/up}}{{/rows}}"], functions: ["up": count])
        let template = try CompiledTemplate<DeliveriesPage>("show", in: library)
        for _ in 0..<3 {
            #expect(template.render(DeliveriesPage(rows: [DeliveryRow(), DeliveryRow()])) == Array("XX".utf8))
        }
        #expect(counter.calls.load(ordering: .relaxed) == 1)
    }

    @Test(
        "A function that fails, or gives what does not fit, stops the start at the tag's line",
        arguments: [
            ("\n{{#t}}no.such{{/t}}", "page:2: {{#t}}no.such{{/t}}: there is no text “no.such”"),
            ("\n\n{{#t}}wrong{{/t}}", "page:3: there is no field “cuont” in DeliveriesPage; did you mean “count”?"),
            ("{{#t}}open{{/t}}{{/rows}}", "page:1: {{#rows}} is not closed"),
            ("{{#t}}loop{{/t}}", "page:1: {{#t}} calls itself without end"),
            ("\n{{#t}}title", "page:2: {{#t}} is not closed"),
            ("{{^t}}title{{/t}}", "page:1: {{^t}}: “t” is a function, which cannot be inverted"),
        ])
    func faults(_ template: String, _ message: String) {
        #expect(fault(template, functions: functions) == message)
    }

    @Test("A function's result goes into partials and blocks as well")
    func everywhere() throws {
        let others = ["layout": "{{$title}}{{#t}}title{{/t}}{{/title}}|{{>part}}", "part": "{{#t}}count{{/t}}"]
        let plain = try render("{{<layout}}{{/layout}}", DeliveriesPage(), others: others, functions: functions)
        #expect(plain == "<em>Deliveries</em>|2 of Deliveries")
        let page = "{{<layout}}{{$title}}{{#t}}button{{/t}}{{/title}}{{/layout}}"
        let overridden = try render(page, DeliveriesPage(), others: others, functions: functions)
        #expect(overridden == "<em>Deliveries</em>!|2 of Deliveries")
    }
}
