// All that is wrong with what a call sent, each with the member it is about, as one problem (RFC 9457).

import HTTP
import HTTPTypes
import JSON
import Spelling

struct FieldFaults {
    /// Half a million unknown members must not make an answer fifteen times as long.
    private static let maximum = 20
    private static let maximumName = 80

    /// Where in the body the thing stands that has the members, a JSON Pointer.
    var place = ""
    private var faults: [(name: String, detail: String)] = []

    /// The first word on a member stands.
    mutating func add(_ name: String, _ detail: String) {
        guard faults.count < Self.maximum, !faults.contains(where: { $0.name.isIdentical(to: name) }) else { return }
        faults.append((name, detail))
    }

    mutating func add(unknown name: String, known: [String]) {
        let short = String(name.prefix(maximumScalars: Self.maximumName))
        add(short, "There is no member “\(short)”; the members are \(known.joined(separator: ", ")).")
    }

    func refuse() throws {
        guard faults.isEmpty else { throw problem }
    }

    var problem: Problem {
        Problem(
            status: .unprocessableContent, type: "invalid-fields", title: "Invalid fields",
            detail: faults.map(\.detail).joined(separator: " · "),
            extensions: [
                "errors": .array(
                    faults.map { fault in
                        let pointer = fault.name.escaping { $0 == UInt8(ascii: "~") ? "~0" : $0 == UInt8(ascii: "/") ? "~1" : nil }
                        return ["pointer": .string("#\(place)/\(pointer)"), "detail": .string(fault.detail)]
                    })
            ])
    }
}
