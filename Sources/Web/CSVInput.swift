// Tables as spreadsheets save them: UTF-8 with or without its mark, UTF-16, or the Windows code page of Western Europe; commas,
// semicolons or tabs, or what the first line says; quotes with lines in them. Read by bytes, in one pass.

import Foundation
import Spelling

package struct CSVRecord: Sendable, Equatable {
    /// Of the file, where it begins.
    package let line: Int
    package let cells: [String]
}

package enum CSVProblem: Error, Equatable {
    /// Not a text at all.
    case notText
    /// From this line on, all would be one cell.
    case unclosedQuote(line: Int)
    case tooManyRecords(maximum: Int)
}

package enum CSVInput {
    /// The text of a file; nil when it is none.
    package static func text(of bytes: [UInt8]) -> String? {
        guard let first = bytes.first else { return "" }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return text(ofUTF8: bytes.dropFirst(3)) }
        if first == 0xFF || first == 0xFE, bytes.count >= 2, bytes[1] == 0xFF || bytes[1] == 0xFE, bytes[1] != first {
            return String(data: Data(bytes), encoding: .utf16).flatMap { $0.utf8.contains(0) ? nil : $0 }
        }
        return text(ofUTF8: bytes[...])
    }

    private static func text(ofUTF8 bytes: ArraySlice<UInt8>) -> String? {
        // No text has it, and nearly everything else does.
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self) ?? String(bytes: bytes, encoding: .windowsCP1252)
    }

    /// Blank lines are left out.
    ///
    /// - Parameter maximum: records, the head included.
    package static func records(_ text: String, upTo maximum: Int) throws(CSVProblem) -> [CSVRecord] {
        var reader = Reader(Array(text.utf8))
        var records: [CSVRecord] = []
        while let record = try reader.next() {
            guard record.cells.contains(where: { !TypedText.line($0).isEmpty }) else { continue }
            guard records.count < maximum else { throw .tooManyRecords(maximum: maximum) }
            records.append(record)
        }
        return records
    }

    private struct Reader {
        private let bytes: [UInt8]
        private let separator: UInt8
        private var place = 0
        private var line = 1

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            if let declared = Self.declaration(of: bytes) {
                (separator, place, line) = (declared.separator, declared.end, 2)
            } else {
                separator = Self.separator(of: bytes)
            }
        }

        /// The line `sep=;` that spreadsheets write for one another, and take for no part of the table; nil without one.
        private static func declaration(of bytes: [UInt8]) -> (separator: UInt8, end: Int)? {
            let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
            let isQuoted = line.count == 7 && line.first == UInt8(ascii: "\"") && line.last == UInt8(ascii: "\"")
            let words = isQuoted ? line.dropFirst().dropLast() : line
            guard words.count == 5, let separator = words.last, separator < 0x7F, separator != UInt8(ascii: "\""),
                words.dropLast().map({ $0 | 0x20 }) == Array("sep=".utf8)
            else { return nil }
            let isTwo = bytes[line.endIndex...].starts(with: [0x0D, 0x0A])
            return (separator, min(line.endIndex + (isTwo ? 2 : 1), bytes.count))
        }

        /// The one that the first line has most of, outside of quotes.
        private static func separator(of bytes: [UInt8]) -> UInt8 {
            var counts: [UInt8: Int] = [:]
            var isQuoted = false
            for byte in bytes {
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                if isQuoted { continue }
                if byte == 0x0A || byte == 0x0D {
                    if counts.isEmpty { continue }
                    break
                }
                if ",;\t".utf8.contains(byte) { counts[byte, default: 0] += 1 }
            }
            return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? UInt8(ascii: ",")
        }

        /// Nil at the end.
        mutating func next() throws(CSVProblem) -> CSVRecord? {
            guard place < bytes.count else { return nil }
            let start = line
            var cells: [String] = []
            while true {
                cells.append(try cell())
                guard place < bytes.count else { return CSVRecord(line: start, cells: cells) }
                let byte = bytes[place]
                place += 1
                if byte == separator { continue }
                if byte == 0x0D, place < bytes.count, bytes[place] == 0x0A { place += 1 }
                line += 1
                return CSVRecord(line: start, cells: cells)
            }
        }

        /// Up to the separator or the line's end behind it.
        private mutating func cell() throws(CSVProblem) -> String {
            let start = line
            var content: [UInt8] = []
            if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
                place += 1
                while true {
                    guard place < bytes.count else { throw .unclosedQuote(line: start) }
                    let byte = bytes[place]
                    place += 1
                    if byte == UInt8(ascii: "\"") {
                        guard place < bytes.count, bytes[place] == byte else { break }
                        place += 1
                    } else if byte == 0x0A || byte == 0x0D && !(place < bytes.count && bytes[place] == 0x0A) {
                        line += 1
                    }
                    content.append(byte)
                }
            }
            while place < bytes.count, bytes[place] != separator, bytes[place] != 0x0A, bytes[place] != 0x0D {
                content.append(bytes[place])
                place += 1
            }
            return CSV.restored(String(decoding: content, as: UTF8.self))
        }
    }
}
