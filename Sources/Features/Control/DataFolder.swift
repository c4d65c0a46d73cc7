// The data folder before anything is opened in it, so that what is wrong with it is said in words.

import Foundation

package enum DataFolder {
    /// Makes it, 0750, when it is not there. Throws `VerbFailure` when it cannot be used.
    package static func prepare(_ folder: String) throws(VerbFailure) {
        guard Self.make(folder) else {
            throw VerbFailure(.cannotCreate, "Cannot make the data folder \(folder): \(String(cString: strerror(errno))).")
        }
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw VerbFailure(.cannotCreate, "\(folder) is not a folder. Name another with --data.")
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

    /// With the folders above it; errno says why not.
    private static func make(_ folder: String) -> Bool {
        let parent = URL(filePath: folder).deletingLastPathComponent().path
        // Whatever is synced in it is there after a power cut only if its own name is.
        if mkdir(folder, 0o750) == 0 { return isSynced(parent) }
        if errno == EEXIST { return true }
        guard errno == ENOENT, parent != folder, make(parent) else { return false }
        return mkdir(folder, 0o750) == 0 && isSynced(parent) || errno == EEXIST
    }
}
