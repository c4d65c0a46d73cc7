// A name in Hebrew or Arabic turns the order of what stands beside it: "5 events to NAME (2)" shows with its figures at the wrong places.
// So it is isolated, in a page by <bdi> and in a sentence by the signs that Unicode has for that. Only what turns is: all else of a
// page is written from left to right, and stays the bytes that it is.

package enum TextDirection {
    /// Whether the text has letters written from right to left, or signs of direction, outside of isolates that begin and end in it.
    package static func turns(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var depth = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            // Below are ASCII and all the alphabets of Europe.
            guard byte >= 0xD6 else {
                index &+= 1
                continue
            }
            switch sign(text, at: index) {
            case .opening: depth += 1
            case .closing:
                depth -= 1
                if depth < 0 { return true }
            case .turning: if depth == 0 { return true }
            case .none: break
            }
            index &+= byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
        }
        return depth != 0
    }

    package static func turns(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { turns($0) }
    }

    /// For a sentence: between signs that keep its direction within, where it turns.
    package static func isolated(_ text: String) -> String {
        guard turns(text) else { return text }
        // Signs of its own could end the isolate too early.
        var core = String.UnicodeScalarView()
        core.append(contentsOf: text.unicodeScalars.lazy.filter { !isSign($0) })
        return "\u{2068}\(String(core))\u{2069}"
    }

    private static func isSign(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x61C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private enum Sign {
        case none, opening, closing, turning
    }

    /// Of the scalar whose first byte stands at `index`. The blocks are those that Unicode keeps for scripts from right to left.
    private static func sign(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Sign {
        func next(_ offset: Int) -> UInt8 { index &+ offset < text.count ? text[index &+ offset] : 0 }
        switch text[index] {
        case 0xD6: return next(1) >= 0x90 ? .turning : .none  // U+0590…
        case 0xD7...0xDF: return .turning  // … U+07FF
        case 0xE0: return next(1) <= 0xA3 ? .turning : .none  // U+0800–U+08FF
        case 0xE2:
            if next(1) == 0x80 { return [0x8E, 0x8F].contains(next(2)) || (0xAA...0xAE).contains(next(2)) ? .turning : .none }
            guard next(1) == 0x81 else { return .none }
            return (0xA6...0xA8).contains(next(2)) ? .opening : next(2) == 0xA9 ? .closing : .none
        case 0xEF:  // U+FB1D–U+FDFF, U+FE70–U+FEFE
            switch next(1) {
            case 0xAC: return next(2) >= 0x9D ? .turning : .none
            case 0xAD...0xB7: return .turning
            case 0xB9: return next(2) >= 0xB0 ? .turning : .none
            case 0xBA, 0xBB: return next(2) == 0xBF && next(1) == 0xBB ? .none : .turning
            default: return .none
            }
        case 0xF0:  // U+10800–U+10FFF, U+1E800–U+1EFFF
            return next(1) == 0x90 && next(2) >= 0xA0 || next(1) == 0x9E && next(2) >= 0xA0 ? .turning : .none
        default: return .none
        }
    }
}
