// A thread of its own for jobs, which block: on Swift's cooperative pool they would take a place from everyone else.
import Glibc

enum DetachedThread {
    /// The system has no thread left to give.
    struct CreationError: Error, CustomStringConvertible {
        /// Of pthread_create.
        let errorNumber: Int32

        var description: String { "no thread: \(String(cString: strerror(errorNumber)))" }
    }

    private final class Body {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    static func start(_ run: @escaping @Sendable () -> Void) throws(CreationError) {
        let body = Unmanaged.passRetained(Body(run: run))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let result = pthread_create(
            &thread, &attributes,
            { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        if result != 0 {
            body.release()
            throw CreationError(errorNumber: result)
        }
    }
}
