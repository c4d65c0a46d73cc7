// Time zones straight from the system's compiled IANA files: Foundation's TimeZone brings ICU (tens of megabytes) and
// does not say which instants a local time names. A zone is a sorted table, looked up by bisection.
import Synchronization

/// A time zone of the IANA database, with its whole history and its rules for every future year. A copy costs one reference.
package struct Zone: Sendable {
    private final class Table: Sendable {
        let identifier: String
        let transitions: ZoneTransitions

        init(identifier: String, transitions: ZoneTransitions) {
            self.identifier = identifier
            self.transitions = transitions
        }
    }

    private let table: Table

    private init(identifier: String, transitions: ZoneTransitions) {
        table = Table(identifier: identifier, transitions: transitions)
    }

    /// As given, for example `Europe/Zurich`.
    package var identifier: String { table.identifier }

    /// Only names that the database has get in, so it cannot grow without end.
    private static let cache = Mutex<[String: Zone]>([:])

    /// nil unless the system's database has this name, spelled exactly so. Read from the disk once.
    package init?(identifier: String) {
        if identifier == "UTC" {
            self = .utc
        } else if let zone = Self.cache.withLock({ $0[identifier] }), zone.identifier.utf8.elementsEqual(identifier.utf8) {
            self = zone
        } else {
            guard let bytes = ZoneDatabase.bytes(of: identifier), let transitions = ZoneTransitions(tzif: bytes) else { return nil }
            let zone = Zone(identifier: identifier, transitions: transitions)
            Self.cache.withLock { $0[identifier] = zone }
            self = zone
        }
    }

    /// Needs no file.
    package static let utc = Zone(identifier: "UTC", transitions: .fixed(offset: 0))

    /// The places to offer in a form: the names of IANA's `zone.tab`, and UTC; sorted. Old names (`US/Eastern`) are
    /// valid, but are not listed. Only UTC where the machine has no tzdata.
    package static let knownIdentifiers: [String] = ZoneDatabase.placeNames()

    /// Seconds east of UTC.
    package func offset(at instant: Timestamp) -> Int {
        table.transitions.offset(atSecond: instant.seconds)
    }

    /// What a wall clock there shows; parts of a second are cut off.
    package func civil(_ instant: Timestamp) -> CivilTime { local(instant).time }

    /// What a wall clock there shows, and how many seconds east of UTC it is then.
    package func local(_ instant: Timestamp) -> (time: CivilTime, offset: Int) {
        let seconds = instant.seconds
        let offset = table.transitions.offset(atSecond: seconds)
        return (CivilTime(localSeconds: seconds + Int64(offset)), offset)
    }

    /// Every instant at which a wall clock there shows this time: none in a gap, two in an overlap, the earlier first.
    package func timestamps(of time: CivilTime) -> [Timestamp] {
        let local = time.localSeconds
        return table.transitions.seconds(ofLocal: local).map { Timestamp(milliseconds: $0 * 1000) }
    }

    /// The (first) instant of this local time or, where the clock jumps over it, the instant of the jump, which is the
    /// first that exists after it.
    package func firstInstant(from time: CivilTime) -> Timestamp {
        let local = time.localSeconds
        let second = table.transitions.seconds(ofLocal: local).first ?? table.transitions.gapEnd(aroundLocal: local)
        return Timestamp(milliseconds: second * 1000)
    }

    /// Not always midnight: where summer time begins at 00:00, the day starts at 01:00. For a day that a zone
    /// skipped whole (Apia, 2011-12-30) it is the start of the next day.
    package func startOfDay(_ date: CivilDate) -> Timestamp {
        firstInstant(from: CivilTime(startOf: date))
    }
}

extension Zone: Hashable {
    package static func == (left: Zone, right: Zone) -> Bool {
        left.identifier == right.identifier
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(identifier)
    }
}
