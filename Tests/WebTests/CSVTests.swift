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

    @Test(
        "A first line that says the separator is no part of the table, and what it says holds",
        arguments: [
            ("sep=;\r\na,b;c\r\n1;2\r\n", [["a,b", "c"], ["1", "2"]]), ("SEP=|\na|b;c,d\n1|2", [["a", "b;c,d"], ["1", "2"]]),
            ("\"sep=,\"\ra,b\r1,2\r", [["a", "b"], ["1", "2"]]), ("sep=\t\r\n\"a\nb\"\tc\n", [["a\nb", "c"]]), ("sep=;", []),
            ("sep=;\r\n", []),
            // What only begins so is a head.
            ("sep=;x,b\n1,2\n", [["sep=;x", "b"], ["1", "2"]]), ("sep=\"\n1\n", [["sep=\""], ["1"]]),
            ("sep=\na;b", [["sep="], ["a", "b"]]),
        ] as [(String, [[String]])])
    func separatorLine(table: String, cells: [[String]]) throws {
        let records = try CSVInput.records(table, upTo: 10)
        #expect(records.map(\.cells) == cells)
    }

    @Test("Lines are counted as the file has them, the one that says the separator included")
    func linesOfFile() throws {
        #expect(try CSVInput.records("sep=;\r\na;b\r\n1;2\r\n", upTo: 10).map(\.line) == [2, 3])
        #expect(try CSVInput.records("a;b\n\n1;2\n", upTo: 10).map(\.line) == [1, 3])
    }

    @Test("The raw form leaves cells as they are, and still keeps them apart")
    func raw() {
        let csv = CSV(language: .english, isRaw: true)
        #expect(csv.line(["+33187000000", "a,\"b\"", "=1"]) == "+33187000000,\"a,\"\"b\"\"\",=1\r\n")
        #expect(csv.line(["\u{301}\"x"]) == "\"\u{301}\"\"x\"\r\n")
    }
}
