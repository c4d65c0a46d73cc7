// Where the machine keeps the IANA database (package tzdata). Names come from forms, so a name must never become another path.
import Glibc

enum ZoneDatabase {
    private static let folder = "/usr/share/zoneinfo"
    /// The largest real file is under 4 KiB, the list of places under 20 KiB.
    private static let maximumFileSize = 256 * 1024

    static func bytes(of identifier: String) -> [UInt8]? {
        isName(identifier) ? contents(of: "\(folder)/\(identifier)") : nil
    }

    /// The names that `zone.tab` lists in its third column, and UTC.
    static func placeNames() -> [String] {
        var names = ["UTC"]
        let table = contents(of: "\(folder)/zone.tab") ?? []
        for line in table.split(separator: 10) where line.first != 35 {
            let columns = line.split(separator: 9, omittingEmptySubsequences: false)
            guard columns.count >= 3 else { continue }
            let name = String(decoding: columns[2], as: UTF8.self)
            if isName(name) { names.append(name) }
        }
        return names.sorted()
    }

    /// Parts of letters, digits, `_`, `+` and `-`, each beginning with a capital letter: so neither `..` nor the
    /// folders `right` and `posix` nor the file `localtime` are names.
    private static func isName(_ identifier: String) -> Bool {
        let bytes = Array(identifier.utf8)
        guard bytes.count <= 64, identifier != "Factory" else { return false }
        var isStart = true
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 65...90: isStart = false
            case 97...122, 48...57, 43, 45, 95:
                // "America/Argentina/ComodRivadavia" and all others have capitals; "America/Port-au-Prince" within a part.
                if isStart { return false }
            case 47:
                if isStart || index == bytes.count - 1 { return false }
                isStart = true
            default: return false
            }
        }
        return !bytes.isEmpty
    }

    private static func contents(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8192)
        while bytes.count <= maximumFileSize {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                // Also a folder, such as "Europe".
                return nil
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
        return nil
    }
}
