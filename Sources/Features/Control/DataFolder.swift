// The data folder before anything is opened in it, so that what is wrong with it is said in words.

import Foundation

package enum DataFolder {
    /// Makes it, 0750, when it is not there. Throws `VerbFailure` when it cannot be used.
    package static func prepare(_ folder: String) throws(VerbFailure) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw VerbFailure(.cannotCreate, "Cannot make the data folder \(folder): \(reason(error)).")
        }
        guard access(folder, R_OK | W_OK | X_OK) == 0 else {
            throw VerbFailure(.cannotCreate, "The data folder \(folder) is not writable by this user: \(String(cString: strerror(errno))).")
        }
    }

    /// Whether another process holds it just now.
    package static func isInUse(_ folder: String) -> Bool {
        do {
            _ = try DataFolderLock(folder: folder)
            return false
        } catch {
            return error is DataFolderInUse
        }
    }

    private static func reason(_ error: any Error) -> String {
        let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError).map { Int32(clamping: $0.code) }
        return code.map { String(cString: strerror($0)) } ?? error.localizedDescription
    }
}
