// libfcgi's request structure, wrapped so that its order of calls cannot be got wrong: receive, read, write, close.

import CFastCGI
import Glibc
import HTTP
import HTTPTypes

/// One for each thread, used again for every request. Not Sendable: libfcgi's structures belong to one thread.
final class FastCGIConnection {
    private let request: UnsafeMutablePointer<FCGX_Request>
    /// Of the request that was received last.
    private var parameters = RequestParameters(nil)

    init() {
        request = .allocate(capacity: 1)
        // No listening socket: we accept by ourselves, for the timeouts and for EMFILE, and libfcgi never should.
        FCGX_InitRequest(request, -1, 0)
    }

    deinit {
        FCGX_Free(request, 1)
        request.deallocate()
    }

    /// Reads the beginning and the parameters of a request. The descriptor belongs to this object from now on.
    ///
    /// - Returns: false, with the connection closed, when what came is no request.
    func receive(from descriptor: Int32) -> Bool {
        request.pointee.ipcFd = descriptor
        // FCGX_Accept_r first finishes the request before, and would close a connection that is not to be kept.
        request.pointee.keepConnection = 1
        // Closing waits up to 2 s for the other side, unless libfcgi holds the connection for detached; a local socket needs no such wait.
        request.pointee.detached = 1
        guard FCGX_Accept_r(request) == 0 else { return false }
        // Parameters that break off between two of them are whole to libfcgi; half a request, perhaps without its cookie, is none to us.
        guard FCGX_GetError(request.pointee.in) == 0 else {
            close()
            return false
        }
        parameters = RequestParameters(request.pointee.envp)
        return true
    }

    func request(body: RequestBody) -> Result<Request, RequestRefusal> {
        parameters.request(body: body)
    }

    func body(maximum: Int, patience: Patience, watchedBy cutoffs: Cutoffs?) -> BodySource {
        let length = parameters.contentLength
        let watched = cutoffs?.watch(request.pointee.ipcFd, until: .now + patience.time(forBytes: 0))
        return BodySource(
            request.pointee.in, length: length, maximum: maximum, patience: patience, isWhole: cutoffs == nil, watched: watched)
    }

    /// nginx closes when its client has.
    var isAbandoned: Bool {
        var look = pollfd(fd: request.pointee.ipcFd, events: 0, revents: 0)
        return poll(&look, 1, 0) == 1 && look.revents & Int16(POLLHUP) != 0
    }

    /// The connection once more, for who goes on with it after `close`.
    func duplicate() -> Int32? {
        let copy = fcntl(request.pointee.ipcFd, F_DUPFD_CLOEXEC, 0)
        return copy >= 0 ? copy : nil
    }

    /// The whole answer, its end included.
    func write(_ response: Response, isHead: Bool) throws {
        let head = ResponseHead.serialized(response)
        guard !isHead, response.status != .noContent, response.status != .notModified else {
            return try AnswerRecords(of: requestID, head: head, isLast: true).write(to: descriptor)
        }
        switch response.body {
        case .bytes(let bytes):
            try AnswerRecords(of: requestID, head: head, bodyCount: bytes.count, isLast: true).write(body: bytes[...], to: descriptor)
        case .stream(let produce):
            try AnswerRecords(of: requestID, head: head, isLast: false).write(to: descriptor)
            try produce { chunk in
                try AnswerRecords(of: requestID, bodyCount: chunk.count, isLast: false).write(body: chunk, to: descriptor)
            }
            try AnswerRecords(of: requestID, isLast: true).write(to: descriptor)
        }
    }

    /// After an answer, or without one: what was written is not touched. Whatever nginx asked for, no connection is kept: on it, what is
    /// left of a body would be read as the next request's records.
    func close() {
        FCGX_Free(request, 1)
    }

    private var descriptor: Int32 { request.pointee.ipcFd }
    private var requestID: Int32 { request.pointee.requestId }
}

/// nginx has closed the connection, most often because its client did.
struct ClientGone: Error {}
