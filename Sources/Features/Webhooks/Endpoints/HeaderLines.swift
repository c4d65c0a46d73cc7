// Custom headers as text, `Name: value` a line. Values may be secrets: what is stored shows as dots, and dots keep it.

import Delivery
import HTTP
import HTTPClient
import JSON
import Spelling
import Web

struct HeaderLines: NamedField {
    typealias Root = WebhookConfiguration

    private static let mask = "••••••"
    private static let maximum = 20

    var words: FieldWords

    init(_ name: String) { words = FieldWords(name) }

    func write(_ root: Root, into typed: inout FormData) { typed.append(words.name, Self.masked(root.headers)) }

    func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: WebhookContext, _ reading: Reading) {
        // A form that was kept over a sign-in comes without them.
        guard let text = typed[words.name] else { return }
        var kept = stored?.headers ?? []
        let isSameReceiver = stored.map { context.policy.isSameReceiver(root.url, $0.url) } ?? true
        var headers: [CustomHeader] = []
        let lines = TypedText.lines(text)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            func refuse(_ word: String, _ name: String) {
                words.complain(word, reading, ["line": "\(index + 1)", "name": name, "limit": "\(Self.maximum)"])
            }
            guard let (name, value) = line.cut(at: ":") else { return refuse("no_colon", line) }
            var header = CustomHeader(name: TypedText.line(String(name)), value: TypedText.line(String(value)))
            if header.value == Self.mask {
                guard let place = kept.firstIndex(where: { $0.name.asciiLowercased == header.name.asciiLowercased }) else {
                    return refuse("masked", header.name)
                }
                guard isSameReceiver else { return words.complain("other_receiver", reading) }
                header.value = kept.remove(at: place).value
            }
            guard !header.value.isEmpty else { return refuse("no_value", header.name) }
            if let problem = header.problem(beside: root.authentication) { return refuse(problem.word, header.name) }
            headers.append(header)
            guard headers.count <= Self.maximum else { return refuse("too_many", header.name) }
        }
        root.headers = headers
    }

    func show(_ typed: FormData, stored: Root?, _ context: WebhookContext, _ showing: Showing) {
        var control = words.control(.area, showing)
        control.hint = showing.t(words.hint, ["limit": "\(Self.maximum)"])
        control.value = typed[words.name].map { Self.withoutValues($0) } ?? Self.masked(stored?.headers ?? [])
        if showing.isShownAgain, typed[words.name].map({ $0 != control.value }) ?? false {
            control.hint += " " + showing.t("webhooks.headers.again")
        }
        showing.controls.append(control)
    }

    /// Names are told; of values only that they are others now.
    func compare(old: Root, new: Root, _ context: WebhookContext, _ comparison: Comparison) {
        guard old.headers != new.headers else { return }
        let before = text(old, context, comparison.t)
        let after = text(new, context, comparison.t)
        let isSecret = new.headers.contains { header in old.headers.contains { $0.name == header.name && $0 != header } }
        words.differ(
            old: before, new: isSecret ? "\(after) (\(comparison.t("shared.secret.changed")))" : after, comparison, isSecret: isSecret)
    }

    func text(_ root: Root, _ context: WebhookContext, _ t: Translation) -> String { root.headers.map(\.name).joined(separator: ", ") }
    func json(_ root: Root) -> [JSONMember] { [(words.name, .array(root.headers.map { .string($0.name) }))] }

    var postedNames: [PostedName] { [.keptBlank(words.name)] }
    var paths: [AnyKeyPath] { [\Root.headers] }

    /// What was typed for a value may be a secret, and does not come back; of a line without a colon, nothing does. The lines keep their
    /// numbers, which the complaints name.
    private static func withoutValues(_ typed: String) -> String {
        typed.parts(between: "\n").map { whole in
            let line = whole.cut(atLast: "\r").flatMap { $0.after.isEmpty ? $0.before : nil } ?? whole
            guard let (name, value) = line.cut(at: ":") else { return "" }
            return TypedText.line(String(value)).isIdentical(to: mask) ? String(line) : "\(name): "
        }.joined(separator: "\n")
    }

    private static func masked(_ headers: [CustomHeader]) -> String {
        headers.map { "\($0.name): \(mask)" }.joined(separator: "\n")
    }
}
