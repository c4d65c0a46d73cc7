// The command line: one verb a file, all of them listed here.

import ArgumentParser
import Features
import Foundation

@main
struct Hookswitch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hookswitch",
        abstract: "The settings console and webhooks of a telephony platform.",
        discussion: """
            Settings come from the environment (HOOKSWITCH_ALLOW_ADDRESSES, HOOKSWITCH_ALLOW_HTTP, HOOKSWITCH_WORKERS, HOOKSWITCH_READERS, \
            HOOKSWITCH_RESOURCES, HOOKSWITCH_ADDRESS, HOOKSWITCH_HOSTS, HOOKSWITCH_TRUSTED_PROXIES, HOOKSWITCH_LOG_LEVEL, \
            HOOKSWITCH_SOCKET_GROUP) and from \
            DIR/hookswitch.json ({"allowAddresses": ["10.0.0.0/8"], "workers": 48}); the environment comes first.

            It ends with 0 when all is done, 64 for a command that is not understood, 65 for data that is not right, 69 when something is \
            not available, 70 for a fault of ours, 73 when a file cannot be made, 75 when trying again later may help.
            """,
        version: Application.version,
        subcommands: [
            Serve.self, Migrate.self, BackupCommand.self, Check.self, AccountCommand.self, UserCommand.self, KeyCommand.self, Purge.self,
        ] + demoCommands)

    static func main() async {
        // What is made holds secrets and other people's data: never for everybody.
        umask(0o027)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as VerbFailure {
            Terminal.complain("hookswitch: \(failure.message)")
            Foundation.exit(failure.kind.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}
