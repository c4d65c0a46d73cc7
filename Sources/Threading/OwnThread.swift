// A thread of its own for what blocks, in SQLite, libfcgi or libcurl: on Swift's cooperative pool it would take a place from everyone
// else who waits there.

package import Glibc

package enum OwnThread {
    /// The system has no thread left to give.
    package struct Unavailable: Error, CustomStringConvertible {
        /// Of pthread_create.
        package let code: Int32

        package var description: String { "no thread: \(String(cString: strerror(code)))" }
    }

    /// In bytes. Only touched pages count as memory, so this is room for a deep template or JSON value and costs nothing until used.
    private static let stackSize = 1 << 20

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread, which goes when it ends.
    ///
    /// - Parameter name: for who looks at the process; its first 15 bytes are seen.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(Unavailable) {
        pthread_detach(try startJoinable(name, body))
    }

    /// Linux's file for it: glibc's own call is not visible from here.
    private static func show(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, name, min(15, name.utf8.count))
        close(descriptor)
    }

    /// Runs `body` on a new thread. The caller joins it, or detaches it.
    package static func startJoinable(_ name: String, _ body: @escaping @Sendable () -> Void) throws(Unavailable) -> pthread_t {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        let box = Unmanaged.passRetained(
            Body {
                show(name)
                body()
            })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw Unavailable(code: code)
        }
        return thread
    }
}
