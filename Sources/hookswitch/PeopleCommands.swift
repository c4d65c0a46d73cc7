// The verbs that make accounts, people and keys.

import ArgumentParser
import Features
import Foundation
import Web

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "account", abstract: "Accounts.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make an account, with the roles that each begins with.")

        @OptionGroup var options: DataOptions

        @Option(help: ArgumentHelp("The account's name.", valueName: "N"))
        var name: String

        @Option(help: ArgumentHelp("Its short name in addresses: small letters, digits and hyphens.", valueName: "S"))
        var slug: String

        @Option(help: ArgumentHelp("Two capital letters.", valueName: "CC"))
        var country = "FR"

        @Option(help: ArgumentHelp("The console's language: en or fr.", valueName: "L"))
        var language = "fr"

        @Option(help: ArgumentHelp("An IANA name.", valueName: "ZONE"))
        var timeZone = "Europe/Paris"

        func run() async throws {
            var account = NewAccount(name: name, slug: slug)
            account.country = country
            account.language = language
            account.timeZone = timeZone
            try await options.run(.createAccount(account), makesFolder: true)
        }
    }
}

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "People.", subcommands: [Create.self, Unlock.self, ResetFactor.self])

    struct ResetFactor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take away the second factor of somebody whose device and recovery codes are lost.",
            discussion: "Ends their sessions and tells them by mail. They sign in with their password alone, and set up a new one.")

        @OptionGroup var options: DataOptions

        @Option(help: ArgumentHelp("The address to sign in with.", valueName: "E"))
        var email: String

        @Option(help: ArgumentHelp("The account's short name, to leave alone those of other accounts with the address.", valueName: "S"))
        var account: String?

        func run() async throws {
            try await options.run(.resetFactor(email: email, account: account))
        }
    }

    struct Unlock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a link that lets somebody sign in although others have guessed at their password too often.",
            discussion: "Good once, for two hours, in the browser that follows it. The password is asked for there as ever.")

        @OptionGroup var options: DataOptions

        @Option(help: ArgumentHelp("The address to sign in with.", valueName: "E"))
        var email: String

        func run() async throws {
            try await options.run(.unlockUser(email: email))
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a user of an account, or an operator of the platform.",
            discussion: "The password is read from standard input, one line; from a terminal it is asked for.")

        @OptionGroup var options: DataOptions

        @Option(help: ArgumentHelp("The account's short name.", valueName: "S"))
        var account: String?

        @Option(help: ArgumentHelp("The address to sign in with.", valueName: "E"))
        var email: String

        @Option(help: ArgumentHelp("The person's name.", valueName: "N"))
        var name: String

        @Option(
            help: ArgumentHelp(
                "The role in the account, of those that it began with.",
                valueName: RolePreset.allCases.map(\.rawValue).joined(separator: "|")))
        var role: RolePreset?

        @Flag(help: "Staff of the platform, in no account.")
        var `operator` = false

        func validate() throws {
            if `operator`, account != nil || role != nil { throw ValidationError("--operator goes with neither --account nor --role.") }
            if !`operator`, account == nil || role == nil { throw ValidationError("Give --account and --role, or --operator.") }
        }

        func run() async throws {
            let user = NewUser(email: email, name: name, password: try PasswordInput.read(), role: role)
            try await options.run(.createUser(user, account: account), makesFolder: account == nil)
        }
    }
}

extension RolePreset: ExpressibleByArgument {}

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "key", abstract: "Keys of machines.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a key for the API and print it, once.")

        @OptionGroup var options: DataOptions

        @Option(help: ArgumentHelp("The account's short name.", valueName: "S"))
        var account: String

        @Option(help: ArgumentHelp("What the key is for.", valueName: "N"))
        var name: String

        @Option(
            help: ArgumentHelp(
                "What the key may do: \(allFeatures.flatMap(\.scopes).map(\.rawValue).joined(separator: ", ")). May be given again.",
                valueName: "SCOPE"))
        var scope: [String]

        @Option(help: ArgumentHelp("Days after which it expires; never when left out.", valueName: "N"))
        var days: Int?

        func run() async throws {
            try await options.run(.createKey(account: account, name: name, scopes: scope, days: days))
        }
    }
}
