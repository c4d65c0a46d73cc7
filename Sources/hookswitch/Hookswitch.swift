// The command line; see `hookswitch help`.

import ArgumentParser

@main
struct Hookswitch: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "hookswitch", abstract: "The settings console and webhooks of a telephony platform.")
}
