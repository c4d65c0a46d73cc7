// Which number people see when they are called: a rule of its own, so that the page that explains it and whatever asks get the
// same answer.

/// The head of line, in the order that product.md gives: the queue's, then the user's, then the account's, else anonymous.
struct HeadOfLine: Equatable {
    enum Source: String, CaseIterable, Equatable {
        case queue, user, account, anonymous

        /// In the order, from 1.
        var place: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }
    }

    let source: Source
    /// E.164; nil when the call is anonymous.
    let number: String?

    init(queue: String?, user: String?, account: String?) {
        let numbers: [(Source, String?)] = [(.queue, queue), (.user, user), (.account, account)]
        let found = numbers.first { !($0.1 ?? "").isEmpty }
        source = found?.0 ?? .anonymous
        number = found?.1
    }
}
