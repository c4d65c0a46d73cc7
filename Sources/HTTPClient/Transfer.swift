// One easy handle and the request that runs on it; handles are reset and used again, since making one costs more than a post.
import CCurl

/// Why a request was not even begun.
struct TransferRefusal: Error {
    let fault: TransferFault
    let detail: String
}

/// Not Sendable on purpose: it lives and dies on the loop's thread, where libcurl also calls it back.
final class Transfer {
    let easy: UnsafeMutableRawPointer
    private let userAgent: String
    private let errorText: UnsafeMutablePointer<CChar>
    private var completion: (@Sendable (TransferResult) -> Void)?
    private let requestHead = RequestHead()
    private let requestBody = RequestBytes()
    private var isSet = true  // whether libcurl took every option
    private var mustReset = true
    /// What libcurl was told last, and need not be told, nor copy, again.
    private var lastURL: String?
    private var lastTimeouts: (connect: Duration, total: Duration)?

    // What the callbacks need and leave.
    let sockets: SocketWatch
    var policy = AddressPolicy()
    var refused: IPAddress?
    var hasOpenedSocket = false
    var wasRefusedBeforeRequest = false
    /// The connection, new or kept, is there and the request on its way.
    var hasBegun = false
    var head = ResponseHead()
    var body: [UInt8] = []
    var bodyCap = 0
    var received = 0
    var isTooLarge = false

    init?(userAgent: String, sockets: SocketWatch) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.sockets = sockets
        self.userAgent = userAgent
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(easy)
        errorText.deallocate()
    }

    /// Leaves no option of an earlier request: what every request sets is overwritten, and before and after one that sets more
    /// (another method, a signature, authorities of its own) the handle is reset.
    func begin(_ job: TransferJob, target: Target, policy: AddressPolicy) throws(TransferRefusal) {
        let request = job.request
        let fields = try requestHead.list(of: request)
        errorText.pointee = 0
        completion = job.completion
        mustReset = mustReset || policy.allowsHTTP != self.policy.allowsHTTP
        self.policy = policy
        refused = nil
        hasOpenedSocket = false
        wasRefusedBeforeRequest = false
        hasBegun = false
        head.removeAll()
        bodyCap = max(0, request.bodyCap)
        received = 0
        isTooLarge = false
        let isPlain = request.method == .post && request.awsSigV4 == nil && request.caFile == nil
        if mustReset || !isPlain {
            curl_easy_reset(easy)
            isSet = true
            (lastURL, lastTimeouts) = (nil, nil)
            setFixedOptions()
        }
        setOptions(request, target, fields)
        mustReset = !isPlain || !isSet
        guard isSet else {
            end()
            throw TransferRefusal(fault: .ours, detail: "libcurl refused an option.")
        }
    }

    /// Lets go of everything that the request brought.
    @discardableResult
    func end() -> (@Sendable (TransferResult) -> Void)? {
        defer { completion = nil }
        requestBody.shrink()
        body = []
        return completion
    }

    private func set(_ option: CURLoption, _ value: Int) { isSet = ccurl_set_long(easy, option, value) == CURLE_OK && isSet }

    private func set(_ option: CURLoption, _ value: String?) { isSet = ccurl_set_string(easy, option, value) == CURLE_OK && isSet }

    private func setFixedOptions() {
        set(CURLOPT_PROTOCOLS_STR, policy.allowsHTTP ? "https,http" : "https")
        set(CURLOPT_REDIR_PROTOCOLS_STR, "https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        // No variable of the environment counts, nor is it searched for one at each request.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "*")
        set(CURLOPT_NOSIGNAL, 1)
        // A name server that hangs must not hold the whole thread while libcurl waits for its resolver to end.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        // With a folder of authorities libcurl cannot keep the parsed file between connections (some 10 ms each).
        set(CURLOPT_CAPATH, nil)
        set(CURLOPT_USERAGENT, userAgent)
        let context = Unmanaged.passUnretained(self).toOpaque()
        isSet = ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText) == CURLE_OK && isSet
        isSet = ccurl_set_opensocket(easy, TransferCallbacks.openSocket, context) == CURLE_OK && isSet
        let watch = Unmanaged.passUnretained(sockets).toOpaque()
        isSet = ccurl_set_closesocket(easy, TransferCallbacks.closeSocket, watch) == CURLE_OK && isSet
        isSet = ccurl_set_prereq(easy, TransferCallbacks.beforeRequest, context) == CURLE_OK && isSet
        isSet = ccurl_set_header(easy, TransferCallbacks.headLine, context) == CURLE_OK && isSet
        isSet = ccurl_set_write(easy, TransferCallbacks.bodyBytes, context) == CURLE_OK && isSet
    }

    private func setOptions(_ request: OutgoingRequest, _ target: Target, _ fields: UnsafeMutablePointer<curl_slist>?) {
        if lastURL != target.url {
            set(CURLOPT_URL, target.url)
            lastURL = target.url
        }
        if lastTimeouts?.connect != request.connectTimeout || lastTimeouts?.total != request.totalTimeout {
            set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.timeoutMilliseconds)
            set(CURLOPT_TIMEOUT_MS, request.totalTimeout.timeoutMilliseconds)
            lastTimeouts = (request.connectTimeout, request.totalTimeout)
        }
        isSet = ccurl_set_list(easy, CURLOPT_HTTPHEADER, fields) == CURLE_OK && isSet
        setBody(request)
        if let caFile = request.caFile { set(CURLOPT_CAINFO, caFile) }
        if let aws = request.awsSigV4 {
            set(CURLOPT_AWS_SIGV4, "aws:amz:\(aws.region):\(aws.service)")
            set(CURLOPT_USERNAME, aws.accessKey)
            set(CURLOPT_PASSWORD, aws.secretKey)
        }
    }

    private func setBody(_ request: OutgoingRequest) {
        switch request.method {
        case .get where request.body.isEmpty: set(CURLOPT_HTTPGET, 1)
        case .head: set(CURLOPT_NOBODY, 1)
        case .delete where request.body.isEmpty: set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        default:
            set(CURLOPT_POST, 1)
            if request.method != .post { set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
            set(CURLOPT_POSTFIELDSIZE, request.body.count)
            requestBody.fill(with: request.body)
            isSet = ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, requestBody.start) == CURLE_OK && isSet
        }
    }

    /// To be read before the handle leaves the multi handle.
    func result(of code: CURLcode) -> TransferResult {
        var status = 0
        _ = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        let timings = Timings(easy)
        var fault = TransferFault(code, status: status, evidence: evidence)
        // libcurl takes some lines for a status line and their status for 200, which say nothing of the kind: `http/1.1 500`.
        let isMisread = code == CURLE_OK && head.status != status
        if isMisread, fault == .none || fault == .receiverStatus { fault = .receiverProtocol }
        var address: UnsafeMutablePointer<CChar>?
        _ = ccurl_get_string(easy, CURLINFO_PRIMARY_IP, &address)
        let remoteAddress = address.map { String(cString: $0) } ?? ""
        return TransferResult(
            status: head.status == nil || status == 0 || isMisread ? nil : status, fields: head.fields(), body: body,
            isBodyTruncated: received > body.count, timings: timings, fault: fault,
            detail: isMisread ? "The answer does not begin with a status line of HTTP." : detail(of: fault, code: code, status: status),
            remoteAddress: remoteAddress.isEmpty || fault == .policy ? nil : remoteAddress)
    }

    private var evidence: TransferEvidence {
        TransferEvidence(
            isTooLarge: isTooLarge, isRefused: wasRefusedBeforeRequest || (refused != nil && !hasOpenedSocket), hasBegun: hasBegun)
    }

    private func detail(of fault: TransferFault, code: CURLcode, status: Int) -> String {
        switch fault {
        case .none: return ""
        case .receiverStatus: return "The receiver answered \(status)."
        case .policy: return "The address \(refused.map(\.description) ?? "of the receiver") is not allowed."
        case .tooLarge where isTooLarge && received > 0: return "The answer is longer than \(HTTPClient.receiveLimit) bytes."
        case .tooLarge: return "The head of the answer is too long."
        default:
            let text = String(cString: errorText)
            return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        }
    }
}

extension Duration {
    /// For libcurl, to which 0 would mean no timeout at all, and which counts in a C long.
    fileprivate var timeoutMilliseconds: Int {
        let (seconds, attoseconds) = components
        let (whole, overflow) = Int(seconds).multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? 1 : Int(Int32.max) }
        return min(max(1, whole.addingReportingOverflow(Int(attoseconds / 1_000_000_000_000_000)).partialValue), Int(Int32.max))
    }
}
