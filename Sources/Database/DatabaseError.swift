// The faults that callers act on differently; whatever else an engine says is passed on as text for the log.

package enum DatabaseError: Error, Equatable, CustomStringConvertible {
    /// A UNIQUE or PRIMARY KEY constraint refused the row.
    case duplicate(String)
    /// A foreign key or CHECK constraint refused the row.
    case constraint(String)
    /// No room on the disk: nothing was written. Answered with 507; works again when there is room.
    case full
    /// The disk failed under a write: what is durable is known only after a restart.
    case inputOutput(String)
    /// The file is none of the database's, or was cut or written over.
    case damaged(String)
    /// A read took longer than it may.
    case tooSlow
    /// The reads that one account may have at once are under way.
    case busy
    /// Another process has the database's lock.
    case locked
    case unexpectedValue(column: String, type: String)
    case migration(String)
    case engine(String)
    /// Within a transaction another was asked for: they would wait for each other for ever. Use the connection that is at hand.
    case nested
    /// The writer has stopped: the process is ending.
    case closed

    package var description: String {
        switch self {
        case .duplicate(let what): "a row like it exists already: \(what)"
        case .constraint(let what): "a constraint refused the row: \(what)"
        case .full: "the disk is full"
        case .inputOutput(let what): "the disk failed: \(what)"
        case .damaged(let what): "the database is damaged: \(what)"
        case .tooSlow: "the read took too long"
        case .busy: "too many reads are under way"
        case .locked: "another process holds the lock of the database"
        case .unexpectedValue(let column, let type): "column \(column) holds no \(type)"
        case .migration(let what): what
        case .engine(let what): what
        case .nested: "a transaction was asked for within a transaction, whose connection is the one to use"
        case .closed: "the database is closed"
        }
    }
}
