// Which sockets libcurl waits for, kept in the kernel: only what is ready costs anything. `curl_multi_perform` and `curl_multi_poll` ask
// every socket each time, one of three polls a delivery, and each transfer that
// waits (together with what follows in RequestHead and RequestBytes: 45 to 38 µs of processor a delivery on this thread).
import CCurl
import Glibc

/// Lives on the loop's thread, but for `wake`. libcurl calls it back there.
final class SocketWatch {
    private struct Socket {
        /// What libcurl wants to know of it, and what the kernel was told (`CURL_POLL_IN` and `CURL_POLL_OUT`, or 0).
        var wanted: Int32 = 0
        var told: Int32 = 0
        /// We opened it, and hear when it is closed.
        var isOpen = false
    }

    private static let room = 64

    private let epoll: Int32
    private let event: Int32
    private var sockets: [Socket] = []
    private let ready = UnsafeMutablePointer<ccurl_ready>.allocate(capacity: SocketWatch.room)

    init?() {
        epoll = ccurl_epoll()
        event = ccurl_eventfd()
        guard epoll >= 0, event >= 0, ccurl_epoll_set(epoll, event, 0, CURL_POLL_IN) == 0 else { return nil }
    }

    deinit {
        if epoll >= 0 { close(epoll) }
        if event >= 0 { close(event) }
        ready.deallocate()
    }

    func attach(to multi: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_multi_set_watch(
            multi,
            { _, socket, what, context, _ in
                SocketWatch.of(context)?.want(what == CURL_POLL_REMOVE ? 0 : what & CURL_POLL_INOUT, of: socket)
                return 0
            }, context)
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> SocketWatch? {
        context.map { Unmanaged<SocketWatch>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Ends a wait, from any thread.
    func wake() { ccurl_eventfd_write(event) }

    /// Calls libcurl for what is due by the time: what was just added, and what has waited long enough.
    func actOnTime(_ multi: UnsafeMutableRawPointer) {
        guard Self.timeLeft(multi) == 0 else { return }
        var running: Int32 = 0
        curl_multi_socket_action(multi, curl_socket_t(-1), 0, &running)  // CURL_SOCKET_TIMEOUT
    }

    /// Waits until something comes or is due, or `limit` milliseconds, and calls libcurl for what has come.
    func act(_ multi: UnsafeMutableRawPointer, within limit: Int) {
        let time = min(limit, Self.timeLeft(multi) ?? limit)
        var running: Int32 = 0
        for index in 0..<max(0, Int(ccurl_epoll_wait(epoll, ready, Int32(Self.room), Int32(time)))) {
            let (socket, what) = (ready[index].socket, ready[index].what)
            if socket == event {
                ccurl_eventfd_clear(event)
            } else if state(of: socket).wanted == 0 {
                hear(what, unaskedOn: socket)
            } else {
                curl_multi_socket_action(multi, socket, what, &running)
            }
        }
    }

    /// In milliseconds; nil when nothing is to be done by itself.
    private static func timeLeft(_ multi: UnsafeMutableRawPointer) -> Int? {
        var time = -1
        curl_multi_timeout(multi, &time)
        return time < 0 ? nil : time
    }

    // MARK: Sockets

    func didOpen(_ socket: Int32) {
        change(socket) { $0 = Socket(isOpen: true) }
    }

    /// The kernel forgets what is closed.
    func willClose(_ socket: Int32) {
        change(socket) { $0 = Socket() }
    }

    /// A connection that is kept for the next request goes on being watched for the same: two system calls less a request.
    private func want(_ wanted: Int32, of socket: Int32) {
        change(socket) { $0.wanted = wanted }
        let state = state(of: socket)
        if wanted != state.told, wanted != 0 || !state.isOpen { tell(wanted, of: socket) }
    }

    /// On a kept connection. Most often its other end has closed it; whatever else came answers no request, and libcurl 7.88.1 would take
    /// it for the answer to the next, and each answer for that to the request after it: the connection ends here.
    private func hear(_ what: Int32, unaskedOn socket: Int32) {
        let isReadable = what & (CURL_CSELECT_IN | CURL_CSELECT_ERR) != 0
        let state = state(of: socket)
        // What was closed since the kernel told of it may have its number from somebody else by now.
        if isReadable, state.isOpen, state.told != 0 { shutdown(socket, Int32(SHUT_RDWR)) }
        tell(isReadable ? 0 : CURL_POLL_IN, of: socket)
    }

    private func tell(_ wanted: Int32, of socket: Int32) {
        let before = state(of: socket).told
        guard wanted != before else { return }
        let isTold = ccurl_epoll_set(epoll, socket, before, wanted) == 0
        change(socket) { $0.told = isTold ? wanted : 0 }
    }

    private func state(of socket: Int32) -> Socket {
        sockets.indices.contains(Int(socket)) ? sockets[Int(socket)] : Socket()
    }

    private func change(_ socket: Int32, _ change: (inout Socket) -> Void) {
        guard socket >= 0 else { return }
        while sockets.count <= Int(socket) { sockets.append(Socket()) }
        change(&sockets[Int(socket)])
    }
}
