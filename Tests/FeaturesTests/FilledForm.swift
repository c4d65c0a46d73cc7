// What a browser would send of a form that somebody looks at, with what they change in it.

import Foundation
import TestSupport

extension Browser.Page {
    /// The fields of the form that is posted to `action`, as the page has them.
    func filled(_ action: String) -> [(String, String)]? {
        for block in text.split(separator: "<form ").dropFirst() {
            let tag = block.prefix { $0 != ">" }
            guard Self.value(of: "action", in: tag) == action, tag.contains("method=\"post\"") else { continue }
            return Self.fields(block.firstRange(of: "</form>").map { block[..<$0.lowerBound] } ?? block)
        }
        return nil
    }

    private static func fields(_ content: Substring) -> [(String, String)] {
        var fields: [(String, String)] = []
        var select: (name: String, first: String?, chosen: [String])?
        for piece in content.split(separator: "<") {
            let tag = piece.prefix { $0 != ">" }
            if tag.hasPrefix("input "), let name = value(of: "name", in: tag) {
                let type = value(of: "type", in: tag) ?? "text"
                if ["submit", "button", "file"].contains(type) { continue }
                if ["checkbox", "radio"].contains(type), !tag.hasSuffix(" checked"), !tag.contains(" checked ") { continue }
                fields.append((name, value(of: "value", in: tag) ?? ""))
            } else if tag.hasPrefix("textarea "), let name = value(of: "name", in: tag) {
                // A browser leaves out the line break that it begins with.
                let value = piece.dropFirst(tag.count + 1)
                fields.append((name, unescaped(value.hasPrefix("&#10;") ? value.dropFirst(5) : value)))
            } else if tag.hasPrefix("select ") {
                select = value(of: "name", in: tag).map { ($0, nil, []) }
            } else if tag.hasPrefix("option"), select != nil {
                let value = value(of: "value", in: tag) ?? ""
                if select?.first == nil { select?.first = value }
                if tag.contains(" selected") { select?.chosen.append(value) }
            } else if tag.hasPrefix("/select"), let done = select {
                for value in done.chosen.isEmpty ? [done.first].compactMap(\.self) : done.chosen { fields.append((done.name, value)) }
                select = nil
            }
        }
        return fields
    }

    private static func value(of name: String, in tag: Substring) -> String? {
        guard
            let start = tag.firstRange(of: " \(name)=\"")?.upperBound
                ?? (tag.hasPrefix("\(name)=\"") ? tag.index(tag.startIndex, offsetBy: name.count + 2) : nil)
        else { return nil }
        return unescaped(tag[start...].prefix { $0 != "\"" })
    }

    private static func unescaped(_ text: Substring) -> String {
        String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
            .replacing("&amp;", with: "&")
    }
}

extension Browser {
    /// Sends the page's form with another value in one field, and says yes to a page that asks first.
    func submit(_ page: Page, to action: String, _ field: String? = nil, _ value: String = "") -> Page {
        guard var fields = page.filled(action) else { return page }
        if let field {
            fields.removeAll { $0.0 == field }
            fields.append((field, value))
        }
        let answer = post(action, fields)
        guard answer.status == 200, let asked = answer.filled(action) else { return answer }
        return post(action, asked)
    }
}
