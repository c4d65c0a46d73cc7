// The few reasons for which the server cannot start, in words for the person who starts it.

import Glibc

package enum FastCGIError: Error, Equatable, CustomStringConvertible {
    /// Another process answers at this path.
    case inUse(path: String)
    /// There is a file at this path that is no socket, so it is not ours to replace.
    case notASocket(path: String)
    /// The system takes at most 107 bytes.
    case pathTooLong(path: String)
    /// A system call failed; `code` is its `errno`.
    case system(call: String, path: String, code: Int32)

    package var description: String {
        switch self {
        case .inUse(let path): "Another process already listens at \(path). Stop it, or choose another socket."
        case .notASocket(let path): "\(path) is not a socket. Remove it, or choose another path for the socket."
        case .pathTooLong(let path): "The socket's path \(path) is longer than the 107 bytes that the system takes."
        case .system(let call, let path, let code): "\(call) of \(path) failed: \(String(cString: strerror(code)))."
        }
    }
}
