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
        let media = try call.read { connection in
            var media = try NewMedia.checked(fields, of: call.account, at: call.site.clock.now(), on: connection)
            if media.isHeld { media.hold = try call.hold(on: media, for: NewMedia.holdReason(fields), on: connection) }
            return media
        }
        let slug = call.parameters["slug"] ?? ""
        let (record, isNew) = try intake.register(media, from: source, account: call.account, slug: slug)
        var response = WebResponse.json(record.json, status: isNew ? .created : .ok)
        response.fields[.location] = "/api/v1/accounts/\(slug)/media/\(record.id)"
        return response
    }

    @Sendable func show(_ call: MachineCall) throws -> WebResponse {
        .json(try call.read { try found(call, on: $0) }.json)
    }

    /// `{"hold": true}` or `{"hold": false}`, with a reason or without. A release ends what machines have placed on the item; what people
    /// have placed stays, and `hold` of the answer says so.
    @Sendable func update(_ call: MachineCall) throws -> WebResponse {
        let fields = try jsonFields(call)
        guard let isHeld = fields["hold"]?.bool, Set(fields.keys).isSubset(of: ["hold", "hold_reason"]) else {
            throw Problem.invalidMedia([
                ("hold", "Send {\"hold\": true} or {\"hold\": false}, with a “hold_reason” if you like, and nothing else.")
            ])
        }
        let reason = try NewMedia.holdReason(fields)
        do {
            let record = try call.site.database.write { connection in
                let media = try found(call, on: connection)
                guard media.state == "live" else { throw HoldStore.TooLate() }
                let isChanged =
                    isHeld
                    ? try HoldStore.placeByMachine(
                        call.hold(on: media, for: reason, on: connection), on: media.id, in: call.account, on: connection)
                    : try call.release(media, for: reason, on: connection)
                guard isChanged else { return media }
                try AuditEntry(
                    call, action: isHeld ? "media.hold" : "media.release", subject: media.id.description,
                    changes: reason.map { [FieldChange("hold_reason", before: "", after: $0)] } ?? []
                ).record(call.site, on: connection)
                return try found(call, on: connection)
            }
            return .json(record.json)
        } catch is HoldStore.TooLate {
            throw Problem(
                status: .conflict, type: "being-purged", title: "Being purged",
                detail: "This file is being deleted by a purge that has begun: it is too late to change its hold.")
        }
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

extension MachineCall {
    /// By the key's name, as a person's has theirs.
    fileprivate func hold(on media: NewMedia, for reason: String?, on connection: any Connection) throws -> HoldRecord {
        try hold(
            media.kind, media.recordedAt, userName: media.userName, number: media.trackingNumber, for: reason, on: connection)
    }

    fileprivate func hold(on media: MediaRecord, for reason: String?, on connection: any Connection) throws -> HoldRecord {
        try hold(
            media.kind, media.recordedAt, userName: media.userName, number: media.trackingNumber, for: reason, on: connection)
    }

    private func hold(
        _ kind: MediaKind, _ recordedAt: Timestamp, userName: String?, number: String?, for reason: String?,
        on connection: any Connection
    ) throws -> HoldRecord {
        let scope = try MediaWords.scope(kind, recordedAt, userName: userName, number: number, of: account, site, on: connection)
        let (t, _) = try MediaWords.accountWords(account, site, on: connection)
        return HoldRecord(
            id: site.ids.next(), origin: .machine, scope: scope, reason: reason ?? t("media.hold.machine_reason"),
            userName: try HoldStore.keyName(key, of: account, on: connection), createdAt: site.clock.now())
    }

    fileprivate func release(_ media: MediaRecord, for reason: String?, on connection: any Connection) throws -> Bool {
        let (t, _) = try MediaWords.accountWords(account, site, on: connection)
        return try HoldStore.releaseByMachine(
            media.id, for: reason ?? t("media.hold.machine_reason"), by: HoldStore.keyName(key, of: account, on: connection),
            at: site.clock.now(), in: account, on: connection)
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
