// One message as a relay takes it: who it is from and to, and what stands above the body (RFC 5322, RFC 2047). The body itself, in
// text and in HTML, libcurl writes.

import FoundationEssentials
import Spelling
import Time

package struct MailMessage: Sendable, Equatable {
    package var recipient: String
    package var recipientName: String
    package var subject: String
    package var text: String
    package var html: String

    package init(to recipient: String, named recipientName: String, subject: String, text: String, html: String) {
        self.recipient = recipient
        self.recipientName = recipientName
        self.subject = subject
        self.text = text
        self.html = html
    }

    /// The lines of the head, but for those that libcurl writes itself.
    ///
    /// - Parameter id: the same each time that it is sent, so that a second copy is known as one.
    func headers(from sender: MailSender, id: String, at time: Timestamp) -> [String] {
        [
            "Date: \(Self.date(time))",
            "From: \(Self.address(sender.address, named: sender.name))",
            "To: \(Self.address(recipient, named: recipientName))",
            "Subject: \(Self.words(subject))",
            "Message-ID: <\(id)@\(sender.domain)>",
            // Answering machines do not answer (RFC 3834).
            "Auto-Submitted: auto-generated",
            "Content-Type: multipart/alternative",
        ]
    }

    private static func address(_ address: String, named name: String) -> String {
        name.isEmpty ? "<\(address)>" : "\(words(name)) <\(address)>"
    }

    /// ASCII as it is, all else as encoded words, each with whole characters, one a line, none longer than 78 with the header's name
    /// (RFC 2047, § 2).
    static func words(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && text.utf8.count <= 60
        // In a name these would be syntax, and `=?` would be taken for an encoded word.
        guard !isPlain || text.utf8.contains(where: { "\"(),.:;<>@[]\\=".utf8.contains($0) }) else { return text }
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            // Line ends would begin a header.
            let bytes = Array((scalar.value < 0x20 || scalar.value == 0x7F ? " " : String(scalar)).utf8)
            if words[words.count - 1].count + bytes.count > 39 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?UTF-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    /// `Fri, 27 Nov 2026 16:05:09 +0000`
    private static func date(_ time: Timestamp) -> String {
        let civil = Zone.utc.civil(time)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(civil.date.daysSince1970 % 7 + 7) % 7]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = "\(two(civil.date.day)) \(months[civil.date.month - 1]) \(civil.date.year)"
        return "\(weekday), \(day) \(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) +0000"
    }
}

/// Whom messages come from.
package struct MailSender: Sendable {
    package let name: String
    package let address: String

    package init(name: String, address: String) {
        (self.name, self.address) = (name, address)
    }

    var domain: String { address.cut(at: "@").map { String($0.after) } ?? "localhost" }
}
