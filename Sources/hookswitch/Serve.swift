// `hookswitch serve`: the process behind the web server.

import ArgumentParser
import FastCGI
import Features
import Foundation
import Logging
import Web

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the console and the API to the web server, and deliver webhooks.",
        discussion:
            "Applies migrations first. SIGTERM and SIGINT end it: requests under way are finished, nothing is lost; 10 seconds at most.")

    @OptionGroup var options: DataOptions

    @Option(name: .long, help: ArgumentHelp("The socket for the web server. Default: DIR/run/hookswitch.sock", valueName: "PATH"))
    var socket: String?

    // With the control socket's second: 9 s at most, whatever hangs.
    private static let requestTime = Duration.seconds(5)
    private static let deliveryTime = Duration.seconds(3)

    func run() async throws {
        let settings = try Settings.load(dataFolder: options.folder)
        try run(settings)
    }

    /// Synchronous: it holds its thread until the end.
    private func run(_ settings: Settings) throws {
        let logger = Log.logger(settings.logLevel)
        let started = ContinuousClock.now
        OpenFiles.raiseLimit()
        let application = try settings.open(dataFolder: options.folder, logger: logger)
        for name in settings.unknownNames + settings.unknownVariables { logger.warning("There is no setting \(name)") }
        if settings.allowsHTTP { logger.warning("Webhooks may use http: what they send can be read and changed on its way") }
        if settings.operatorsWithoutFactor {
            logger.warning("Operators may sign in without a second factor: HOOKSWITCH_OPERATORS_WITHOUT_FACTOR is for demonstrations")
        }
        let server = FastCGIServer(
            socketPath: socketPath, workers: settings.workers, maximumBody: 64 << 20, group: settings.socketGroup,
            handler: { application.pipeline.respond(to: $0) }, logger: logger)
        let control = ControlServer(application.app, logger: logger)
        do {
            try FileManager.default.createDirectory(
                atPath: "\(options.folder)/run", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
            try application.start()
            try server.start()
            StopSignals.install()
            try control.start()
        } catch let error as FastCGIError {
            throw VerbFailure(.unavailable, error.description)
        } catch {
            throw VerbFailure(error)
        }
        logger.info(
            "Serving",
            metadata: [
                "socket": "\(socketPath)", "data": "\(options.folder)", "workers": "\(settings.workers)", "readers": "\(settings.readers)",
                "version": "\(Application.version)", "start_ms": "\((ContinuousClock.now - started) / .milliseconds(1))",
            ])
        do {
            if let link = try SetUpLink.make(application.app) {
                Terminal.print("Nobody can sign in yet. Set Hookswitch up, once, at \(link)")
            }
        } catch {
            logger.error("There is no link to set Hookswitch up with: \(error)")
        }
        StopSignals.wait()
        logger.info("Stopping")
        let isFinished = server.stop(within: Self.requestTime)
        if !isFinished { logger.warning("Requests were still under way after \(Self.requestTime); their clients get an error") }
        control.stop(within: .seconds(1))
        application.stop(within: Self.deliveryTime)
        logger.info("Stopped")
        // Threads that are still in a request have nothing left to work on.
        Foundation.exit(0)
    }

    private var socketPath: String { socket.map(absolutePath) ?? "\(options.folder)/run/hookswitch.sock" }
}

enum OpenFiles {
    /// 512 connections out, 48 in, the database's and some room; the system's default is 1,024.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < 4096 else { return }
        limit.rlim_cur = min(4096, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
