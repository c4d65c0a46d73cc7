// What a multipart body turns into, the limits it is held to, and the ways it is refused.

/// The fields and files of a `multipart/form-data` body.
package struct MultipartForm: Sendable {
    /// A file that went over the limit: its bytes were dropped, but the rest of the form was read, so that
    /// the form can be shown again with all that was typed.
    package struct OversizedFile: Sendable, Equatable {
        package let fieldName: String
        package let fileName: String

        package init(fieldName: String, fileName: String) {
            self.fieldName = fieldName
            self.fileName = fileName
        }
    }

    package var fields = FormData()
    package var files: [UploadedFile] = []
    package var oversizedFiles: [OversizedFile] = []

    package init() {}

    /// The first file of that field; nil when none was chosen.
    package func file(_ fieldName: String) -> UploadedFile? {
        files.first { $0.fieldName == fieldName }
    }
}

package enum MultipartError: Error, Equatable {
    /// Not `multipart/form-data`, or without a boundary that RFC 2046 allows.
    case notMultipart
    /// Broken or cut off.
    case malformed
    case tooManyParts(limit: Int)
    /// `limit` is in bytes.
    case fieldTooLarge(name: String, limit: Int)
    case nameTooLong(limit: Int)
}

extension MultipartParser {
    package struct Limits: Sendable {
        /// Our forms with a file have under 50 fields.
        package var parts = 200
        /// Bytes of one field: the longest text that any of our forms takes.
        package var fieldSize = 64 << 10
        /// Bytes of one file; a logo must be smaller than 2 MB.
        package var fileSize = 2_000_000
        /// Bytes of a field's or a file's name: what file systems allow.
        package var nameLength = 255
        /// Bytes of the header of one part; browsers send under 500.
        package var headerSize = 4 << 10

        package init(parts: Int = 200, fieldSize: Int = 64 << 10, fileSize: Int = 2_000_000, nameLength: Int = 255) {
            self.parts = parts
            self.fieldSize = fieldSize
            self.fileSize = fileSize
            self.nameLength = nameLength
        }
    }
}
