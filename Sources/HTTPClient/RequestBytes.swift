// Bytes of a request where libcurl can read them without a copy of its own: a Swift array has no address that stays.

final class RequestBytes {
    /// An idle handle keeps no more.
    private static let kept = 64 * 1024

    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 1)

    deinit { memory.deallocate() }

    /// Good until the next filling.
    var start: UnsafeMutableRawPointer? { memory.baseAddress }

    func fill(with bytes: [UInt8]) {
        if bytes.count > memory.count { allocate(max(bytes.count, memory.count * 2)) }
        bytes.withUnsafeBytes { memory.copyMemory(from: $0) }
    }

    /// A burst of large ones needs not be kept in memory for ever.
    func shrink() {
        if memory.count > Self.kept { allocate(2048) }
    }

    private func allocate(_ count: Int) {
        memory.deallocate()
        memory = .allocate(byteCount: count, alignment: 1)
    }
}
