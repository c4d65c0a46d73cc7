// Logos from strangers: what is taken, what is taken out of it, and that nothing makes the parsers trap.

import Testing

@testable import Features

@Suite("Logo image")
struct LogoImageTests {
    private static let samples: [[UInt8]] = [
        SampleImages.png(), SampleImages.jpeg(), SampleImages.gif(), SampleImages.pngWithEverything, SampleImages.jpegWithEverything,
        SampleImages.gifWithEverything,
    ]

    private func problem(_ bytes: [UInt8]) -> LogoProblem? {
        do throws(LogoProblem) {
            _ = try LogoImage(parsing: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test("Nothing but the picture stays of a file with positions, texts, thumbnails and a tail", arguments: samples.indices)
    func stripping(index: Int) throws {
        let image = try LogoImage(parsing: Self.samples[index])
        let text = String(decoding: image.bytes, as: UTF8.self)
        #expect(!text.contains("GPS"))
        let plain = try LogoImage(parsing: Self.samples[index % 3])
        #expect((image.format, image.width, image.height) == (plain.format, plain.width, plain.height))
        #expect(try LogoImage(parsing: image.bytes) == image)
    }

    @Test("Of PNG stay transparency and colours, of JPEG density and Adobe's transform without the thumbnail, of GIF the loop")
    func kept() throws {
        let png = try LogoImage(parsing: SampleImages.pngWithEverything)
        let colours = SampleImages.chunk("sRGB", [0]) + SampleImages.chunk("gAMA", SampleImages.bigEndian(45455))
        #expect(png.bytes == SampleImages.png(before: colours + SampleImages.chunk("tRNS", [0, 255, 0, 255, 0, 255])))

        let jpeg = try LogoImage(parsing: SampleImages.jpegWithEverything)
        let jfif = SampleImages.segment(0xE0, Array("JFIF\0".utf8) + [1, 2, 1, 0, 72, 0, 72, 0, 0])
        let adobe = SampleImages.segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 1])
        // The fill byte before the last marker is not needed.
        #expect(jpeg.bytes.elementsEqual(try LogoImage(parsing: SampleImages.jpeg(extra: jfif + adobe)).bytes))
        #expect(!jpeg.bytes.contains(0x77))

        let gif = try LogoImage(parsing: SampleImages.gifWithEverything)
        #expect(gif.bytes == SampleImages.gif(before: [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]))
    }

    @Test("A picture of 30,000 × 30,000 is refused by its header, whatever follows")
    func dimensions() {
        let wanted = LogoProblem.dimensions(width: 30_000, height: 30_000)
        #expect(problem(SampleImages.png(width: 30_000, height: 30_000)) == wanted)
        #expect(problem(Array(SampleImages.png(width: 30_000, height: 30_000).prefix(24))) == wanted)
        #expect(problem(SampleImages.jpeg(width: 30_000, height: 30_000)) == wanted)
        #expect(problem(SampleImages.gif(width: 30_000, height: 30_000)) == wanted)
        #expect(problem(SampleImages.gif(frameWidth: 30_000)) == .dimensions(width: 30_000, height: 2))
        #expect(problem(SampleImages.png(width: 4096, height: 4096)) == nil)
        #expect(problem(SampleImages.png(width: 4097, height: 1)) == .dimensions(width: 4097, height: 1))
        #expect(problem(SampleImages.png(width: 0xFFFF_FFFF, height: 1)) == .dimensions(width: 0xFFFF_FFFF, height: 1))
        for bytes in [SampleImages.png(width: 0), SampleImages.jpeg(height: 0), SampleImages.gif(width: 0)] {
            #expect(problem(bytes) == .damaged)
        }
    }

    @Test("A file that ends anywhere before its end is refused", arguments: samples.indices)
    func truncated(index: Int) {
        // Of the samples with everything, the tail behind the picture does not count.
        let bytes = index < 3 ? Self.samples[index] : Array(Self.samples[index].dropLast(SampleImages.secret.count))
        for count in 0..<bytes.count { #expect(problem(Array(bytes.prefix(count))) != nil, "\(count) bytes of \(bytes.count)") }
    }

    @Test("Lengths that lie, doubled frames, missing parts and wrong checksums are refused")
    func hostile() {
        var wrongChecksum = SampleImages.png()
        wrongChecksum[wrongChecksum.count - 1] ^= 1
        let huge =
            PNGStripper.signature + SampleImages.chunk("IHDR", SampleImages.bigEndian(1) + SampleImages.bigEndian(1) + [8, 2, 0, 0, 0])
            + [0xFF, 0xFF, 0xFF, 0xFF] + Array("IDAT".utf8)
        let noData =
            PNGStripper.signature + SampleImages.chunk("IHDR", SampleImages.bigEndian(1) + SampleImages.bigEndian(1) + [8, 2, 0, 0, 0])
            + SampleImages.chunk("IEND", [])
        let cases: [[UInt8]] = [
            wrongChecksum, huge, noData, SampleImages.png(before: SampleImages.chunk("ABCD", [])),
            SampleImages.jpeg(frames: 2), SampleImages.jpeg(frames: 0), SampleImages.jpeg(extra: [0xFF, 0xE1, 0, 0]),
            SampleImages.jpeg(extra: [0xFF, 0xE1, 0, 1]), SampleImages.jpeg(extra: [0xFF, 0xD0]), [0xFF, 0xD8, 0xFF, 0xD9],
            Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0, 0x3B], SampleImages.gif(before: [0x99]),
        ]
        for (index, bytes) in cases.enumerated() { #expect(problem(bytes) == .damaged, "case \(index)") }
        #expect(problem(Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8)) == .notAnImage)
        #expect(problem([]) == .notAnImage)
    }

    @Test("Random changes never trap, and what is still taken is whole and stays the same when it is taken again")
    func fuzz() throws {
        var random = SystemRandomNumberGenerator()
        for round in 0..<30_000 {
            var bytes = Self.samples[round % Self.samples.count]
            for _ in 0...Int.random(in: 0...6, using: &random) {
                guard !bytes.isEmpty else { break }
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...4, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[index] = [0, 0xFF, 0x7F, 0x80].randomElement(using: &random) ?? 0
                case 2: bytes.remove(at: index)
                case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
                default: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 0...20, using: &random)))
                }
            }
            guard let image = try? LogoImage(parsing: bytes) else { continue }
            #expect((1...LogoImage.maximumSide).contains(image.width) && (1...LogoImage.maximumSide).contains(image.height))
            let again = try LogoImage(parsing: image.bytes)
            #expect(again == image)
        }
    }
}
