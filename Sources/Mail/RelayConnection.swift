// One connection to the relay, by libcurl: kept from one message to the next, used by one thread.

import CCurl
import Spelling
import Time

final class RelayConnection {
    private let relay: MailRelay
    private let easy: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private let isStopping: () -> Bool
    private var isSet = true
    /// The last refusal that the relay said of this message: what follows it, such as a farewell, says nothing of it.
    private var answer: [UInt8] = []

    private static let connectTime = 10_000
    /// For one answer; a relay that looks at a message takes its time.
    private static let answerTime = 60
    private static let wholeTime = 120_000
    private static let maximumAnswer = 500

    /// Nil without memory.
    init?(_ relay: MailRelay, isStopping: @escaping () -> Bool) {
        guard let easy = curl_easy_init() else { return nil }
        self.relay = relay
        self.easy = easy
        self.isStopping = isStopping
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(easy)
        errorText.deallocate()
    }

    func send(_ message: MailMessage, from sender: MailSender, id: String, at time: Timestamp) -> MailOutcome {
        answer = []
        errorText.pointee = 0
        isSet = true
        // An option of the message before must not stay; the connection does.
        curl_easy_reset(easy)
        setConnection()
        var recipients: UnsafeMutablePointer<curl_slist>?
        var head: UnsafeMutablePointer<curl_slist>?
        guard let body = body(of: message) else { return .unavailable(reason: "no memory") }
        defer {
            curl_mime_free(body)
            curl_slist_free_all(recipients)
            curl_slist_free_all(head)
        }
        recipients = curl_slist_append(nil, "<\(message.recipient)>")
        for line in message.headers(from: sender, id: id, at: time) { head = curl_slist_append(head, line) }
        set(CURLOPT_MAIL_FROM, "<\(sender.address)>")
        isSet = ccurl_set_list(easy, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK && isSet
        isSet = ccurl_set_list(easy, CURLOPT_HTTPHEADER, head) == CURLE_OK && isSet
        isSet = ccurl_set_pointer(easy, CURLOPT_MIMEPOST, UnsafeMutableRawPointer(body)) == CURLE_OK && isSet
        guard isSet else { return .unavailable(reason: "libcurl refused an option") }
        return outcome(of: curl_easy_perform(easy))
    }

    private func set(_ option: CURLoption, _ value: Int) { isSet = ccurl_set_long(easy, option, value) == CURLE_OK && isSet }

    private func set(_ option: CURLoption, _ value: String?) { isSet = ccurl_set_string(easy, option, value) == CURLE_OK && isSet }

    private func setConnection() {
        set(CURLOPT_URL, relay.url)
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        let encryption =
            switch relay.encryption {
            case .always: CURLUSESSL_ALL
            case .whenOffered: CURLUSESSL_TRY
            case .never: CURLUSESSL_NONE
            }
        set(CURLOPT_USE_SSL, Int(encryption.rawValue))
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let authorities = relay.authorities { set(CURLOPT_CAINFO, authorities) }
        if relay.user != nil {
            set(CURLOPT_USERNAME, relay.user)
            set(CURLOPT_PASSWORD, relay.password ?? "")
        }
        set(CURLOPT_CONNECTTIMEOUT_MS, Self.connectTime)
        set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Self.answerTime)
        set(CURLOPT_TIMEOUT_MS, Self.wholeTime)
        let context = Unmanaged.passUnretained(self).toOpaque()
        isSet = ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText) == CURLE_OK && isSet
        isSet = ccurl_set_header(easy, Self.answerLine, context) == CURLE_OK && isSet
        isSet = ccurl_set_write(easy, Self.answerLine, context) == CURLE_OK && isSet
        isSet = ccurl_set_progress(easy, Self.progress, context) == CURLE_OK && isSet
    }

    /// The text first: of alternatives the last that is understood is shown (RFC 2046, § 5.1.4).
    private func body(of message: MailMessage) -> OpaquePointer? {
        guard let mime = curl_mime_init(easy) else { return nil }
        for (type, content) in [("text/plain; charset=utf-8", message.text), ("text/html; charset=utf-8", message.html)] {
            let lines = content.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).joined(separator: [13, 10])
            let bytes = Array(lines)
            guard let part = curl_mime_addpart(mime), curl_mime_type(part, type) == CURLE_OK,
                curl_mime_encoder(part, "quoted-printable") == CURLE_OK,
                bytes.withUnsafeBytes({ curl_mime_data(part, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count) }) == CURLE_OK
            else {
                curl_mime_free(mime)
                return nil
            }
        }
        return mime
    }

    private func outcome(of code: CURLcode) -> MailOutcome {
        guard code != CURLE_OK else { return .accepted }
        guard !isStopping() else { return .stopped }
        let text = String(cString: errorText)
        let reason = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        let said = String(decoding: answer, as: UTF8.self)
        let status = Int(said.prefix(maximumScalars: 3)) ?? 0
        // What the relay says of our own address or login is no fault of the message (421: it is about to close).
        let isOfMessage = code == CURLE_SEND_ERROR && !text.begins(with: "MAIL") || code == CURLE_WEIRD_SERVER_REPLY
        guard isOfMessage, status != 421 else { return .unavailable(reason: said.isEmpty ? reason : "\(reason) (\(said))") }
        switch status {
        case 500...599: return .refused(answer: said)
        case 400...499: return .deferred(answer: said)
        default: return .unavailable(reason: reason)
        }
    }

    private func hear(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.first == UInt8(ascii: "4") || bytes.first == UInt8(ascii: "5") else { return }
        answer = bytes.prefix(Self.maximumAnswer).filter { $0 >= 0x20 && $0 != 0x7F }
    }

    private static func connection(_ context: UnsafeMutableRawPointer?) -> RelayConnection? {
        context.map { Unmanaged<RelayConnection>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let answerLine: ccurl_data_callback = { bytes, size, count, context in
        if let bytes, let connection = connection(context) {
            connection.hear(UnsafeRawBufferPointer(start: bytes, count: size &* count))
        }
        return size &* count
    }

    private static let progress: ccurl_progress_callback = { context, _, _, _, _ in
        connection(context)?.isStopping() == true ? 1 : 0
    }
}
