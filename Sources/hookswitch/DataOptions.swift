// What every verb takes, and the two ways to the data: hold the data folder, or ask the process that does.

import ArgumentParser
import Features
import Foundation
import HTTPClient
import Logging

struct DataOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The folder of the database, the key, uploads and media.", valueName: "DIR"))
    var data = "var"

    /// How long a verb waits for a process that is just starting or ending.
    private static let patience = Duration.seconds(5)

    /// From the root, so that it means the same to the process that serves.
    var folder: String { absolutePath(data) }

    func validate() throws {
        if data.isEmpty { throw ValidationError("--data: Give a folder.") }
    }

    /// Runs `body` with the product opened and nothing started, while no other process has the data folder.
    func withApplication<Result>(_ body: (Application) throws -> Result) async throws -> Result {
        try withApplication(Settings.load(dataFolder: folder), body)
    }

    private func withApplication<Result>(_ settings: Settings, _ body: (Application) throws -> Result) throws -> Result {
        let application = try settings.open(dataFolder: folder, logger: Log.logger(.warning))
        defer { application.stop(within: .seconds(5)) }
        return try body(application)
    }

    /// Runs a verb here, or in the process that serves when there is one, and prints what it says.
    ///
    /// - Parameter makesFolder: whether the verb makes sense before the first start.
    func run(_ verb: ControlVerb, makesFolder: Bool = false) async throws {
        if !makesFolder, !FileManager.default.fileExists(atPath: "\(folder)/hookswitch.sqlite") {
            throw VerbFailure(.data, "There is no data of Hookswitch in \(folder). Name its folder with --data.")
        }
        let settings = try Settings.load(dataFolder: folder)
        let answer = try answer(verb, settings)
        answer.lines.forEach { Terminal.print($0) }
        answer.notes.forEach { Terminal.complain($0) }
    }

    private func answer(_ verb: ControlVerb, _ settings: Settings) throws -> VerbAnswer {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let answer = try ControlClient.send(verb, toDataFolder: folder) { return answer }
            do {
                return try withApplication(settings) { try verb.run(on: $0.app) }
            } catch let failure as VerbFailure where failure.kind == .temporary && ContinuousClock.now < deadline {
                // It may have been started, or be about to end, between the two tries.
                guard DataFolder.isInUse(folder) else { throw failure }
                usleep(100_000)
            } catch let failure as VerbFailure where failure.kind == .temporary && DataFolder.isInUse(folder) {
                throw VerbFailure(
                    .temporary, "Another command or process is using \(folder) and does not answer. Try again when it is done.")
            }
        }
    }
}

func absolutePath(_ path: String) -> String {
    URL(filePath: path, relativeTo: URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory))
        .standardizedFileURL.path
}
