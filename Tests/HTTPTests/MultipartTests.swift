// Uploads as browsers send them, in every slicing, and as attackers do.

import FoundationEssentials
import HTTP
import HTTPTypes
import Testing

@Suite("Multipart forms")
final class MultipartTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "multipart-\(UUID().uuidString)").path

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private var filesLeft: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? ["?"] }

    private func parse(_ text: String, slice: Int = 64 << 10, limits: MultipartParser.Limits = .init()) throws -> MultipartForm {
        try parse(Array(text.replacing("\n", with: "\r\n").utf8), slice: slice, limits: limits)
    }

    private func parse(_ bytes: [UInt8], slice: Int = 64 << 10, limits: MultipartParser.Limits = .init()) throws -> MultipartForm {
        var rest = bytes[...]
        let body = RequestBody(length: bytes.count) { count in
            let chunk = rest.prefix(min(count, slice))
            rest = rest.dropFirst(chunk.count)
            return Array(chunk)
        }
        return try MultipartParser(contentType: MediaType(parsing: "multipart/form-data; boundary=XX"), limits: limits, folder: folder)
            .parse(body)
    }

    private let typical = """
        --XX
        Content-Disposition: form-data; name="name"

        José
        twice
        --XX
        Content-Disposition: form-data; name="logo"; filename="C:\\pictures/my %22logo%22.png"
        Content-Type: image/png

        \u{89}PNG
        --X not the end
        --XX
        content-disposition: FORM-DATA; name=after

        --XX
        Content-Disposition: form-data; name="none"; filename=""
        Content-Type: application/octet-stream

        --XX--
        epilogue
        """.replacing("name=after\n\n", with: "name=after\n\n\n").replacing("octet-stream\n\n", with: "octet-stream\n\n\n")

    @Test("Fields and files are read the same however the network slices them", arguments: [1, 2, 3, 7, 64, 100_000])
    func slices(slice: Int) throws {
        let form = try parse(typical, slice: slice)
        #expect(form.fields == FormData([("name", "José\r\ntwice"), ("after", "")]))
        #expect(form.files.map(\.fileName) == ["my \"logo\".png"])
        let logo = try #require(form.file("logo"))
        #expect(logo.contentType == "image/png")
        let content = try #require(FileManager.default.contents(atPath: logo.path))
        #expect(content == Data("\u{89}PNG\r\n--X not the end".utf8) && logo.size == content.count)
        #expect(form.file("none") == nil)
    }

    @Test("A temporary file goes with the form, a kept one stays, and nobody else can read it")
    func lifetime() throws {
        var form: MultipartForm? = try parse(typical)
        #expect(filesLeft.count == 1)
        let mode = try FileManager.default.attributesOfItem(atPath: try #require(form?.file("logo")).path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        form = nil
        #expect(filesLeft.isEmpty)
        form = try parse(typical)
        try form?.file("logo")?.keep(as: folder + "/kept")
        form = nil
        #expect(filesLeft == ["kept"])
        form = try parse(typical)
        #expect(throws: UploadFailure(code: 2)) { try form?.file("logo")?.keep(as: "/nowhere/at/all") }
        form = nil
        #expect(filesLeft == ["kept"])
    }

    @Test("A file over its limit is dropped, and what was typed after it is still read")
    func oversized() throws {
        let form = try parse(typical, limits: .init(fileSize: 10))
        #expect(form.files.isEmpty)
        #expect(form.oversizedFiles == [.init(fieldName: "logo", fileName: "my \"logo\".png")])
        #expect(form.fields["after"] == "")
        #expect(filesLeft.isEmpty)
    }

    @Test("A file of exactly its limit is taken, every byte value in it")
    func exact() throws {
        let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
        let bytes =
            Array("--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n".utf8) + content + Array("\r\n--XX--".utf8)
        let form = try parse(bytes, limits: .init(fileSize: content.count))
        #expect(FileManager.default.contents(atPath: try #require(form.file("f")).path) == Data(content))
    }

    @Test("Each limit has its error, and nothing is left on the disk")
    func limits() {
        let part = "--XX\nContent-Disposition: form-data; name=\"abcd\"\n\n12345\n"
        let file = "--XX\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\n\n12345\n"
        #expect(throws: MultipartError.tooManyParts(limit: 2)) { try parse(file + part + part + "--XX--", limits: .init(parts: 2)) }
        #expect(throws: MultipartError.fieldTooLarge(name: "abcd", limit: 4)) {
            try parse(file + part + "--XX--", limits: .init(fieldSize: 4))
        }
        #expect(throws: MultipartError.nameTooLong(limit: 3)) { try parse(file + part + "--XX--", limits: .init(nameLength: 3)) }
        #expect(filesLeft.isEmpty)
    }

    @Test(
        "A broken body is refused as such, and nothing is left on the disk",
        arguments: [
            "", "--XX", "--XX\n", "--XX\n\n\n--XX--", "--XX\nContent-Disposition: form-data; name=\"a\"\n\n1",
            "--XX\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\n\ncut off",
            "--XX\nContent-Disposition: form-data\n\n1\n--XX--", "--XX\nContent-Disposition: attachment; name=a\n\n1\n--XX--",
            "--XXY\nContent-Disposition: form-data; name=a\n\n1\n--XX--", "--XX\nno colon\n\n1\n--XX--",
            "--XX\nContent-Disposition: form-data; name=\"a\"; filename=\"a\u{1}b\"\n\n1\n--XX--",
            "--XX\nContent-Disposition: form-data; name=\"a\"\n\n1\u{0}2\n--XX--",
        ])
    func malformed(text: String) {
        #expect(throws: MultipartError.malformed) { try parse(text) }
        #expect(filesLeft.isEmpty)
    }

    @Test("A header or a preamble without end is given up early", arguments: ["--XX\nX: ", "preamble "])
    func endless(start: String) {
        var given = 0
        let body = RequestBody(length: nil) { count in
            defer { given += 1000 }
            return given == 0
                ? Array(start.replacing("\n", with: "\r\n").utf8) : Array(repeating: UInt8(ascii: "y"), count: min(count, 1000))
        }
        #expect(throws: MultipartError.malformed) {
            try MultipartParser(contentType: MediaType(parsing: "multipart/form-data; boundary=XX"), folder: folder).parse(body)
        }
        #expect(given < 20_000)
    }

    @Test("A field that is not UTF-8 is refused")
    func notText() {
        let bytes = Array("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".utf8) + [0xFF] + Array("\r\n--XX--".utf8)
        #expect(throws: MultipartError.malformed) { try parse(bytes) }
    }

    @Test(
        "Another content type is not read as multipart",
        arguments: ["text/plain; boundary=a", "multipart/form-data", "multipart/form-data; boundary=\"\"", "multipart/mixed; boundary=a"])
    func otherTypes(type: String) {
        #expect(throws: MultipartError.notMultipart) { try MultipartParser(contentType: MediaType(parsing: type), folder: folder) }
    }

    @Test("A folder that is not there is the disk's error, not the client's")
    func noFolder() throws {
        let parser = try MultipartParser(contentType: MediaType(parsing: "multipart/form-data; boundary=XX"), folder: "/nowhere/at/all")
        let text = "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n1\r\n--XX--"
        #expect(throws: UploadFailure(code: 2)) { try parser.parse(RequestBody(Array(text.utf8))) }
    }
}
