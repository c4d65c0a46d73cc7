// The platform hands media files over for retention, and puts them under legal hold or takes them out of it.

import Database
import HTTP
import HTTPTypes
import JSON
import Time
package import Web

extension Scope {
    package static let writeMedia = Scope("media:write", needs: [.manageRetention])
}

extension Feature {
    static let mediaAPI = Feature(
        scopes: [.writeMedia]
    ) { app in
        let media = MediaController(app)
        return Running(
            routes: [
                .machine(.post, "/media", .writeMedia, media.create).limitingBody(to: MediaController.maximumFileSize)
                    .openWhileSuspended(),
                .machine(.get, "/media/{id}", .writeMedia, media.show),
                .machine(.patch, "/media/{id}", .writeMedia, media.update),
            ],
            onStart: { try media.intake.resume() })
    }
}

struct MediaController {
    /// Bytes of a file that is sent; the web server takes no more either. Larger files come by the inbox folder.
    static let maximumFileSize = 64 << 20

    let intake: MediaIntake

    init(_ app: App) {
        intake = MediaIntake(site: app.site)
    }

    /// Registers a file: sent in a multipart form, or by JSON that names one in the account's inbox folder. 201, or 200 with the
    /// first registration when its `external_id` has been here, or the same recording was taken from the same path.
    @Sendable func create(_ call: MachineCall) throws -> WebResponse {
        let source: MediaIntake.Source
        var fields: [String: JSONValue]
        switch call.request.contentType?.essence {
        case "application/json":
            fields = try jsonFields(call)
            guard let path = fields.removeValue(forKey: "path")?.string else {
                throw Problem.invalidMedia([("path", "Give the file's path below the account's inbox folder, as a text.")])
            }
            source = .inbox(path: path)
        case "multipart/form-data":
            (fields, source) = try multipartFields(call)
        default:
            throw Problem(
                status: .unsupportedMediaType, type: "unsupported-media-type", title: "Unsupported media type",
                detail: "Send multipart/form-data with the file, or application/json that names a file in the inbox folder.")
        }
        let media = try call.read { try NewMedia.checked(fields, of: call.account, at: call.site.clock.now(), on: $0) }
        let slug = call.parameters["slug"] ?? ""
        let (record, isNew) = try intake.register(media, from: source, account: call.account, slug: slug)
        var response = WebResponse.json(record.json, status: isNew ? .created : .ok)
        response.fields[.location] = "/api/v1/accounts/\(slug)/media/\(record.id)"
        return response
    }

    @Sendable func show(_ call: MachineCall) throws -> WebResponse {
        .json(try call.read { try found(call, on: $0) }.json)
    }

    /// `{"hold": true}` or `{"hold": false}`.
    @Sendable func update(_ call: MachineCall) throws -> WebResponse {
        let fields = try jsonFields(call)
        guard fields.count == 1, let isHeld = fields["hold"]?.bool else {
            throw Problem.invalidMedia([("hold", "Send {\"hold\": true} or {\"hold\": false}, and nothing else.")])
        }
        let (record, isChanged) = try call.site.database.write { connection in
            let media = try found(call, on: connection)
            guard try MediaStore.setHold(isHeld, on: media.id, of: call.account, on: connection) else { return (media, false) }
            try AuditEntry(call, action: isHeld ? "media.hold" : "media.release", subject: media.id.description)
                .record(call.site, on: connection)
            return (try found(call, on: connection), true)
        }
        guard isChanged else {
            throw Problem(
                status: .conflict, type: "being-purged", title: "Being purged",
                detail: "This file is being deleted by a purge that has begun: it is too late to change its hold.")
        }
        return .json(record.json)
    }

    private func found(_ call: MachineCall, on connection: any Connection) throws -> MediaRecord {
        guard let id = call.parameters["id"].flatMap({ ID<MediaFile>($0) }),
            let record = try MediaStore.record(id, of: call.account, on: connection)
        else { throw Problem.notFound }
        return record
    }

    private func jsonFields(_ call: MachineCall) throws -> [String: JSONValue] {
        try call.jsonObject().members.reduce(into: [:]) { $0[$1.name] = $1.value }
    }

    private func multipartFields(_ call: MachineCall) throws -> ([String: JSONValue], MediaIntake.Source) {
        let form: MultipartForm
        do {
            form = try MultipartParser(
                contentType: call.request.contentType, limits: .init(parts: 20, fileSize: Self.maximumFileSize),
                folder: call.site.uploadFolder
            ).parse(call.request.body)
        } catch let error as MultipartError {
            throw Problem(
                status: .badRequest, type: "malformed-form", title: "Malformed form",
                detail: "The multipart body could not be read: \(error).")
        } catch let failure as UploadFailure {
            throw Problem.media(failure)
        }
        guard form.oversizedFiles.isEmpty else { throw BodyError.tooLarge(limit: Self.maximumFileSize) }
        guard form.files.count == 1, let file = form.file("file") else {
            throw Problem.invalidMedia([("file", "Send exactly one file, in the field “file”.")])
        }
        var fields: [String: JSONValue] = [:]
        for (name, value) in form.fields.fields {
            guard fields[name] == nil else { throw Problem.invalidMedia([(name, "Send this field once.")]) }
            // Forms know only texts; this is the one field that is none.
            fields[name] = name == "hold" && (value == "true" || value == "false") ? .bool(value == "true") : .string(value)
        }
        return (fields, .upload(file))
    }
}

extension Problem {
    /// Everything that is wrong with the input at once, each with the field it is about.
    static func invalidMedia(_ errors: [(field: String, detail: String)]) -> Problem {
        Problem(
            status: .unprocessableContent, type: "invalid-media", title: "Invalid media",
            detail: errors.map(\.detail).joined(separator: " "),
            extensions: [
                "errors": .array(errors.map { .object(["field": .string($0.field), "detail": .string($0.detail)]) })
            ])
    }
}
