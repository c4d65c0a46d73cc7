// The demonstration's recordings and messages: sound files with a row each, policies of which the next purge takes some, items under
// hold that it must not take, and every night's purge so far in the Deletion history.

import Database
import Foundation
import Time
import Web

struct DemoMedia {
    let demo: Demo
    let account: DemoAccount.Filled
    let place: DemoPlace

    private struct Kind {
        let kind: MediaKind
        /// Of a hundred files.
        let share: Int
        let seconds: ClosedRange<Double>
        /// How long it is kept; nil: without limit.
        let days: Int?
    }

    private static let kinds = [
        Kind(kind: .recordings, share: 60, seconds: 35...640, days: 120),
        Kind(kind: .voiceMailbox, share: 18, seconds: 8...70, days: 90),
        Kind(kind: .personalVoicemail, share: 14, seconds: 8...70, days: nil),
        Kind(kind: .ivrRecorder, share: 8, seconds: 5...25, days: nil),
    ]

    private var zone: Zone { demo.app.site.zone(place.account.timeZone) }

    /// When the purge of a day ran: a quarter past three on the account's own clocks, summer and winter.
    private func purge(of date: CivilDate) -> Timestamp {
        guard let time = CivilTime(date: date, hour: 3, minute: 15) else { return zone.startOfDay(date) }
        return zone.firstInstant(from: time)
    }

    private var lastPurge: Timestamp {
        let today = zone.civil(demo.now).date
        return purge(of: today) <= demo.now ? purge(of: today) : purge(of: today.adding(days: -1))
    }

    func fill(_ random: inout DemoRandom) throws {
        let site = demo.app.site
        let folder = "\(site.dataFolder)/media/\(account.id.stored)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        let past = ManualClock(demo.now)
        let ids = IDGenerator(clock: past.clock)
        let lastPurge = lastPurge
        var rows: [SQL] = []
        var held: [DemoHolds.Item] = []
        for index in 0..<place.files {
            let choice = Self.kind(at: index % 100)
            let isHeld = index % 70 == 69
            // What the last purge should have taken is not there; what the next one takes, is.
            let oldest =
                if isHeld { demo.now - .seconds(150 * 86400) } else {
                    choice.days.map { lastPurge - .seconds(Int64($0) * 86400 - 60) } ?? demo.now - .seconds(150 * 86400)
                }
            let newest = index % 20 == 0 && choice.days != nil ? oldest + .seconds(20 * 3600) : demo.now - .seconds(3600)
            let time = Timestamp(milliseconds: Int64.random(in: oldest.milliseconds...newest.milliseconds, using: &random))
            past.set(time)
            let id = ids.next(DemoFile.self)
            let bytes = try DemoSound.write(
                to: "\(folder)/\(id.stored).wav", seconds: Double.random(in: choice.seconds, using: &random), seed: index)
            let user = account.users.randomElement(using: &random)
            let connector: String? = choice.kind == .recordings && index % 4 == 0 ? "Amazon S3" : nil
            let number = place.number(index % place.numbers)
            rows.append(
                """
                INSERT INTO media_files (id, account_id, kind, extension, bytes, recorded_at, user_id, user_name, tracking_number, connector,
                    search_text, created_at)
                VALUES (\(id), \(account.id), \(choice.kind), \("wav"), \(bytes), \(time), \(user?.id), \(user?.name), \(number), \(connector),
                    \(MediaWords.searchText(id: ID(value: id.value), userName: user?.name, number: number, externalID: nil)), \(time))
                """)
            if isHeld {
                held.append(
                    DemoHolds.Item(media: ID(value: id.value), kind: choice.kind, at: time, userName: user?.name, number: number))
            }
        }
        let (inserts, items) = (rows, held)
        try site.database.write { connection in
            for row in inserts { try connection.execute(row) }
            try DemoHolds.place(on: items, in: account.id, demo.app.site, on: connection)
            for kind in Self.kinds {
                guard let days = kind.days else { continue }
                try connection.execute(
                    "INSERT INTO retention_policies (account_id, kind, days) VALUES (\(account.id), \(kind.kind), \(days))")
            }
        }
        try fillDeletions(&random)
    }

    private func fillDeletions(_ random: inout DemoRandom) throws {
        let site = demo.app.site
        let t = site.locales[Language(rawValue: place.account.language) ?? .english]
        let times = Times(zone: zone, translation: t, now: demo.now)
        let past = ManualClock(demo.now)
        let ids = IDGenerator(clock: past.clock)
        let today = zone.civil(demo.now).date
        for day in stride(from: 88, through: 0, by: -1) {
            let asked = purge(of: today.adding(days: -day))
            let done = asked + .seconds(2)
            guard done < demo.now else { continue }
            past.set(done)
            for choice in Self.kinds where Int.random(in: 0..<3, using: &random) > 0 {
                guard let days = choice.days else { continue }
                let items = Int.random(in: 1...40, using: &random)
                let seconds = Double.random(in: choice.seconds, using: &random)
                let cutoff = asked - .seconds(Int64(days) * 86400)
                let detail = t("retention.deletion_detail", count: days, ["cutoff": times.inSentence(cutoff)])
                let id = ids.next(DeletionRow.self)
                let run = ids.next(PurgeRun.self)
                let bytes = items * DemoSound.bytes(seconds: seconds)
                // One that was put under hold while a purge was under way, for the demonstration's purge history.
                let held = items % 13 == 0 ? 1 : 0
                try site.database.write { connection in
                    try connection.execute(
                        """
                        INSERT INTO deletions (id, account_id, user_id, user_name, entity, detail, planned, items, bytes, search_text,
                            deleted_at)
                        VALUES (\(id), \(account.id), \(ID<User>?.none), \(UnnamedActor.system.rawValue), \(choice.kind.entity), \(detail), \(items), \(items),
                            \(bytes), \(SearchText.folded("", detail)), \(done))
                        """)
                    try connection.execute(
                        """
                        INSERT INTO purge_runs (id, account_id, kind, days, cutoff, detail, planned, held, marked, items, bytes, newly_held,
                            deletion_id, user_id, user_name, started_at, finished_at)
                        VALUES (\(run), \(account.id), \(choice.kind), \(days), \(cutoff), \(detail), \(items + held), 0, \(items), \(items),
                            \(bytes), \(held), \(id), \(ID<User>?.none), \(UnnamedActor.system.rawValue), \(asked), \(done))
                        """)
                }
            }
        }
    }

    private static func kind(at percent: Int) -> Kind {
        var upTo = 0
        for kind in kinds {
            upTo += kind.share
            if percent < upTo { return kind }
        }
        return kinds[0]
    }
}

private enum DemoFile: Identified {
    static let idPrefix = "med"
}
