// Receivers with certificates that are wrong in one way each: made when the test runs by the openssl command line, which also serves.
import Foundation
import Testing

/// An authority and certificates signed by it, in a folder that goes with the last reference.
final class CertificateMaker: Sendable {
    enum Kind: String { case good, wrongName, expired, selfSigned }

    let folder: URL
    var authority: String { folder.appending(path: "ca.pem").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "hookswitch-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try makeSelfSigned("ca", subject: "/CN=Test authority", extensions: ["basicConstraints=critical,CA:TRUE"])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Makes `<kind>.pem` and `<kind>.key`.
    func make(_ kind: Kind) throws {
        let name = kind == .wrongName ? "DNS:other.example" : "DNS:localhost,IP:127.0.0.1"
        if kind == .selfSigned {
            return try makeSelfSigned(kind.rawValue, subject: "/CN=localhost", extensions: ["subjectAltName=\(name)"])
        }
        let file = kind.rawValue
        let configuration = """
            [ca]
            default_ca = own
            [own]
            database = \(file).index
            new_certs_dir = .
            serial = \(file).serial
            default_md = sha256
            policy = any
            x509_extensions = leaf
            [any]
            commonName = supplied
            [leaf]
            subjectAltName = \(name)
            """
        try Data(configuration.utf8).write(to: folder.appending(path: "\(file).cnf"))
        try Data().write(to: folder.appending(path: "\(file).index"))
        try Data("01\n".utf8).write(to: folder.appending(path: "\(file).serial"))
        try openssl(["req", "-new", "-nodes", "-keyout", "\(file).key", "-out", "\(file).csr", "-subj", "/CN=localhost"] + Self.key)
        let end = kind == .expired ? "210101000000Z" : "490101000000Z"
        try openssl([
            "ca", "-batch", "-notext", "-config", "\(file).cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-startdate", "200101000000Z",
            "-enddate", end, "-in", "\(file).csr", "-out", "\(file).pem",
        ])
    }

    private static let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]

    private func makeSelfSigned(_ file: String, subject: String, extensions: [String]) throws {
        try openssl(
            ["req", "-x509", "-nodes", "-days", "30", "-keyout", "\(file).key", "-out", "\(file).pem", "-subj", subject] + Self.key
                + extensions.flatMap { ["-addext", $0] })
    }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(arguments.joined(separator: " "))")
    }
}

/// `openssl s_server` on a free port of 127.0.0.1; answers GET with 200 and a page.
final class TLSReceiver {
    let port: Int
    private let process = Process()

    init(_ kind: CertificateMaker.Kind, by maker: CertificateMaker, options: [String] = []) throws {
        try maker.make(kind)
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments =
            ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", "\(kind.rawValue).pem", "-key", "\(kind.rawValue).key"] + options
        process.currentDirectoryURL = maker.folder
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        // "ACCEPT 127.0.0.1:43215", after some lines of its settings.
        var text = ""
        var found: Int?
        while found == nil, case let data = output.fileHandleForReading.availableData, !data.isEmpty {
            text += String(decoding: data, as: UTF8.self)
            found = text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1)
                .first { $0.hasPrefix("ACCEPT") }.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
        }
        port = try #require(found, "openssl s_server did not start: \(text)")
    }

    deinit {
        // Not SIGTERM: the child has the signal mask of the test's thread, in which that one is blocked.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
