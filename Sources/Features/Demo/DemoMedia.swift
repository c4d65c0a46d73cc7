// The demonstration's recordings and messages: files of real bytes with a row each, a policy that is about to take some of them,
// one item under hold that it must not take, and the purges of the past weeks in the Deletion history.

import Database
import Foundation
import Time
import Web

struct DemoMedia {
    let demo: Demo
    let account: DemoAccount.Filled
    let place: DemoPlace

    private static let kinds: [(kind: String, entity: DeletedEntity, share: Int, seconds: ClosedRange<Double>)] = [
        ("recordings", .recordings, 60, 1...4), ("voice_mailbox", .voiceMailbox, 18, 0.6...2),
        ("personal_voicemail", .personalVoicemail, 14, 0.6...2),
        ("ivr_recorder", .ivrRecorder, 8, 0.5...1.2),
    ]

    func fill(_ random: inout DemoRandom) throws {
        let site = demo.app.site
        let folder = "\(site.dataFolder)/media/\(account.id.stored)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        let past = ManualClock(demo.now)
        let ids = IDGenerator(clock: past.clock)
        var rows: [SQL] = []
        for index in 0..<place.files {
            let choice = Self.kind(at: index % 100)
            let time = demo.now - .seconds(Int64.random(in: 3600...(150 * 86400), using: &random))
            past.set(time)
            let id = ids.next(DemoFile.self)
            let bytes = DemoSound.wave(seconds: Double.random(in: choice.seconds, using: &random), seed: index)
            try Data(bytes).write(to: URL(filePath: "\(folder)/\(id.stored).wav"))
            let user = account.users.randomElement(using: &random)
            let connector: String? = choice.kind == "recordings" && index % 4 == 0 ? "Amazon S3" : nil
            rows.append(
                """
                INSERT INTO media_files (id, account_id, kind, extension, bytes, recorded_at, user_id, user_name, tracking_number, connector, is_held,
                    created_at)
                VALUES (\(id), \(account.id), \(choice.kind), \("wav"), \(bytes.count), \(time), \(user?.id), \(user?.name),
                    \(place.number(index % place.numbers)), \(connector), \(index % 70 == 69), \(time))
                """)
        }
        let inserts = rows
        try site.database.write { connection in
            for row in inserts { try connection.execute(row) }
            for (kind, days) in [("recordings", 120), ("voice_mailbox", 90)] {
                try connection.execute("INSERT INTO retention_policies (account_id, kind, days) VALUES (\(account.id), \(kind), \(days))")
            }
        }
        try fillDeletions(&random)
    }

    private func fillDeletions(_ random: inout DemoRandom) throws {
        let site = demo.app.site
        let past = ManualClock(demo.now)
        let ids = IDGenerator(clock: past.clock)
        for day in stride(from: 88, through: 1, by: -1) {
            past.set(
                site.zone(place.account.timeZone).startOfDay(site.zone("UTC").civil(demo.now).date.adding(days: -day))
                    + .seconds(3 * 3600 + 15 * 60 + 2))
            for choice in Self.kinds.prefix(2) where Int.random(in: 0..<3, using: &random) > 0 {
                let items = Int.random(in: 1...40, using: &random)
                let at = past.clock.now()
                try site.database.write { connection in
                    try connection.execute(
                        """
                        INSERT INTO deletions (id, account_id, user_id, user_name, entity, detail, planned, items, bytes, search_text,
                            deleted_at)
                        VALUES (\(ids.next(DeletionRow.self)), \(account.id), NULL, \("System"), \(choice.entity), \(""), \(items), \(items),
                            \(items * 16_400), \(SearchText.folded("", "")), \(at))
                        """)
                }
            }
        }
    }

    private static func kind(at percent: Int) -> (kind: String, entity: DeletedEntity, share: Int, seconds: ClosedRange<Double>) {
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
