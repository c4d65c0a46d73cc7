// Secrets at rest: sealed with a key that is not in the database, and bound to the place where they stand,
// so that a ciphertext copied to another row, column or account does not open.

package import Crypto
import FoundationEssentials

package struct Vault: Sendable {
    /// Where a secret stands, in the database or in a page. All of it is authenticated.
    package struct Place: Sendable {
        let account: String
        let table: StaticString
        let row: String
        let column: StaticString

        package init<Row>(account: ID<Account>?, table: StaticString, row: ID<Row>, column: StaticString) {
            self.init(account: account?.stored ?? "-", table: table, row: row.stored, column: column)
        }

        init(account: String, table: StaticString, row: String, column: StaticString) {
            self.account = account
            self.table = table
            self.row = row
            self.column = column
        }

        /// What leaves in a page, to come back as it was: for one reader alone.
        ///
        /// - Parameter kind: of what is in it, so that one kind is not taken for another.
        package init(page kind: StaticString, for reader: String) {
            (account, table, row, column) = ("-", "page", reader, kind)
        }
    }

    package enum Failure: Error, Equatable {
        /// Sealed elsewhere, with another key, or damaged.
        case cannotOpen(String)
    }

    private static let keyVersion: UInt8 = 1
    private let key: SymmetricKey

    package init(key: SymmetricKey) {
        self.key = key
    }

    /// Names the key without telling anything of it, so that a database can say which one its secrets need.
    package var fingerprint: String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("Hookswitch master key".utf8), using: key)
        return code.prefix(8).map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }

    package func seal(_ secret: String, at place: Place) throws -> [UInt8] {
        let box = try AES.GCM.seal(Array(secret.utf8), using: key, authenticating: additionalData(place, Self.keyVersion))
        guard let combined = box.combined else { throw Failure.cannotOpen("\(place.table).\(place.column)") }
        return [Self.keyVersion] + combined
    }

    package func open(_ sealed: [UInt8], at place: Place) throws -> String {
        do {
            guard let version = sealed.first else { throw CryptoKitError.incorrectParameterSize }
            let box = try AES.GCM.SealedBox(combined: Array(sealed.dropFirst()))
            let opened = try AES.GCM.open(box, using: key, authenticating: additionalData(place, version))
            return String(decoding: opened, as: UTF8.self)
        } catch {
            throw Failure.cannotOpen("\(place.table).\(place.column)")
        }
    }

    private func additionalData(_ place: Place, _ version: UInt8) -> [UInt8] {
        Array("\(place.account)|\(place.table)|\(place.row)|\(place.column)|\(version)".utf8)
    }
}
