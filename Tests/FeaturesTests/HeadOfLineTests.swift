// Whose number shows when a call goes out.

import Testing

@testable import Features

@Suite("Head of line")
struct HeadOfLineTests {
    @Test("The head of line is the queue's, then the user's, then the account's, else there is none")
    func headOfLine() {
        let (a, b, c) = ("+33142685300", "+33142685301", "+33142685302")
        #expect(HeadOfLine(queue: a, user: b, account: c).source == .queue)
        #expect(HeadOfLine(queue: nil, user: b, account: c).number == b)
        #expect(HeadOfLine(queue: "", user: nil, account: c).source == .account)
        #expect(HeadOfLine(queue: nil, user: nil, account: nil) == HeadOfLine(queue: "", user: "", account: ""))
        #expect(HeadOfLine(queue: nil, user: nil, account: nil).number == nil)
    }
}
