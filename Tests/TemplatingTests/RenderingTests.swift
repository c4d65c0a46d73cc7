// What a page shows for what its struct holds.
import Foundation
import Templating
import Testing

@Suite("Rendering")
struct RenderingTests {
    @Test("Every field kind is shown as its declaration says")
    func kinds() throws {
        let row = DeliveryRow(note: "late", failed: true, attempts: [Attempt(status: 502, codes: ["a", "b"]), Attempt()])
        let page = DeliveriesPage(count: -7, pager: Pager(next: "/p2", page: 3), rows: [row, DeliveryRow()], tags: ["x", "y"])
        let template = """
            {{title}}|{{count}}|{{{svg}}}|{{&badge}}|{{#pager}}{{page}} {{next}}{{/pager}}|{{pager.page}}|{{first.note}}
            {{#rows}}
            {{date}}{{#failed}}!{{/failed}}{{^failed}}.{{/failed}}{{#note}} ({{.}}){{/note}}{{#attempts}} {{status}}[{{#codes}}{{.}},{{/codes}}]{{/attempts}}
            {{/rows}}
            {{#tags}}<{{.}}>{{/tags}}
            """
        let expected = """
            Deliveries|-7|<svg/>|<b>-7</b>|3 /p2|3|late
            22 Nov! (late) 502[a,b,] 500[]
            22 Nov.
            <x><y>
            """
        #expect(try render(template, page) == expected)
    }

    @Test("Nothing is shown for what is nil, empty or false, and its inverse is")
    func falsy() throws {
        let template = """
            {{#title}}T{{/title}}{{^title}}t{{/title}}{{#pager}}P{{/pager}}{{^pager}}p{{/pager}}\
            {{#rows}}R{{/rows}}{{^rows}}r{{/rows}}{{^pager.next}}n{{/pager.next}}{{pager.next}}{{^first.failed}}f{{/first.failed}}
            """
        #expect(try render(template, DeliveriesPage(title: "")) == "tprnf")
        let full = DeliveriesPage(pager: Pager(next: "x"), rows: [DeliveryRow(failed: true)])
        #expect(try render(template, full) == "TPRx")
        #expect(try render("{{#first.note}}{{.}}{{/first.note}}", DeliveriesPage(rows: [DeliveryRow(note: "a")])) == "a")
        #expect(try render("{{#first.note}}{{.}}{{/first.note}}", DeliveriesPage(rows: [DeliveryRow(note: "")])).isEmpty)
    }

    @Test("Names inside sections are looked up innermost first, then outward")
    func scopes() throws {
        let tried = DeliveryRow(attempts: [Attempt(status: 1), Attempt(status: 2)])
        let page = DeliveriesPage(rows: [tried, DeliveryRow(date: "23 Nov")])
        let attempts = "{{#attempts}}{{status}} {{date}} {{title}};{{/attempts}}{{^attempts}}{{date}} {{title}}.{{/attempts}}"
        let template = "{{#rows}}\(attempts){{/rows}}"
        #expect(try render(template, page) == "1 22 Nov Deliveries;2 22 Nov Deliveries;23 Nov Deliveries.")
    }

    @Test("The page's names hide the frame's, and the frame is seen from inside nested sections")
    func frames() throws {
        let library = TemplateLibrary(sources: ["show": "{{user}}:{{title}}{{#rows}} {{user}}/{{date}}{{/rows}}"])
        let template = try FramedTemplate<Frame, DeliveriesPage>("show", in: library)
        let bytes = template.render(DeliveriesPage(rows: [DeliveryRow()]), in: Frame(user: "B & co"))
        #expect(String(decoding: bytes, as: UTF8.self) == "B &amp; co:Deliveries B &amp; co/22 Nov")
    }

    @Test("All integers are plain digits", arguments: [0, 7, 10, 99, 100, -1, 1_234_567, Int.max, Int.min])
    func numbers(_ number: Int) throws {
        #expect(try render("{{count}}", DeliveriesPage(count: number)) == String(number))
    }

    @Test("A page of any size is whole, the first time and after")
    func sizes() throws {
        let library = TemplateLibrary(sources: ["show": "{{#rows}}{{date}}\n{{/rows}}"])
        let template = try CompiledTemplate<DeliveriesPage>("show", in: library)
        for count in [0, 1, 100, 2000, 60_000, 3] {
            let page = DeliveriesPage(rows: (0..<count).map { DeliveryRow(date: "<\($0)>") })
            let expected = (0..<count).map { "&lt;\($0)&gt;\n" }.joined()
            #expect(template.render(page) == Array(expected.utf8), "\(count) rows")
        }
    }

    @Test("One template renders on many threads at once, each its own page")
    func threads() async throws {
        let library = TemplateLibrary(sources: ["show": "{{#rows}}{{date}},{{/rows}}"])
        let template = try CompiledTemplate<DeliveriesPage>("show", in: library)
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let page = DeliveriesPage(rows: (0..<200).map { DeliveryRow(date: "\(number)-\($0)") })
                    let expected = (0..<200).map { "\(number)-\($0)," }.joined()
                    return (0..<50).allSatisfy { _ in template.render(page) == Array(expected.utf8) }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test("A library read from a folder names templates by their path")
    func folder() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "templates-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appending(path: "retention"), withIntermediateDirectories: true)
        try Data("é {{title}}".utf8).write(to: folder.appending(path: "retention/show.mustache"))
        try Data("no template".utf8).write(to: folder.appending(path: "notes.txt"))
        let library = try TemplateLibrary.load(folder: folder.path)
        #expect(library.sources == ["retention/show": "é {{title}}"])
        try Data([0xFF, 0xFE]).write(to: folder.appending(path: "bad.mustache"))
        #expect(throws: TemplateError.self) { try TemplateLibrary.load(folder: folder.path) }
        #expect(throws: (any Error).self) { try TemplateLibrary.load(folder: folder.path + "/nowhere") }
    }
}
