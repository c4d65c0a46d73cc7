// What a page offers before it counts: a secret for somebody's app, and the recovery codes that go with it. It stands in the page itself,
// sealed for the session it was made in, so that looking at the page writes nothing, and the same form sent twice is one.

import Database
import Foundation
import HTTP
import Spelling
import Templating
import Web

struct FactorDraft: Codable, Equatable {
    /// In hexadecimal; empty where only recovery codes are made anew.
    let secret: String
    let codes: [String]

    private static let name = "draft"

    static func complete() -> FactorDraft {
        FactorDraft(secret: Hexadecimal.text(of: TOTP.newSecret()), codes: RecoveryCodes.make())
    }

    static func codesAlone() -> FactorDraft { FactorDraft(secret: "", codes: RecoveryCodes.make()) }

    private init(secret: String, codes: [String]) {
        (self.secret, self.codes) = (secret, codes)
    }

    /// The one that was sent. Nil for none, and for one of another session.
    init?(sentIn visit: Visit, _ session: Session) {
        guard let text = visit.form[Self.name], let sealed = Data(base64Encoded: text),
            let opened = try? visit.site.vault.open(Array(sealed), at: Self.place(session)),
            let draft = try? JSONDecoder().decode(FactorDraft.self, from: Data(opened.utf8))
        else { return nil }
        self = draft
    }

    func hidden(_ visit: Visit, _ session: Session) throws -> HiddenField {
        let text = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
        return HiddenField(name: Self.name, value: Data(try visit.site.vault.seal(text, at: Self.place(session))).base64EncodedString())
    }

    private static func place(_ session: Session) -> Vault.Place {
        Vault.Place(page: "factor_draft", for: "\(session.user)|\(session.id)")
    }

    var secretBytes: [UInt8] { Hexadecimal.bytes(of: secret) ?? [] }
    var hashes: [[UInt8]] { codes.compactMap { RecoveryCodes.hash($0) } }
}
