// An export is opened in spreadsheets: nothing in it may run there, and nothing may move to another cell.

import TestSupport
import Testing

@testable import Web

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
            // One that has an apostrophe of its own gets another; a name that merely begins with one does not.
            ("'=x", "''=x"), ("''+x", "'''+x"), ("x;'=1", "\"x;''=1\""), ("'Abd", "'Abd"), ("'", "'"), ("''x", "''x"),
        ])
    func formulas(cell: String, written: String) {
        for language in Language.allCases {
            #expect(Array(CSV(language: language).line([cell]).utf8) == Array((written + "\r\n").utf8))
        }
    }

    @Test("What was written is read back as it was, whatever a cell begins with and has behind a separator")
    func readBack() throws {
        let beginnings = ["", "\"", "\"\"", ";", "a;", "a,\"", "a|", "\n", "\r\n", "a\t", "';", "'\""]
        let signs = ["", "=", "+", "-", "@", "\t", "\n", "＝", "＠", "x", "é", "\"", ";"]
        var odd: [String] = []
        for beginning in beginnings {
            for apostrophes in ["", "'", "''", "'''"] {
                for sign in signs {
                    for end in ["", "1", "'=", ";=", ";'="] { odd.append("\(beginning)\(apostrophes)\(sign)\(end)") }
                }
            }
        }
        for text in odd + HostileText.joined + HostileText.random(1000) {
            for language in Language.allCases {
                let cells = ["begin", text, "b", text]
                let records = try CSVInput.records(CSV(language: language).line(cells), upTo: 10)
                #expect(records.map { $0.cells.map { Array($0.utf8) } } == [cells.map { Array($0.utf8) }], "\(text.debugDescription)")
            }
        }
    }

    @Test("The raw form leaves cells as they are, and still keeps them apart")
    func raw() {
        let csv = CSV(language: .english, isRaw: true)
        #expect(csv.line(["+33187000000", "a,\"b\"", "=1"]) == "+33187000000,\"a,\"\"b\"\"\",=1\r\n")
        #expect(csv.line(["\u{301}\"x"]) == "\"\u{301}\"\"x\"\r\n")
    }
}
