// A logo comes from anywhere: it is taken apart without decoding a pixel, and only what an image needs is put together again.

/// A picture that was checked from its first byte to its last, without what it said besides: no camera, place, author or thumbnail.
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

        fileprivate func strip(_ bytes: [UInt8]) throws(ImageFault) -> StrippedImage {
            switch self {
            case .png: try PNGStripper.strip(bytes)
            case .jpeg: try JPEGStripper.strip(bytes)
            case .gif: try GIFStripper.strip(bytes)
            }
        }

        /// By the first bytes.
        init?(magic bytes: [UInt8]) {
            if bytes.starts(with: PNGStripper.signature) {
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

    /// Pixels on a side. Wider than any screen, and at most 64 MiB once a browser has decoded it.
    static let maximumSide = 4096

    let format: Format
    /// In pixels.
    let width: Int
    /// In pixels.
    let height: Int
    /// The image alone.
    let bytes: [UInt8]

    /// Reads the size before anything else is believed, then walks the whole structure. Never traps, whatever the bytes are.
    init(parsing bytes: [UInt8]) throws(LogoProblem) {
        guard let format = Format(magic: bytes) else { throw .notAnImage }
        let stripped: StrippedImage
        do {
            stripped = try format.strip(bytes)
        } catch {
            throw error.problem
        }
        self.format = format
        width = stripped.width
        height = stripped.height
        self.bytes = stripped.bytes
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
}

/// What a format's parser makes of a file.
struct StrippedImage {
    let width: Int
    let height: Int
    let bytes: [UInt8]
}

enum ImageFault: Error {
    case damaged
    case dimensions(width: Int, height: Int)

    var problem: LogoProblem {
        switch self {
        case .damaged: .damaged
        case .dimensions(let width, let height): .dimensions(width: width, height: height)
        }
    }

    /// Throws unless both sides are from 1 to `LogoImage.maximumSide`.
    static func check(width: Int, height: Int) throws(ImageFault) {
        guard width > 0, height > 0 else { throw .damaged }
        guard width <= LogoImage.maximumSide, height <= LogoImage.maximumSide else { throw .dimensions(width: width, height: height) }
    }
}
