// Text from people is inert in a page, whatever it is and wherever in it the dangerous characters are.
import Templating
import Testing

@Suite("Escaping")
struct EscapingTests {
    private func escaped(_ text: String) -> String {
        text.map { character -> String in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&#39;"
            default: String(character)
            }
        }.joined()
    }

    @Test("The five characters are escaped, and only they")
    func five() throws {
        let hostile = DeliveriesPage(title: "<a href='x'>\"&\"</a>")
        #expect(try render("{{title}}", hostile) == "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;")
        let ascii = (1...0x7F).compactMap { Unicode.Scalar($0).map(Character.init) }
        let harmless = String(ascii.filter { !"&<>\"'".contains($0) })
        #expect(try render("{{title}}", DeliveriesPage(title: harmless)) == harmless)
    }

    @Test("A dangerous character is escaped at every place of a text of every length up to 40")
    func everyPlace() throws {
        let template = try CompiledTemplate<DeliveriesPage>("t", in: TemplateLibrary(sources: ["t": "[{{title}}]"]))
        for length in 1...40 {
            for place in 0..<length {
                for character in ["&", "<", ">", "\"", "'", "é"] {
                    let title = String(repeating: "a", count: place) + character + String(repeating: "z", count: length - place - 1)
                    let expected = "[" + escaped(title) + "]"
                    #expect(template.render(DeliveriesPage(title: title)) == Array(expected.utf8))
                }
            }
        }
    }

    @Test("Random bytes of text are escaped as one by one")
    func random() throws {
        let library = TemplateLibrary(sources: ["t": "{{title}}|{{#tags}}{{.}},{{/tags}}"])
        let template = try CompiledTemplate<DeliveriesPage>("t", in: library)
        var generator = SystemRandomNumberGenerator()
        let alphabet: [Character] = Array("&<>\"'%$#=;?!/ aZé漢🧵\u{0}\u{7F}")
        for _ in 0..<300 {
            let length = Int.random(in: 0...300, using: &generator)
            let title = String((0..<length).map { _ in alphabet.randomElement(using: &generator) ?? "x" })
            let page = DeliveriesPage(title: title, tags: [title, "x" + title])
            let expected = escaped(title) + "|" + escaped(title) + "," + escaped("x" + title) + ","
            #expect(template.render(page) == Array(expected.utf8))
        }
    }

    @Test("Text that looks like a template is shown, not run")
    func injection() throws {
        #expect(try render("{{title}}", DeliveriesPage(title: "{{count}} {{{svg}}}")) == "{{count}} {{{svg}}}")
    }

    @Test("Text cannot be written unescaped, by either spelling")
    func unescapedText() {
        #expect(fault("{{{title}}}") == "page:1: “title” is text, which is always escaped: write {{title}}, or declare it as Markup")
        #expect(fault("\n{{&title}}")?.hasPrefix("page:2: “title” is text") == true)
        #expect(fault("{{#tags}}{{{.}}}{{/tags}}")?.hasPrefix("page:1: “.” is text") == true)
    }
}
