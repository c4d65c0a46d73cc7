// A logo comes from anywhere: it is decoded, after its size was looked at, and written anew from its pixels, so that what is kept can be
// shown and holds nothing but the picture.

import CPictures
import Foundation
import Synchronization

/// A picture that was decoded whole and made anew: no camera, place, author, thumbnail or profile is in it, and it stands upright.
///
/// Of an animation the first picture stays: nothing in the header of every page moves.
struct LogoImage: Sendable, Equatable {
    enum Format: String, CaseIterable, Sendable {
        case png, jpeg, gif

        /// Of file names that people may choose, in lower case.
        var extensions: Set<String> {
            switch self {
            case .png: ["png"]
            case .jpeg: ["jpeg", "jpg"]
            case .gif: ["gif"]
            }
        }

        var contentType: String { "image/\(rawValue)" }

        /// What is written for it: photographs as photographs, all else without loss.
        fileprivate var kept: Format { self == .jpeg ? .jpeg : .png }

        fileprivate var decoder: PictureFormat {
            switch self {
            case .png: PicturePNG
            case .jpeg: PictureJPEG
            case .gif: PictureGIF
            }
        }

        /// By the first bytes.
        init?(magic bytes: [UInt8]) {
            if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                self = .png
            } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
                self = .jpeg
            } else if bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8) {
                self = .gif
            } else {
                return nil
            }
        }
    }

    /// Pixels on a side. Wider than any screen, and at most 64 MiB once it is decoded.
    static let maximumSide = 4096
    /// One is decoded at a time: each may need some hundred megabytes for a moment.
    private static let decoding = Mutex(())

    let format: Format
    /// In pixels.
    let width: Int
    /// In pixels.
    let height: Int
    let bytes: [UInt8]

    /// Looks at the size before a pixel is decoded. Never traps, whatever the bytes are.
    init(remaking bytes: [UInt8]) throws(LogoProblem) {
        guard let format = Format(magic: bytes) else { throw .notAnImage }
        let picture = format == .png ? PNGChunks.needed(of: bytes) : bytes
        var (width, height): (UInt32, UInt32) = (0, 0)
        guard picture_size(format.decoder, picture, picture.count, &width, &height), width > 0, height > 0 else { throw .damaged }
        guard width <= Self.maximumSide, height <= Self.maximumSide else {
            throw .dimensions(width: Int(width), height: Int(height))
        }
        let orientation = EXIFOrientation.of(bytes, format)
        guard let made = Self.decoding.withLock({ _ in Self.remake(picture, format, width, height, orientation) }) else { throw .damaged }
        self.format = format.kept
        (self.width, self.height) = orientation.changesSides ? (Int(height), Int(width)) : (Int(width), Int(height))
        self.bytes = made
    }

    private static func remake(
        _ bytes: [UInt8], _ format: Format, _ width: UInt32, _ height: UInt32, _ orientation: EXIFOrientation
    ) -> [UInt8]? {
        guard var pixels = picture_decode(format.decoder, bytes, bytes.count, width, height) else { return nil }
        defer { free(pixels) }
        var (width, height) = (width, height)
        if orientation != .upright {
            guard let turned = picture_turn(pixels, width, height, orientation.rawValue) else { return nil }
            free(pixels)
            pixels = turned
            if orientation.changesSides { swap(&width, &height) }
        }
        var count = 0
        guard let made = picture_encode(format.kept.decoder, pixels, width, height, &count) else { return nil }
        defer { free(made) }
        return Array(UnsafeBufferPointer(start: made, count: count))
    }
}

/// What is wrong with a chosen file.
enum LogoProblem: Error, Equatable {
    /// 2 MB or more.
    case tooLarge
    case fileName
    case fileExtension
    /// None of the three formats.
    case notAnImage
    /// The name says one format and the content another.
    case mismatch(LogoImage.Format)
    case dimensions(width: Int, height: Int)
    /// Cut off, broken, or of a kind that browsers do not show.
    case damaged
    /// Others are being looked at, as many as may wait.
    case busy
}
