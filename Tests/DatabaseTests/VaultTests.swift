// A secret opens where it was put, and nowhere else.

import Crypto
import Database
import Testing
import Time

@Suite("The vault")
struct VaultTests {
    private let vault = Vault(key: SymmetricKey(size: .bits256))
    private let account = ID<Account>(value: 1)
    private let row = ID<User>(value: 2)

    private var place: Vault.Place { .init(account: account, table: "webhooks", row: row, column: "secret") }

    @Test("What was sealed opens in its place, and is sealed differently each time")
    func roundTrip() throws {
        let sealed = try vault.seal("whsec_ü", at: place)
        #expect(try vault.open(sealed, at: place) == "whsec_ü")
        #expect(try vault.seal("whsec_ü", at: place) != sealed)
        #expect(!String(decoding: sealed, as: UTF8.self).contains("whsec"))
    }

    @Test("A ciphertext moved to another account, table, row or column does not open")
    func moved() throws {
        let sealed = try vault.seal("secret", at: place)
        let elsewhere: [Vault.Place] = [
            .init(account: ID<Account>(value: 3), table: "webhooks", row: row, column: "secret"),
            .init(account: nil, table: "webhooks", row: row, column: "secret"),
            .init(account: account, table: "keys", row: row, column: "secret"),
            .init(account: account, table: "webhooks", row: ID<User>(value: 3), column: "secret"),
            .init(account: account, table: "webhooks", row: row, column: "previous_secret"),
        ]
        for place in elsewhere {
            #expect(throws: Vault.Failure.self) { try vault.open(sealed, at: place) }
        }
    }

    @Test("A damaged one, an empty one, or one of another key does not open")
    func damaged() throws {
        let sealed = try vault.seal("secret", at: place)
        for index in sealed.indices {
            var damaged = sealed
            damaged[index] ^= 1
            #expect(throws: Vault.Failure.self) { try vault.open(damaged, at: place) }
        }
        #expect(throws: Vault.Failure.self) { try vault.open([], at: place) }
        #expect(throws: Vault.Failure.self) { try vault.open([1, 2, 3], at: place) }
        #expect(throws: Vault.Failure.self) { try Vault(key: SymmetricKey(size: .bits256)).open(sealed, at: place) }
    }
}
