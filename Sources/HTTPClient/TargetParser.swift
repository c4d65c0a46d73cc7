// libcurl's URL interface, owned by one value: a second parser beside the one that connects is how checks are got around.
import CCurl
import Spelling

/// One parsed URL; not Sendable, made for one call.
struct TargetParser: ~Copyable {
    private let handle: OpaquePointer

    init() throws(TargetProblem) {
        guard let handle = curl_url() else { throw .notURL }
        self.handle = handle
    }

    deinit { curl_url_cleanup(handle) }

    func read(_ text: String) throws(TargetProblem) {
        let flags = UInt32(CURLU_URLENCODE) | UInt32(CURLU_DISALLOW_USER) | UInt32(CURLU_NON_SUPPORT_SCHEME)
        try Self.check(curl_url_set(handle, CURLUPART_URL, text, flags))
    }

    func set(_ part: CURLUPart, to text: String?) throws(TargetProblem) {
        try Self.check(curl_url_set(handle, part, text, 0))
    }

    func has(_ part: CURLUPart) -> Bool {
        var text: UnsafeMutablePointer<CChar>?
        defer { curl_free(text) }
        return curl_url_get(handle, part, &text, 0) == CURLUE_OK
    }

    func part(_ part: CURLUPart, flags: UInt32 = 0) throws(TargetProblem) -> String {
        var text: UnsafeMutablePointer<CChar>?
        defer { curl_free(text) }
        try Self.check(curl_url_get(handle, part, &text, flags))
        guard let text else { throw .notURL }
        return String(cString: text)
    }

    /// The host in ASCII: percent-decoded, and mapped by UTS 46 (full-width digits and letters become plain ones).
    func host() throws(TargetProblem) -> String {
        var text: UnsafeMutablePointer<CChar>?
        defer { curl_free(text) }
        guard ccurl_url_get_host(handle, &text) == CURLUE_OK, let text else { throw .host }
        return String(cString: text)
    }

    /// What stands between `scheme://` and the path, as it was typed: libcurl also takes one or three slashes, and drops
    /// empty user info without a word.
    static func authority(of target: String, after scheme: String) throws(TargetProblem) -> Substring {
        let rest = target[target.utf8.index(target.startIndex, offsetBy: scheme.utf8.count)...]
        guard let place = rest.rest(after: "://") else { throw .host }
        let end = place.utf8.firstIndex { "/?#".utf8.contains($0) } ?? place.endIndex
        let authority = place[..<end]
        guard !authority.isEmpty else { throw .host }
        return authority
    }

    private static func check(_ code: CURLUcode) throws(TargetProblem) {
        switch code {
        case CURLUE_OK: return
        case CURLUE_BAD_SCHEME, CURLUE_UNSUPPORTED_SCHEME, CURLUE_NO_SCHEME: throw .scheme
        case CURLUE_USER_NOT_ALLOWED, CURLUE_BAD_USER, CURLUE_BAD_PASSWORD, CURLUE_BAD_LOGIN: throw .userInfo
        case CURLUE_BAD_HOSTNAME, CURLUE_NO_HOST, CURLUE_BAD_IPV6: throw .host
        case CURLUE_BAD_PORT_NUMBER, CURLUE_NO_PORT: throw .port
        default: throw .notURL
        }
    }
}
