// Words looked for in texts, by bytes and without regard to ASCII's capitals, in a time that grows with the text alone: SQL's LIKE
// takes the product of both lengths, which somebody can choose. (glibc has this as memmem, which Swift does not see.)

import Web

struct SearchWords {
    /// Each as it was typed and as an address has it, whose host may be stored in other letters.
    private let words: [(typed: Word, stored: Word)]

    init(_ typed: String) {
        words = typed.utf8.split(separator: UInt8(ascii: " ")).map { word in
            let stored = InternationalName.stored(in: String(decoding: word, as: UTF8.self))
            return (Word(word.map(Self.lowercased)), Word(stored.utf8.map(Self.lowercased)))
        }
    }

    /// Whether each word is in one of the two.
    func areFound(inAddress address: String, inText text: String) -> Bool {
        words.allSatisfy { $0.stored.isFound(in: address) || $0.typed.isFound(in: text) }
    }

    /// Knuth, Morris and Pratt's: a byte of the text is never looked at again.
    private struct Word {
        private let bytes: [UInt8]
        /// For each beginning of the word, how much of its end is another beginning of it.
        private let borders: [Int]

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            var borders = [0]
            for place in bytes.indices.dropFirst() {
                var border = borders[place - 1]
                while border > 0, bytes[border] != bytes[place] { border = borders[border - 1] }
                borders.append(bytes[border] == bytes[place] ? border + 1 : 0)
            }
            self.borders = borders
        }

        func isFound(in text: String) -> Bool {
            var text = text
            return text.withUTF8(isFound)
        }

        private func isFound(in text: UnsafeBufferPointer<UInt8>) -> Bool {
            bytes.withUnsafeBufferPointer { bytes in
                var matched = 0
                for byte in text {
                    let byte = SearchWords.lowercased(byte)
                    while matched > 0, bytes[matched] != byte { matched = borders[matched - 1] }
                    if bytes[matched] == byte { matched += 1 }
                    if matched == bytes.count { return true }
                }
                return false
            }
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }
}
