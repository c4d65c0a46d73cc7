// Forms with a file come as multipart bodies (RFC 7578). Read as a stream: memory stays at a few chunks,
// whatever is uploaded, and the disk at the limits given.

package struct MultipartParser {
    private let delimiter: [UInt8]
    private let limits: Limits
    private let folder: String

    /// - Parameters:
    ///   - contentType: the request's, with its boundary.
    ///   - folder: where the temporary files go; it must exist, on the file system where files are kept in the end.
    package init(contentType: MediaType?, limits: Limits = Limits(), folder: String) throws(MultipartError) {
        guard let contentType, contentType.essence == "multipart/form-data", let boundary = contentType[parameter: "boundary"],
            (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { throw .notMultipart }
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.limits = limits
        self.folder = folder
    }

    /// Reads the body to its last delimiter.
    ///
    /// - Throws: `MultipartError`, `UploadFailure` when the disk refuses, or what the body throws. A file over its limit is not an error: see `oversizedFiles`.
    package func parse(_ body: RequestBody) throws -> MultipartForm {
        var form = MultipartForm()
        var input = DelimitedInput(body: body, delimiter: delimiter)
        // Whatever stands before the first delimiter is to be ignored (RFC 2046 § 5.1.1); clients that are in use send nothing.
        var preamble = 0
        while let chunk = try input.nextChunk() {
            preamble += chunk.count
            if preamble > limits.headerSize { throw MultipartError.malformed }
        }
        var parts = 0
        while let header = try input.nextHeader(limit: limits.headerSize) {
            parts += 1
            guard parts <= limits.parts else { throw MultipartError.tooManyParts(limit: limits.parts) }
            let part = try PartHeader(header, nameLength: limits.nameLength)
            if part.fileName == nil {
                form.fields.append(part.name, try readField(part.name, &input))
            } else {
                try readFile(part, &input, into: &form)
            }
        }
        return form
    }

    private func readField(_ name: String, _ input: inout DelimitedInput) throws -> String {
        var value: [UInt8] = []
        while let chunk = try input.nextChunk() {
            guard chunk.count <= limits.fieldSize - value.count else {
                throw MultipartError.fieldTooLarge(name: name, limit: limits.fieldSize)
            }
            value += chunk
        }
        guard !value.contains(0), let text = String(validating: value, as: UTF8.self) else { throw MultipartError.malformed }
        return text
    }

    private func readFile(_ part: PartHeader, _ input: inout DelimitedInput, into form: inout MultipartForm) throws {
        let fileName = part.fileName ?? ""
        var next = try input.nextChunk()
        // A browser sends an empty part without a name where no file was chosen.
        if next == nil, fileName.isEmpty { return }
        var file = try TemporaryFile(in: folder)
        var isOversized = false
        while let chunk = next {
            isOversized = isOversized || chunk.count > limits.fileSize - file.size
            if !isOversized { try file.write(chunk) }
            next = try input.nextChunk()
        }
        if isOversized {
            form.oversizedFiles.append(.init(fieldName: part.name, fileName: fileName))
        } else {
            form.files.append(file.finish(fieldName: part.name, fileName: fileName, contentType: part.contentType))
        }
    }
}
