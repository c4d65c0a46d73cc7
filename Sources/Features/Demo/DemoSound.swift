// Sound files for the demonstration: WAV files as long as calls are, a soft dialling tone each a little different, then silence.

import Foundation

enum DemoSound {
    /// 8 kHz, 16 bit, mono: what telephones carry.
    private static let rate = 8000
    private static let head = 44

    static func bytes(seconds: Double) -> Int {
        head + 2 * Int(seconds * Double(rate))
    }

    /// Writes the file and gives its size. The silence is zeros that nobody wrote, so that hundreds of calls take the room of their tones
    /// only, where the file system can do that. `seed` makes each file another.
    static func write(to path: String, seconds: Double, seed: Int) throws -> Int {
        let size = bytes(seconds: seconds)
        let url = URL(filePath: path)
        try Data(header(size - head) + tone(seconds: min(1, seconds), seed: seed)).write(to: url)
        let file = try FileHandle(forWritingTo: url)
        defer { try? file.close() }
        try file.truncate(atOffset: UInt64(size))
        return size
    }

    private static func header(_ count: Int) -> [UInt8] {
        Array("RIFF".utf8) + little(36 + count, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + little(1, 2) + little(1, 2) + little(rate, 4)
            + little(2 * rate, 4) + little(2, 2) + little(16, 2) + Array("data".utf8) + little(count, 4)
    }

    private static func tone(seconds: Double, seed: Int) -> [UInt8] {
        let frequency = 300.0 + Double(seed % 23) * 17
        var bytes: [UInt8] = []
        for index in 0..<Int(seconds * Double(rate)) {
            let time = Double(index) / Double(rate)
            let fade = min(1, min(time, seconds - time) * 20)
            let value = sin(2 * .pi * frequency * time) + 0.4 * sin(2 * .pi * frequency * 1.5 * time)
            bytes += little(Int(6000 * fade * value), 2)
        }
        return bytes
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
