// Logos from strangers: what is taken, what is left of it, and that whatever does not decode is refused.

import CPictures
import Database
import Foundation
import HTTP
import TestSupport
import Testing
import Threading
import Web

@testable import Features

@Suite("Logo image")
struct LogoImageTests {
    private static let samples: [[UInt8]] = [
        SampleImages.png(), SampleImages.jpeg(), SampleImages.gif(), SampleImages.pngWithEverything, SampleImages.jpegWithEverything,
        SampleImages.gifWithEverything, SampleImages.inInks,
    ]

    private func problem(_ bytes: [UInt8]) -> LogoProblem? {
        do throws(LogoProblem) {
            _ = try LogoImage(remaking: bytes)
            return nil
        } catch {
            return error
        }
    }

    /// One letter a pixel, one text a row: r, b, w(hite), . (transparent), ? (something else).
    private func rows(_ image: LogoImage) throws -> [String] {
        let format = image.format == .jpeg ? PictureJPEG : PicturePNG
        let decoded = picture_decode(format, image.bytes, image.bytes.count, UInt32(image.width), UInt32(image.height))
        let pixels = try #require(decoded)
        defer { free(pixels) }
        return (0..<image.height).map { row in
            String(
                (0..<image.width).map { column in
                    let place = 4 * (row * image.width + column)
                    let colour = (0..<4).map { Int(pixels[place + $0]) }
                    if colour[3] < 128 { return "." }
                    if colour[0] > 240, colour[1] > 240, colour[2] > 240 { return "w" }
                    return colour[0] > 150 && colour[2] < 90 ? "r" : colour[2] > 150 && colour[0] < 90 ? "b" : "?"
                })
        }
    }

    @Test("Nothing but the picture stays of a file with positions, texts, thumbnails, profiles and a tail", arguments: samples.indices)
    func stripping(index: Int) throws {
        let image = try LogoImage(remaking: Self.samples[index])
        let text = String(decoding: image.bytes, as: UTF8.self)
        for word in ["GPS", "Exif", "eXIf", "ICC", "tEXt", "XMP"] { #expect(!text.contains(word)) }
        #expect(image.format == (image.bytes.starts(with: [0xFF, 0xD8]) ? .jpeg : .png))
        // What was made is a picture that is taken again, with the same pixels when nothing is lost in writing.
        let again = try LogoImage(remaking: image.bytes)
        #expect((again.format, again.width, again.height) == (image.format, image.width, image.height))
        if image.format == .png { #expect(again == image) }
    }

    @Test("What is compressed beside the picture is not even unpacked: the decoder gets what the pixels need")
    func onlyTheNeeded() throws {
        let (sRGB, transparent) = (SampleImages.chunk("sRGB", [0]), SampleImages.chunk("tRNS", [0, 1, 0, 1, 0, 1]))
        let gamma = SampleImages.chunk("gAMA", SampleImages.bigEndian(45455))
        let needed = SampleImages.png(before: sRGB + gamma + transparent)
        #expect(PNGChunks.needed(of: SampleImages.pngWithEverything) == needed + SampleImages.secret)
        let text = SampleImages.chunk("zTXt", Array("a\0\0".utf8) + SampleImages.secret)
        let profile = SampleImages.chunk("iCCP", Array("a\0\0".utf8) + SampleImages.secret)
        #expect(PNGChunks.needed(of: SampleImages.png(before: text + profile, after: text)) == SampleImages.png())
        // What cannot be read stays, to be refused.
        for bytes in [[], Array(needed.prefix(7)), Array(needed.dropLast(3)), needed + [0x7F, 0xFF, 0xFF, 0xFF] + text] {
            #expect(PNGChunks.needed(of: bytes) == bytes)
        }
    }

    @Test("Pictures are looked at one for an account and four in all; who comes while none is free is told so, and no worker waits")
    func busy() throws {
        let test = try TestApp()
        let body = Array("--q\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"a.png\"\r\n\r\n".utf8) + SampleImages.png()
        let type = MediaType(parsing: "multipart/form-data; boundary=q")
        let form = try MultipartParser(contentType: type, folder: test.site.uploadFolder).parse(
            RequestBody(body + Array("\r\n--q--\r\n".utf8)))
        let places = Places<ID<Account>>(ofOwner: 1, inAll: 2)
        let isBusy = { (account: ID<Account>) in if case .refused(.busy) = LogoUpload(form, of: account, places) { true } else { false } }
        try places.withPlace(of: test.acme) {
            #expect(isBusy(test.acme) && !isBusy(test.globex))
            try places.withPlace(of: test.globex) { #expect(isBusy(test.acme) && isBusy(test.globex)) }
        }
        #expect(!isBusy(test.acme))
    }

    @Test("The pixels are those of the file: transparency, inks, and of an animation the first picture")
    func pixels() throws {
        #expect(try rows(LogoImage(remaking: SampleImages.png())) == ["w"])
        #expect(try rows(LogoImage(remaking: SampleImages.pngWithEverything)) == ["w"])
        #expect(try rows(LogoImage(remaking: SampleImages.png(before: SampleImages.chunk("tRNS", [0, 255, 0, 255, 0, 255])))) == ["."])
        let half = String(repeating: "r", count: 8) + String(repeating: "b", count: 8)
        for bytes in [SampleImages.jpeg(), SampleImages.jpegWithEverything, SampleImages.inInks] {
            #expect(try rows(LogoImage(remaking: bytes)) == Array(repeating: half, count: 8))
        }
        for bytes in [SampleImages.gif(), SampleImages.gifWithEverything] { #expect(try rows(LogoImage(remaking: bytes)) == ["rb", "rb"]) }
        // The rest of a screen that the picture does not fill is transparent.
        #expect(try rows(LogoImage(remaking: SampleImages.gif(width: 3, height: 3))) == ["rb.", "rb.", "..."])
    }

    @Test("A picture that a telephone wrote as the sensor lay stands upright, in JPEG and in PNG", arguments: 1...8)
    func orientation(value: Int) throws {
        let exif = SampleImages.exif(orientation: UInt8(value), isLittleEndian: value % 2 == 0)
        let image = try LogoImage(remaking: SampleImages.jpeg(extra: SampleImages.segment(0xE1, Array("Exif\0\0".utf8) + exif)))
        let (red, blue) = (String(repeating: "r", count: 8), String(repeating: "b", count: 8))
        let across = Array(repeating: red, count: 8) + Array(repeating: blue, count: 8)
        let wanted: [[String]] = [
            Array(repeating: red + blue, count: 8), Array(repeating: blue + red, count: 8), Array(repeating: blue + red, count: 8),
            Array(repeating: red + blue, count: 8), across, across, across.reversed(), across.reversed(),
        ]
        #expect(try rows(image) == wanted[value - 1])
        #expect((image.width, image.height) == (value < 5 ? (16, 8) : (8, 16)))
        // Written for it in a PNG as well, with three pixels that tell each of the eight from the others.
        let png = try LogoImage(remaking: Self.corner(SampleImages.chunk("eXIf", exif)))
        let corners = [
            ["rbw", "www"], ["wbr", "www"], ["www", "wbr"], ["www", "rbw"], ["rw", "bw", "ww"], ["wr", "wb", "ww"], ["ww", "wb", "wr"],
            ["ww", "bw", "rw"],
        ]
        #expect(try rows(png) == corners[value - 1])
    }

    /// 3 × 2 pixels: red, blue, white, and a white row.
    private static func corner(_ extra: [UInt8]) -> [UInt8] {
        let row: [UInt8] = [0, 255, 0, 0, 0, 0, 255, 255, 255, 255]
        let content = row + [0] + [UInt8](repeating: 255, count: 9)
        var (one, two) = (1, 0)
        for byte in content {
            one = (one + Int(byte)) % 65521
            two = (two + one) % 65521
        }
        let length = UInt8(content.count)
        let data = [0x78, 0x01, 0x01, length, 0, ~length, 0xFF] + content + SampleImages.bigEndian(two << 16 | one)
        return SampleImages.png(width: 3, height: 2, before: extra, data: data)
    }

    @Test("An orientation that makes no sense is none")
    func nonsense() throws {
        let plain = try LogoImage(remaking: SampleImages.jpeg())
        for exif in [
            SampleImages.exif(orientation: 0), SampleImages.exif(orientation: 9), Array(SampleImages.exif(orientation: 6).prefix(12)),
            Array("MM".utf8) + [0, 42, 0xFF, 0xFF, 0xFF, 0xFF], Array("XX".utf8), [],
        ] {
            let bytes = SampleImages.jpeg(extra: SampleImages.segment(0xE1, Array("Exif\0\0".utf8) + exif))
            #expect(try LogoImage(remaking: bytes) == plain)
        }
    }

    @Test("A picture of 30,000 × 30,000 is refused by its header, whatever follows")
    func dimensions() {
        let wanted = LogoProblem.dimensions(width: 30_000, height: 30_000)
        #expect(problem(SampleImages.png(width: 30_000, height: 30_000)) == wanted)
        #expect(problem(SampleImages.jpeg(width: 30_000, height: 30_000)) == wanted)
        #expect(problem(SampleImages.gif(width: 30_000, height: 30_000)) == wanted)
        #expect(problem(SampleImages.gif(frameWidth: 30_000)) == .dimensions(width: 30_000, height: 2))
        #expect(problem(SampleImages.png(width: 4097, height: 1)) == .dimensions(width: 4097, height: 1))
        for bytes in [
            SampleImages.png(width: 0), SampleImages.jpeg(height: 0), SampleImages.gif(width: 0),
            SampleImages.png(width: 0xFFFF_FFFF, height: 1),
        ] {
            #expect(problem(bytes) == .damaged)
        }
    }

    @Test("A file that ends before all of its pixels are there is refused", arguments: samples.indices)
    func truncated(index: Int) throws {
        let bytes = Self.samples[index]
        var taken: [Int] = []
        for count in 0..<bytes.count where problem(Array(bytes.prefix(count))) == nil { taken.append(count) }
        guard let first = taken.first else { return }
        // Once all pixels are there, it stays so, and they are the same.
        #expect(taken == Array(first..<bytes.count))
        let start = try LogoImage(remaking: Array(bytes.prefix(first)))
        #expect(start == (try LogoImage(remaking: bytes)))
        #expect(first > bytes.count / 3)
    }

    @Test("An empty or cut IDAT, half a JPEG, wrong checksums and missing parts are damaged; a GIF without its trailer is a picture")
    func damaged() throws {
        let pixel: [UInt8] = [0x78, 0x01, 0x01, 4, 0, 0xFB, 0xFF, 0, 255, 255, 255, 0x05, 0xFE, 0x02, 0xFE]
        var wrongChecksum = SampleImages.png()
        wrongChecksum[wrongChecksum.count - 14] ^= 1
        let jpeg = SampleImages.jpeg()
        let gif = SampleImages.gif()
        let cases: [[UInt8]] = [
            SampleImages.png(data: []), SampleImages.png(data: Array(pixel.prefix(9))), SampleImages.png(height: 2), wrongChecksum,
            SampleImages.png(width: 4096, height: 4096), SampleImages.png(before: SampleImages.chunk("ABCD", [])),
            Array(jpeg.dropLast(10)), Array(jpeg.prefix(jpeg.count / 2)), Array(jpeg.dropLast(10)) + [0xFF, 0xD9],
            SampleImages.jpeg(width: 16, height: 1600), [0xFF, 0xD8, 0xFF, 0xD9],
            Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0, 0x3B], SampleImages.gif(before: [0x99]), Array(gif.dropLast(4)),
            SampleImages.gif(frameWidth: 3),
        ]
        for (index, bytes) in cases.enumerated() { #expect(problem(bytes) == .damaged, "case \(index)") }
        #expect(try LogoImage(remaking: SampleImages.gif(after: [])) == LogoImage(remaking: gif))
        #expect(problem(Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8)) == .notAnImage)
        #expect(problem([]) == .notAnImage)
    }

    @Test("Random changes never trap, and what is still taken is whole and stays a picture when it is taken again")
    func fuzz() throws {
        var random = SystemRandomNumberGenerator()
        for round in 0..<10_000 {
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
            guard let image = try? LogoImage(remaking: bytes) else { continue }
            #expect((1...LogoImage.maximumSide).contains(image.width) && (1...LogoImage.maximumSide).contains(image.height))
            let again = try LogoImage(remaking: image.bytes)
            #expect((again.format, again.width, again.height) == (image.format, image.width, image.height))
        }
    }
}
