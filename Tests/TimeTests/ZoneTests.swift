// The awkward places of the IANA database, each with the instants that tz's own sources give.
import Testing
import Time

@Suite struct ZoneTests {
    private func zone(_ identifier: String) throws -> Zone {
        try #require(Zone(identifier: identifier))
    }

    private func texts(_ identifier: String, _ civil: String) throws -> [String] {
        try zone(identifier).timestamps(of: try #require(CivilTime(iso: civil))).map(\.iso8601)
    }

    private func first(_ identifier: String, _ civil: String) throws -> String {
        try zone(identifier).firstInstant(from: try #require(CivilTime(iso: civil))).iso8601
    }

    @Test(
        "Offsets are those of the place at that time",
        arguments: [
            ("Europe/Zurich", "2026-07-01T00:00:00Z", 7200), ("Europe/Zurich", "2026-01-01T00:00:00Z", 3600),
            ("Europe/Zurich", "2090-07-01T00:00:00Z", 7200), ("Europe/Zurich", "2090-01-01T00:00:00Z", 3600),
            ("Europe/Zurich", "2890-07-01T00:00:00Z", 7200), ("Europe/Zurich", "9890-01-01T00:00:00Z", 3600),
            ("Europe/Zurich", "1800-01-01T00:00:00Z", 2048), ("Asia/Kathmandu", "2026-01-01T00:00:00Z", 20700),
            ("Asia/Calcutta", "2026-01-01T00:00:00Z", 19800), ("Europe/Dublin", "2050-07-01T00:00:00Z", 3600),
            ("Europe/Dublin", "2050-01-01T00:00:00Z", 0), ("Australia/Lord_Howe", "2050-01-01T00:00:00Z", 39600),
            ("Australia/Lord_Howe", "2050-07-01T00:00:00Z", 37800), ("America/Nuuk", "2050-07-01T00:00:00Z", -3600),
            ("Asia/Manila", "1800-01-01T00:00:00Z", -57368), ("UTC", "2026-01-01T00:00:00Z", 0),
            ("Etc/GMT+5", "2026-01-01T00:00:00Z", -18000),
        ])
    func offsets(identifier: String, instant: String, expected: Int) throws {
        #expect(try zone(identifier).offset(at: try #require(Timestamp(iso8601: instant))) == expected)
    }

    @Test("In a gap there is no instant, and the first one after it is the end of the gap")
    func gap() throws {
        #expect(try texts("Europe/Zurich", "2026-03-29T01:59") == ["2026-03-29T00:59:00.000Z"])
        #expect(try texts("Europe/Zurich", "2026-03-29T02:30") == [])
        #expect(try texts("Europe/Zurich", "2026-03-29T03:00") == ["2026-03-29T01:00:00.000Z"])
        #expect(try first("Europe/Zurich", "2026-03-29T02:00") == "2026-03-29T01:00:00.000Z")
        #expect(try first("Europe/Zurich", "2026-03-29T02:59") == "2026-03-29T01:00:00.000Z")
        #expect(try first("Europe/Zurich", "2426-03-29T02:59") == "2426-03-29T01:00:00.000Z")
    }

    @Test("In an overlap there are two instants, the earlier first")
    func overlap() throws {
        #expect(try texts("Europe/Zurich", "2026-10-25T02:30") == ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"])
        #expect(try texts("Europe/Zurich", "2026-10-25T03:00") == ["2026-10-25T02:00:00.000Z"])
        #expect(try first("Europe/Zurich", "2026-10-25T02:30") == "2026-10-25T00:30:00.000Z")
    }

    @Test("Lord Howe moves its clocks by half an hour")
    func lordHowe() throws {
        #expect(try texts("Australia/Lord_Howe", "2026-10-04T02:15") == [])
        #expect(try first("Australia/Lord_Howe", "2026-10-04T02:15") == "2026-10-03T15:30:00.000Z")
        #expect(try texts("Australia/Lord_Howe", "2026-04-05T01:45") == ["2026-04-04T14:45:00.000Z", "2026-04-04T15:15:00.000Z"])
        #expect(try texts("Australia/Lord_Howe", "2026-04-05T01:15") == ["2026-04-04T14:15:00.000Z"])
    }

    @Test("Apia had no 30 December 2011")
    func apia() throws {
        #expect(try texts("Pacific/Apia", "2011-12-29T23:59") == ["2011-12-30T09:59:00.000Z"])
        #expect(try texts("Pacific/Apia", "2011-12-30T00:00") == [])
        #expect(try texts("Pacific/Apia", "2011-12-30T23:59") == [])
        #expect(try first("Pacific/Apia", "2011-12-30T00:00") == "2011-12-30T10:00:00.000Z")
        #expect(try first("Pacific/Apia", "2011-12-30T23:59") == "2011-12-30T10:00:00.000Z")
        #expect(try texts("Pacific/Apia", "2011-12-31T00:00") == ["2011-12-30T10:00:00.000Z"])
        let skipped = try zone("Pacific/Apia").startOfDay(try #require(CivilDate(iso: "2011-12-30")))
        #expect(skipped.iso8601 == "2011-12-30T10:00:00.000Z")
    }

    @Test("Where summer time begins at midnight, the day starts at one o'clock")
    func startOfDay() throws {
        let zone = try zone("America/Santiago")
        let start = zone.startOfDay(try #require(CivilDate(iso: "2026-09-06")))
        #expect(zone.civil(start).iso == "2026-09-06T01:00")
        #expect(start.iso8601 == "2026-09-06T04:00:00.000Z")
    }

    @Test(
        "Only names of the database are zones",
        arguments: [
            "", "utc", "europe/zurich", "Europe", "Europe/", "/etc/passwd", "../zoneinfo/UTC", "Europe/../Asia/Tokyo", "right/UTC",
            "posix/UTC", "localtime", "zone.tab", "tzdata.zi", "Factory", "Europe/Atlantis", "CET-1CEST", "Europe/Zurich\0", " UTC",
        ])
    func unknown(identifier: String) {
        #expect(Zone(identifier: identifier) == nil)
    }

    @Test("Every listed zone can be loaded, and tells the same civil time forth and back")
    func allZones() throws {
        #expect(Zone.knownIdentifiers.count > 400)
        #expect(Zone.knownIdentifiers == Zone.knownIdentifiers.sorted())
        for identifier in Zone.knownIdentifiers {
            let zone = try zone(identifier)
            #expect(zone == Zone(identifier: identifier))
            var instant = try #require(Timestamp(iso8601: "1960-01-01T00:30:00Z"))
            let end = try #require(Timestamp(iso8601: "2060-01-01T00:00:00Z"))
            while instant < end {
                let civil = zone.civil(instant)
                let instants = zone.timestamps(of: civil)
                if !instants.contains(instant) || instants.count > 2 || zone.firstInstant(from: civil) > instant {
                    Issue.record("\(identifier) \(instant) \(civil) \(instants)")
                    return
                }
                instant = instant + .seconds(9 * 86_400 + 7 * 3600 + 1800)
            }
        }
    }
}
