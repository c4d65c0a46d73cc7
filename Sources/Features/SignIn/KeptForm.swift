// A form that came when it could not be taken, kept over the sign-in or the change of password that it waits for. It is kept in the
// pages themselves, sealed: the server holds nothing for somebody who is nobody yet, and takes nothing back but what it has checked
// and given to this very browser. Only what its declaration names is written down there; a form that declares nothing leads back to
// its page.

import Database
import Foundation
import HTTP
import Spelling
import Templating
import Web

struct KeptForm: Codable {
    /// Why something of it is not here; the page says so.
    enum Loss: String, Codable {
        case secrets, files, size
        /// Something that the form does not declare, such as the answer to a question.
        case rest
        /// None of it may be kept.
        case all
    }

    struct Field: Codable {
        let name: String
        let value: String
    }

    /// What a page calls a field of it.
    struct Label: Codable {
        let key: String
        /// What was sent for it has words of its own.
        let isChosen: Bool
    }

    /// With its query where the form can be sent again, else the page to begin again from; a path of this site.
    let path: String
    let fields: [Field]
    /// By the fields' names.
    let labels: [String: Label]
    let losses: [Loss]

    /// Our largest form has some 250 inputs and a few KB; no text that it takes is longer than 64 KiB.
    private static let maximumFields = 500
    private static let maximumBytes = 128 << 10
    /// Of the form as JSON, where a control character takes six bytes.
    private static let maximumEncodedBytes = 256 << 10
    /// What a form that carries a kept one may have: three bytes are four when they are sealed.
    static let bodyLimit = 512 << 10

    private static let name = "kept"

    /// The form that was interrupted. Nil when it is not known to come from a page of ours.
    init?(_ interruption: Interruption) {
        let visit = interruption.visit
        guard visit.isFromOwnPage else { return nil }
        // What waited behind this form, such as a new password, waits on.
        if let waiting = KeptForm(carriedBy: visit) {
            self = waiting
            return
        }
        let query = visit.query.encoded()
        let path = query.isEmpty ? visit.request.path : "\(visit.request.path)?\(query)"
        guard let form = interruption.form, WebResponse.isLocal(path) else {
            self.init(path: interruption.page, losses: [.all])
            return
        }
        // The token is the old session's; which version of a row was meant, and whose, is ours to say, and tells of others' changes.
        let names = form.keptNames.union(FormMark.all)
        let blankNames = form.keptBlankNames
        let sent = visit.form.fields.filter { $0.name != "csrf" }
        let typed = sent.filter { names.contains($0.name) || $0.value.isEmpty && blankNames.contains($0.name) }
        guard typed.count <= Self.maximumFields,
            typed.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count }) <= Self.maximumBytes
        else {
            self.init(path: interruption.page, losses: [.size])
            return
        }
        var losses: [Loss] = []
        let lost = sent.filter { !names.contains($0.name) && !$0.value.isEmpty }
        if lost.contains(where: { form.isSecret($0.name) }) { losses.append(.secrets) }
        if lost.contains(where: { !form.isSecret($0.name) }) { losses.append(.rest) }
        if visit.upload.files.contains(where: { !$0.fileName.isEmpty }) || !visit.upload.oversizedFiles.isEmpty { losses.append(.files) }
        let kept = KeptForm(
            path: path, fields: typed.map { Field(name: $0.name, value: $0.value) },
            labels: form.postedNames.reduce(into: [:]) { labels, posted in
                guard case .kept(let name, let key, let isChosen) = posted, typed.contains(where: { $0.name == name }) else { return }
                labels[name] = Label(key: key, isChosen: isChosen)
            }, losses: losses)
        guard let encoded = try? JSONEncoder().encode(kept), encoded.count <= Self.maximumEncodedBytes else {
            self.init(path: interruption.page, losses: [.size])
            return
        }
        self = kept
    }

    /// The form that one carries that was sent. Nil when it carries none, or one that was not made for this browser, or from before
    /// somebody signed in here.
    init?(carriedBy visit: Visit) {
        guard let text = visit.form[Self.name], let sealed = Data(base64Encoded: text),
            let opened = try? visit.site.vault.open(Array(sealed), at: Self.place(visit)),
            let kept = try? JSONDecoder().decode(KeptForm.self, from: Data(opened.utf8)), WebResponse.isLocal(kept.path)
        else { return nil }
        self = kept
    }

    private init(path: String, fields: [Field] = [], labels: [String: Label] = [:], losses: [Loss]) {
        (self.path, self.fields, self.labels, self.losses) = (path, fields, labels, losses)
    }

    /// There is nothing to give back but the way to its page.
    var isEmpty: Bool { losses.contains(.all) || losses.contains(.size) }

    /// All of it is here, so that it may be sent as it is; else it has to be looked at.
    var isWhole: Bool { losses.isEmpty }

    /// What makes a form in this visitor's page carry this one.
    func carried(by visit: Visit) throws -> HiddenField {
        let text = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
        return HiddenField(name: Self.name, value: Data(try visit.site.vault.seal(text, at: Self.place(visit))).base64EncodedString())
    }

    private static func place(_ visit: Visit) -> Vault.Place {
        Vault.Place(page: "kept_form", for: Hexadecimal.text(of: visit.browserMark))
    }

    func notes(_ t: Translation) -> [String] {
        losses.compactMap { t.find("sign_in.kept.\($0.rawValue)") }
    }
}
