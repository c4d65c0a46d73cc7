// From libcurl's hundred codes to the closed set, in one place; what is not listed is `unknown`, never a guess.
import CCurl

/// What the callbacks and libcurl know beside the code.
struct TransferEvidence {
    var isTooLarge = false
    /// All addresses were refused, or the connection was before its use.
    var isRefused = false
    /// The request was on its way, over a new connection or a kept one: what happened then is not ours.
    var hasBegun = false
}

extension TransferFault {
    init(_ code: CURLcode, status: Int, evidence: TransferEvidence) {
        if evidence.isTooLarge {
            self = .tooLarge
            return
        }
        let fault = Self.fault(code, status: status, evidence: evidence)
        // Ours is what kept a request from being sent. Of an answer that it cannot read libcurl says many things: that the protocol
        // is not supported (no status line), that an argument was bad (a line of head without a colon), that memory ran out.
        self = fault == .ours && evidence.hasBegun ? .receiverProtocol : fault
    }

    private static func fault(_ code: CURLcode, status: Int, evidence: TransferEvidence) -> TransferFault {
        switch code {
        case CURLE_OK:
            (200...299).contains(status) ? .none : .receiverStatus
        case CURLE_COULDNT_RESOLVE_HOST:
            .dns
        case CURLE_COULDNT_CONNECT:
            evidence.isRefused ? .policy : .connect
        case CURLE_ABORTED_BY_CALLBACK:
            evidence.isRefused ? .policy : .ours
        case CURLE_OPERATION_TIMEDOUT:
            .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT, CURLE_SSL_SHUTDOWN_FAILED, CURLE_USE_SSL_FAILED, CURLE_SSL_CERTPROBLEM:
            .tls
        case CURLE_GOT_NOTHING, CURLE_WEIRD_SERVER_REPLY, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE,
            CURLE_BAD_CONTENT_ENCODING,
            CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_HTTP_RETURNED_ERROR, CURLE_CHUNK_FAILED, CURLE_AGAIN:
            .receiverProtocol
        case CURLE_FILESIZE_EXCEEDED:
            .tooLarge
        case CURLE_OUT_OF_MEMORY where evidence.hasBegun:
            // What 7.88.1 says to a line of head above 100 KiB; memory itself does not run out in a call on Linux.
            .tooLarge
        case CURLcode(rawValue: 100):
            // CURLE_TOO_LARGE, which libcurl 8.6 says to it instead.
            .tooLarge
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_FAILED_INIT, CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN, CURLE_COULDNT_RESOLVE_PROXY,
            CURLE_WRITE_ERROR, CURLE_READ_ERROR,
            CURLE_OUT_OF_MEMORY, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_SETOPT_OPTION_SYNTAX, CURLE_INTERFACE_FAILED,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_NO_CONNECTION_AVAILABLE, CURLE_AUTH_ERROR, CURLE_LOGIN_DENIED, CURLE_SEND_FAIL_REWIND,
            CURLE_FUNCTION_NOT_FOUND, CURLE_RECURSIVE_API_CALL:
            .ours
        default:
            .unknown
        }
    }
}

extension Timings {
    /// libcurl counts every phase from the start; here each stands by itself.
    init(_ easy: UnsafeMutableRawPointer) {
        func time(_ info: CURLINFO) -> curl_off_t {
            var value = curl_off_t(0)
            _ = ccurl_get_offset(easy, info, &value)
            return max(0, value)
        }
        let name = time(CURLINFO_NAMELOOKUP_TIME_T)
        let connect = time(CURLINFO_CONNECT_TIME_T)
        let tls = time(CURLINFO_APPCONNECT_TIME_T)
        let first = time(CURLINFO_STARTTRANSFER_TIME_T)
        dns = .microseconds(name)
        self.connect = .microseconds(max(0, connect - name))
        self.tls = .microseconds(tls == 0 ? 0 : max(0, tls - connect))
        firstByte = .microseconds(first == 0 ? 0 : max(0, first - max(connect, tls, name)))
        total = .microseconds(time(CURLINFO_TOTAL_TIME_T))
    }
}
