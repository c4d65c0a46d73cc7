// The demonstration is what most people see first: it must fill, be whole, and be believable.

import Database
import Features
import Foundation
import TestSupport
import Testing
import Time
import Web

@Suite("Demonstration")
struct DemoTests {
    @Test("It fills two accounts with people, files of real bytes and three months of deliveries, failed ones among them, and only once")
    func fills() throws {
        let folder = NSTemporaryDirectory() + "hookswitch-demo-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let application = try TestApp.empty(folder: folder, clock: .system)
        defer { application.stop(within: .seconds(1)) }
        let demo = Demo(application.app)
        try demo.fill()
        let database = application.app.site.database
        func count(_ sql: SQL) throws -> Int { try database.read { try $0.value(sql) ?? 0 } }
        #expect(try count("SELECT COUNT(*) FROM accounts") == 2)
        #expect(try count("SELECT COUNT(*) FROM users") > 500)
        #expect(try count("SELECT COUNT(*) FROM deliveries WHERE state = 'delivered'") > 3000)
        #expect(try count("SELECT COUNT(*) FROM deliveries WHERE state = 'failed'") > 10)
        #expect(try count("SELECT COUNT(*) FROM attempts WHERE fault = 'connect'") > 10)
        #expect(try count("SELECT COUNT(*) FROM media_files WHERE is_held = 1") > 0)
        let files = try database.read {
            try $0.rows("SELECT account_id, id, extension, bytes FROM media_files") { row in
                (
                    path: "\(try row.next(String.self))/\(try row.next(String.self)).\(try row.next(String.self))",
                    bytes: try row.next(Int.self)
                )
            }
        }
        for file in files {
            let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/media/\(file.path)")[.size] as? Int
            #expect(size == file.bytes)
        }
        #expect(throws: Demo.NotEmpty.self) { try demo.fill() }
        for person in Demo.signIns {
            #expect(try database.read { try $0.value("SELECT COUNT(*) FROM users WHERE email = \(person.email)") } == 1)
        }
    }
}
