// Sound files for the demonstration: real WAV files of a second or two, a soft dialling tone each a little different.

import Foundation

enum DemoSound {
    /// 8 kHz, 8 bit, mono, as telephones have it. `seed` makes each file another.
    static func wave(seconds: Double, seed: Int) -> [UInt8] {
        let rate = 8000
        let count = Int(seconds * Double(rate))
        let frequency = 300.0 + Double(seed % 23) * 17
        var bytes: [UInt8] = []
        bytes.reserveCapacity(44 + count)
        bytes += Array("RIFF".utf8) + little(36 + count, 4) + Array("WAVEfmt ".utf8)
        bytes += little(16, 4) + little(1, 2) + little(1, 2) + little(rate, 4) + little(rate, 4) + little(1, 2) + little(8, 2)
        bytes += Array("data".utf8) + little(count, 4)
        for index in 0..<count {
            let time = Double(index) / Double(rate)
            let fade = min(1, min(time, seconds - time) * 20)
            let value = sin(2 * .pi * frequency * time) + 0.4 * sin(2 * .pi * frequency * 1.5 * time)
            bytes.append(UInt8(clamping: Int(128 + 45 * fade * value)))
        }
        return bytes
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
