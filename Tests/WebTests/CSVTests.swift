// An export is opened in spreadsheets: nothing in it may run there, and nothing may move to another cell.

import Testing
import Web

@Suite("CSV")
struct CSVTests {
    @Test("The separator is the one that a spreadsheet of the reader's language takes")
    func separators() {
        #expect(CSV(language: .english).line(["a", "b c", "12"]) == "a,b c,12\r\n")
        #expect(CSV(language: .french).line(["a", "b c", "12"]) == "a;b c;12\r\n")
    }

    @Test(
        "What a spreadsheet could take for a formula is neutralised, at the start and wherever another separator would split the cell",
        arguments: [
            ("=1+1", "'=1+1"), ("+33187000000", "'+33187000000"), ("-2", "'-2"), ("@SUM(1)", "'@SUM(1)"), ("\tx", "\"'\tx\""),
            ("x;=1", "\"x;'=1\""), ("x,=1", "\"x,'=1\""), ("x\n=1", "\"x\n'=1\""), ("x\r\n=1", "\"x\r'\n'=1\""),
            // With a combining mark the two are one Character, which is no “=”.
            ("=\u{301}1", "'=\u{301}1"), ("x;=\u{301}1", "\"x;'=\u{301}1\""), ("x;\"=1", "\"x;\"\"'=1\""), ("\"=1", "\"\"\"'=1\""),
            ("＝1", "'＝1"), ("a=b", "a=b"), ("a - b", "a - b"),
        ])
    func formulas(cell: String, written: String) {
        for language in Language.allCases {
            #expect(Array(CSV(language: language).line([cell]).utf8) == Array((written + "\r\n").utf8))
        }
    }

    @Test("The raw form leaves cells as they are, and still keeps them apart")
    func raw() {
        let csv = CSV(language: .english, isRaw: true)
        #expect(csv.line(["+33187000000", "a,\"b\"", "=1"]) == "+33187000000,\"a,\"\"b\"\"\",=1\r\n")
        #expect(csv.line(["\u{301}\"x"]) == "\"\u{301}\"\"x\"\r\n")
    }
}
