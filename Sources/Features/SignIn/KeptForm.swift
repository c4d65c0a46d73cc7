// A form that came when it could not be taken, kept over the sign-in or the change of password that it waits for. It is kept in the
// pages themselves, as hidden inputs: the server holds nothing for somebody who is nobody yet.

import HTTP
import Templating
import Web

struct KeptForm {
    /// Why something of it is not here; the page says so.
    enum Loss: String, CaseIterable {
        case secrets, files, size
    }

    /// With its query; a path of this site.
    let path: String
    let fields: [HiddenField]
    let losses: [Loss]

    /// Our largest form has some 250 inputs and a few KB; no text that it takes is longer than 64 KiB.
    private static let maximumFields = 500
    private static let maximumBytes = 128 << 10
    /// What a form that carries a kept one may have: each of its bytes may take three when it is sent.
    static let bodyLimit = 512 << 10

    private static let prefix = "kept."
    private static let pathName = "kept_path"
    private static let lossName = "kept_loss"

    /// The form that was interrupted. Nil when it is not known to come from a page of ours.
    init?(interrupted visit: Visit) {
        guard visit.isFromOwnPage else { return nil }
        let query = visit.query.encoded()
        path = query.isEmpty ? visit.request.path : "\(visit.request.path)?\(query)"
        guard WebResponse.isLocal(path) else { return nil }
        var losses: [Loss] = []
        if visit.form.fields.contains(where: { Self.isSecret($0.name) && !$0.value.isEmpty }) { losses.append(.secrets) }
        if visit.upload.files.contains(where: { !$0.fileName.isEmpty }) || !visit.upload.oversizedFiles.isEmpty { losses.append(.files) }
        let typed = visit.form.fields.filter { $0.name != "csrf" && !Self.isSecret($0.name) }
        let isTooLarge =
            typed.count > Self.maximumFields || typed.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } > Self.maximumBytes
        if isTooLarge { losses.append(.size) }
        fields = isTooLarge ? [] : typed.map { HiddenField(name: $0.name, value: $0.value) }
        self.losses = losses
    }

    /// The form that another one carries. Nil when it carries none.
    init?(carriedBy form: FormData) {
        guard let path = form[Self.pathName], WebResponse.isLocal(path) else { return nil }
        self.path = path
        fields = form.fields.compactMap { field in
            guard field.name.hasPrefix(Self.prefix) else { return nil }
            let name = String(field.name.dropFirst(Self.prefix.count))
            return name == "csrf" || Self.isSecret(name) ? nil : HiddenField(name: name, value: field.value)
        }
        losses = form.all(Self.lossName).compactMap { Loss(rawValue: $0) }
    }

    /// It can be sent again. Without what was too large, it would be another form.
    var isWhole: Bool { !losses.contains(.size) }

    /// What makes a form carry this one.
    var carried: [HiddenField] {
        [HiddenField(name: Self.pathName, value: path)]
            + losses.map { HiddenField(name: Self.lossName, value: $0.rawValue) }
            + fields.map { HiddenField(name: Self.prefix + $0.name, value: $0.value) }
    }

    func notes(_ t: Translation) -> [String] {
        losses.map { t("sign_in.kept.\($0.rawValue)") }
    }

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.contains("password") || name.contains("secret")
    }
}
