// A registration that is cut off, at each of its steps: the restart finishes it or takes it back, and the caller's next try succeeds.

import Database
import Foundation
import HTTP
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("A media registration that is cut off")
struct MediaInterruptionTests {
    struct PowerCut: Error {}

    struct Case: Sendable, CustomTestStringConvertible {
        let step: MediaIntake.Step
        let isFromInbox: Bool
        let externalID: String?

        var testDescription: String { "\(step), \(isFromInbox ? "inbox" : "upload"), external id \(externalID ?? "none")" }
    }

    private static let cases = MediaIntake.Step.allCases.flatMap { step in
        [true, false].flatMap { isFromInbox in
            [nil, "call-1"].map { Case(step: step, isFromInbox: isFromInbox, externalID: $0) }
        }
    }
    private static let sound = Data(repeating: 42, count: 1000)

    /// What the platform has, each time that it tries.
    private func source(_ test: TestApp, _ isFromInbox: Bool) throws -> MediaIntake.Source {
        guard !isFromInbox else { return .inbox(path: "day/a.wav") }
        let path = "\(test.site.uploadFolder)/\(UUID().uuidString)"
        try Self.sound.write(to: URL(filePath: path))
        return .upload(UploadedFile(fieldName: "file", fileName: "a.wav", contentType: "audio/wav", path: path, size: Self.sound.count))
    }

    private func media(_ test: TestApp, _ externalID: String?) -> NewMedia {
        var media = NewMedia(kind: .recordings, recordedAt: Timestamp(milliseconds: 1_790_000_000_000))
        media.externalID = externalID
        return media
    }

    private func states(_ test: TestApp) throws -> [String] {
        try test.site.database.read { try $0.rows("SELECT state FROM media_files") { try $0.next(String.self) } }
    }

    private func fillInbox(_ test: TestApp) throws {
        let inbox = "\(test.folder)/media-inbox/acme/day"
        try FileManager.default.createDirectory(atPath: inbox, withIntermediateDirectories: true)
        try Self.sound.write(to: URL(filePath: "\(inbox)/a.wav"))
    }

    @Test("After the restart files and rows pair up, and the same call registers the file, once", arguments: cases)
    func restart(_ cut: Case) throws {
        let test = try TestApp()
        try fillInbox(test)
        let intake = MediaIntake(site: test.site) { if $0 == cut.step { throw PowerCut() } }
        #expect(throws: PowerCut.self) {
            try intake.register(media(test, cut.externalID), from: source(test, cut.isFromInbox), account: test.acme, slug: "acme")
        }

        // The next process.
        for feature in test.application.running { try feature.onStart() }
        let resumed = try test.media()
        #expect(resumed.files == resumed.rows)
        #expect(try !states(test).contains("incoming"))
        try MediaInventory(site: test.site).checkAll()
        #expect(try test.media().files == resumed.files, "nothing is put aside")

        let (record, isNew) = try MediaIntake(site: test.site).register(
            media(test, cut.externalID), from: source(test, cut.isFromInbox), account: test.acme, slug: "acme")
        #expect(record.state == "live")
        let path = "\(test.mediaPath(test.acme))/\(record.id.stored).wav"
        #expect(FileManager.default.contents(atPath: path) == Self.sound)
        #expect(try test.media().files == test.media().rows)
        // A file that was sent whole, without a name of the caller's, cannot be known again.
        let isTwice = cut.step == .registered && !cut.isFromInbox && cut.externalID == nil
        #expect(try states(test) == (isTwice ? ["live", "live"] : ["live"]))
        #expect(isNew == (isTwice || cut.step == .intended || !cut.isFromInbox && cut.step != .registered))
        #expect(!FileManager.default.fileExists(atPath: "\(test.folder)/media-inbox/acme/day/a.wav") || !cut.isFromInbox)
    }

    @Test(
        "Without a restart the next call with the same external id settles what was left", arguments: cases.filter { $0.externalID != nil })
    func retry(_ cut: Case) throws {
        let test = try TestApp()
        try fillInbox(test)
        let intake = MediaIntake(site: test.site) { if $0 == cut.step { throw PowerCut() } }
        #expect(throws: PowerCut.self) {
            try intake.register(media(test, cut.externalID), from: source(test, cut.isFromInbox), account: test.acme, slug: "acme")
        }
        let (record, _) = try MediaIntake(site: test.site).register(
            media(test, cut.externalID), from: source(test, cut.isFromInbox), account: test.acme, slug: "acme")
        #expect(record.state == "live")
        #expect(try states(test) == ["live"])
        #expect(try test.media().files == test.media().rows)
    }

    @Test("What nobody asks for again is settled by the daily check, and nothing that is under way is touched")
    func daily() throws {
        let test = try TestApp()
        try fillInbox(test)
        let site = test.site
        let intake = MediaIntake(site: site) { step in
            guard step == .placed else { return }
            try MediaInventory(site: site).checkAll()
            throw PowerCut()
        }
        #expect(throws: PowerCut.self) {
            try intake.register(media(test, nil), from: .inbox(path: "day/a.wav"), account: test.acme, slug: "acme")
        }
        #expect(try states(test) == ["incoming"])
        #expect(try test.media().files.count == 1)
        test.clock.advance(by: .seconds(3601))
        try MediaInventory(site: site).checkAll()
        #expect(try states(test) == ["live"])
        #expect(try test.media().files == test.media().rows)
    }

    @Test("While one call registers a file, another for the same is told to wait, and then given the first one's record")
    func atOnce() throws {
        let test = try TestApp()
        try fillInbox(test)
        let site = test.site
        let (acme, media) = (test.acme, media(test, "call-1"))
        let holder = Mutex<MediaIntake?>(nil)
        let problems = Mutex<[String]>([])
        // One instance, as in the product: it knows what is under way.
        let intake = MediaIntake(site: site) { step in
            guard step == .intended, let same = holder.withLock({ $0 }) else { return }
            do { _ = try same.register(media, from: .inbox(path: "day/a.wav"), account: acme, slug: "acme") } catch let problem as Problem {
                problems.withLock { $0.append(problem.type) }
            }
        }
        holder.withLock { $0 = intake }
        let first = try intake.register(media, from: .inbox(path: "day/a.wav"), account: acme, slug: "acme")
        #expect(first.isNew && problems.withLock { $0 } == ["being-registered"])
        let second = try MediaIntake(site: site).register(media, from: .inbox(path: "day/a.wav"), account: acme, slug: "acme")
        #expect(!second.isNew && second.record.id == first.record.id)
    }

    @Test("A file that was taken from a path is the answer to the same call again, not to one about another recording")
    func samePath() throws {
        let test = try TestApp()
        try fillInbox(test)
        let intake = MediaIntake(site: test.site)
        let first = try intake.register(media(test, nil), from: .inbox(path: "day/a.wav"), account: test.acme, slug: "acme")
        let second = try intake.register(media(test, nil), from: .inbox(path: "day/a.wav"), account: test.acme, slug: "acme")
        #expect(first.isNew && !second.isNew && first.record.id == second.record.id)
        let another = NewMedia(kind: .recordings, recordedAt: Timestamp(milliseconds: 1))
        #expect(throws: Problem.self) { try intake.register(another, from: .inbox(path: "day/a.wav"), account: test.acme, slug: "acme") }
        // The path with a new file in it is a new recording.
        try fillInbox(test)
        #expect(try intake.register(media(test, nil), from: .inbox(path: "day/a.wav"), account: test.acme, slug: "acme").isNew)
    }
}
