// Why a verb of the command line did not do what was asked: a sentence for the person, and the code that scripts look at.

import Database
import Foundation
import HTTPTypes
import Web

package struct VerbFailure: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// Exit codes, with the meanings of sysexits.h.
    package enum Kind: Int32, Sendable, Codable {
        case usage = 64
        case data = 65
        case unavailable = 69
        case `internal` = 70
        case cannotCreate = 73
        case temporary = 75
    }

    package let kind: Kind
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }

    /// Of whatever was thrown while the product was opened or a verb ran.
    package init(_ error: any Error) {
        switch error {
        case let failure as VerbFailure: self = failure
        case let error as DataFolderInUse: self.init(.temporary, "\(error) Stop it first, or name another folder with --data.")
        case let error as MasterKey.Unusable: self.init(.data, error.description)
        case let error as DatabaseError: self.init(error)
        case let abort as Abort where abort.status == .serviceUnavailable:
            self.init(.temporary, "Too many people are signing in just now. Try again in a few seconds.")
        default: self.init(.internal, "\(error)")
        }
    }

    private init(_ error: DatabaseError) {
        switch error {
        case .full: self.init(.temporary, "The disk is full: nothing was saved. Make room, then try again.")
        case .tooSlow, .busy, .locked: self.init(.temporary, "\(error.description). Try again in a few seconds.")
        case .closed: self.init(.temporary, "The process is ending. Try again in a few seconds.")
        case .damaged(let what): self.init(.data, "The database is damaged (\(what)). Restore a backup.")
        case .duplicate, .constraint, .migration: self.init(.data, error.description)
        case .inputOutput, .unexpectedValue, .engine, .nested: self.init(.internal, error.description)
        }
    }
}
