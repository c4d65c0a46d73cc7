// The verbs on the data as a whole.

import ArgumentParser
import Features
import Foundation
import HTTPClient

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Bring the database to this version; serve does it too.")

    @OptionGroup var options: DataOptions

    func run() async throws {
        try await options.withApplication { _ in
            Terminal.print("The database in \(options.folder) is of this version.")
        }
    }
}

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a verified copy of the database to a new file, also while it is served.")

    @OptionGroup var options: DataOptions

    @Argument(help: ArgumentHelp("The file to write; it must not be there yet.", valueName: "FILE"))
    var file: String

    func run() async throws {
        try await options.run(.backup(path: absolutePath(file)))
    }
}

struct Purge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete what an account's retention policies no longer keep, now.",
        discussion: """
            Without --account it tells which of the nightly purges wait for a person, because the clock has gone on so far since their last \
            run that it may be wrong; with --confirm these go on at their next time.
            """)

    @OptionGroup var options: DataOptions

    @Option(help: ArgumentHelp("The account's short name.", valueName: "S"))
    var account: String?

    @Flag(help: "Only say what would be deleted.")
    var dryRun = false

    @Flag(help: "The clock is right: delete also what has become due in a long time without a run.")
    var confirm = false

    func validate() throws {
        if account == nil, dryRun { throw ValidationError("--dry-run: Name the account with --account.") }
    }

    func run() async throws {
        let verb: ControlVerb =
            if let account { .purge(account: account, isRehearsal: dryRun, isConfirmed: confirm) } else {
                .heldPurges(isConfirmed: confirm)
            }
        try await options.run(verb)
    }
}

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with an installation before it bites. Ends with 1 when something is.",
        discussion:
            "Looks at settings, rights of files, resources, time zones and the whole database. Changes nothing; works beside a process that serves."
    )

    @OptionGroup var options: DataOptions

    @Option(name: .long, help: ArgumentHelp("The socket for the web server. Default: DIR/run/hookswitch.sock", valueName: "PATH"))
    var socket: String?

    func run() async throws {
        var findings: [Finding] = []
        var resources = ResourceFolder.found
        do {
            let settings = try Settings.load(dataFolder: options.folder)
            resources = settings.resources
            findings += settings.unknownNames.map {
                Finding(.problem, "\(options.folder)/\(Settings.fileName): there is no setting “\($0)”.")
            }
            findings += settings.unknownVariables.map { Finding(.warning, "The variable \($0) is no setting.") }
            if settings.allowsHTTP {
                findings.append(Finding(.warning, "HOOKSWITCH_ALLOW_HTTP is on: what webhooks send can be read and changed on its way."))
            }
            if settings.operatorsWithoutFactor {
                findings.append(
                    Finding(.warning, "HOOKSWITCH_OPERATORS_WITHOUT_FACTOR is on: operators sign in with a password alone."))
            }
            if !settings.allowedRanges.isEmpty {
                let ranges = settings.allowedRanges.map(\.description).joined(separator: ", ")
                findings.append(
                    Finding(.warning, "Webhooks may reach \(ranges) (HOOKSWITCH_ALLOW_ADDRESSES): whoever edits webhooks can call there."))
            }
            findings.append(Finding(.good, "The settings can be read."))
        } catch let failure as VerbFailure {
            findings.append(Finding(.problem, failure.message))
        }
        findings += InstallationCheck(
            dataFolder: options.folder, resourceFolder: resources,
            socketPath: socket.map(absolutePath) ?? "\(options.folder)/run/hookswitch.sock"
        ).run()
        for finding in findings {
            Terminal.print("\(finding.grade.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)) \(finding.text)")
        }
        let problems = findings.count { $0.grade == .problem }
        if problems > 0 {
            Terminal.complain(problems == 1 ? "One problem." : "\(problems) problems.")
            throw ExitCode(1)
        }
    }
}
