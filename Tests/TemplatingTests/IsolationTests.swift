// Text that turns the direction of what stands beside it is put into an element of its own, wherever an element may stand.

import Testing

@testable import Templating

@Suite("Isolated text")
struct IsolationTests {
    private struct Page: TemplateData {
        let name: String
        let names: [String]
        let other: String?
    }

    private static let hebrew = "\u{5E9}\u{5DC}\u{5D5}\u{5DD}"

    private func rendered(_ source: String, _ name: String) throws -> String {
        let template = try CompiledTemplate<Page>("page", in: TemplateLibrary(sources: ["page": source, "part": "<i>{{name}}</i>"]))
        return String(decoding: template.render(Page(name: name, names: [name], other: name)), as: UTF8.self)
    }

    @Test(
        "Between elements it is isolated, in attributes and in elements of text alone it is not",
        arguments: [
            ("<p>{{name}}: 5</p>", "<p><bdi>N</bdi>: 5</p>"), ("{{name}}", "<bdi>N</bdi>"),
            ("<a title=\"{{name}}\" href='{{name}}' class={{name}}>x</a>", "<a title=\"N\" href='N' class=N>x</a>"),
            ("<title>{{name}}</title>{{name}}", "<title>N</title><bdi>N</bdi>"),
            ("<option value=\"a>b\">{{name}}</option><p>{{name}}", "<option value=\"a>b\">N</option><p><bdi>N</bdi>"),
            ("<textarea>\n{{name}}</textarea>", "<textarea>\nN</textarea>"),
            ("<ul>{{#names}}<li>{{.}}</li>{{/names}}</ul>{{#other}}{{.}}{{/other}}", "<ul><li><bdi>N</bdi></li></ul><bdi>N</bdi>"),
            ("<p>{{>part}} {{name}}</p>", "<p><i><bdi>N</bdi></i> <bdi>N</bdi></p>"),
            ("<br/>{{name}}<!-- x -->", "<br/><bdi>N</bdi><!-- x -->"),
        ])
    func places(source: String, shown: String) throws {
        let expected = String(shown.split(separator: "N", omittingEmptySubsequences: false).joined(separator: Self.hebrew))
        #expect(try rendered(source, Self.hebrew) == expected)
    }

    @Test(
        "What is written from left to right is written as it is, and so is what brings its own isolates",
        arguments: ["Élodie", "Ωμέγα", "Жук", "字", "a – b’s", "5 €", "\u{2068}\u{5E9}\u{2069} 5", "\u{1F468}\u{200D}\u{1F4BB}"])
    func left(name: String) throws {
        #expect(try Array(rendered("<p>{{name}}</p>", name).utf8) == Array("<p>\(name)</p>".utf8))
    }

    @Test(
        "Signs of direction that nothing ends, and every script from right to left, are isolated, with what is escaped in them",
        arguments: [
            "a\u{202E}b", "a\u{200F}", "\u{2067}x", "x\u{2069}", "\u{627}\u{644}", "\u{7C1}", "\u{840}", "\u{8A0}", "\u{FB1D}", "\u{FDF0}",
            "\u{FE70}", "\u{10800}", "\u{1E900}", "a long text before \u{5D0}",
        ])
    func right(name: String) throws {
        #expect(try Array(rendered("<p>{{name}}</p>", name + "<'").utf8) == Array("<p><bdi>\(name)&lt;&#39;</bdi></p>".utf8))
    }
}
