// The engine's thread sleeps when there is nothing to do, whatever came before.

import Database
import Foundation
import Testing
import Time

@testable import Delivery

@Suite("Inbox")
struct InboxTests {
    @Test("After a busy time the thread does not wake for nothing")
    func noSignalsLeft() {
        let inbox = Inbox()
        for _ in 0..<1_000 {
            inbox.hint([ID<Webhook>(value: 1)])
            #expect(inbox.take(by: .system, timeout: .seconds(1)).hinted.count == 1)
        }
        let start = Date()
        #expect(inbox.take(by: .system, timeout: .milliseconds(50)).isEmpty)
        #expect(Date().timeIntervalSince(start) >= 0.045)
        inbox.hint([ID<Webhook>(value: 2)])
        #expect(inbox.take(by: .system, timeout: .seconds(1)).hinted.count == 1)
    }
}
