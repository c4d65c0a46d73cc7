// One worker's life: take a connection, have libfcgi read the request, run the handler, answer, close.
// Each step that can fail ends this exchange and not the thread.

import CFastCGI
import Glibc
import HTTP
import HTTPTypes
import Logging

struct Exchange: Sendable {
    let maximumBody: Int
    let patience: Patience
    let gate: ArrivalGate
    let cutoffs: Cutoffs
    let handler: @Sendable (Request) -> Response
    let logger: Logger
    /// The system's, but for the test that makes it fail.
    var accept: @Sendable (_ listener: Int32) -> Int32 = { Glibc.accept($0, nil, nil) }

    /// Returns when the listening socket is shut down and its queue is empty.
    func serve(_ listener: ListeningSocket) {
        let connection = FastCGIConnection()
        var delay = Self.shortestDelay
        while true {
            let descriptor = accept(listener.descriptor)
            if descriptor >= 0 {
                delay = Self.shortestDelay
                setTimeouts(of: descriptor)
                switch gate.wait(for: descriptor) {
                case .incomplete, .none: close(descriptor)
                case .head: if connection.receive(from: descriptor) { answer(connection, watchedBy: cutoffs) }
                case .whole: if connection.receive(from: descriptor) { answer(connection, watchedBy: nil) }
                }
                continue
            }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EINVAL, EBADF: return
            case let code:
                // EMFILE, ENFILE, ENOMEM and the like pass; a thread that went on at once would only burn the processor.
                // Said once until it is over, as it comes from every worker several times a second.
                if delay == Self.shortestDelay {
                    logger.error("No connection could be accepted.", metadata: ["reason": "\(String(cString: strerror(code)))"])
                }
                usleep(delay)
                delay = min(delay * 2, Self.maximumDelay)
            }
        }
    }

    /// - Parameter watchedBy: nil when the whole body is there.
    private func answer(_ connection: FastCGIConnection, watchedBy cutoffs: Cutoffs?) {
        let body = connection.body(maximum: maximumBody, patience: patience, watchedBy: cutoffs)
        var response: Response
        var isHead = false
        switch connection.request(body: RequestBody(length: body.length, read: body.read)) {
        case .success(var request):
            request.isAbandoned = { connection.isAbandoned }
            isHead = request.method == .head
            response = handler(request)
        case .failure(let refusal):
            response = .text(refusal.words, status: .badRequest)
        }
        if response.status.code < 200 || response.status.code > 599 {
            logger.error("A handler gave a status that must not be sent.", metadata: ["status": "\(response.status.code)"])
            response = .text("Something went wrong on our side.", status: .internalServerError)
        }
        let unread = body.end()
        var rest: Int32?
        do {
            try connection.write(response, isHead: isHead)
            if unread > 0 { rest = connection.duplicate() }
        } catch {
            // It has no end then: nginx breaks off towards the client too, who would otherwise take half an export for a whole one.
            if !(error is ClientGone) { logger.error("A response broke off.", metadata: ["reason": "\(error)"]) }
        }
        connection.close()
        if let rest { self.cutoffs.drain(rest, maximum: unread) }
    }

    /// What libfcgi lacks. A read or write that takes longer fails, and with it the exchange.
    private func setTimeouts(of descriptor: Int32) {
        for (option, duration) in [(SO_RCVTIMEO, Self.stuck), (SO_SNDTIMEO, Self.stuck)] {
            let parts = duration.components
            var time = timeval(tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// nginx sends on what it has, and takes a response into its buffers, at once; one that does not for so long is stuck.
    private static let stuck = Duration.seconds(30)
    /// Microseconds between tries to accept when descriptors or memory have run out: doubled from the first to the second.
    private static let shortestDelay: useconds_t = 5000
    private static let maximumDelay: useconds_t = 200_000
}
