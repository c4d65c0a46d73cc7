// A form that came when it could not be taken, kept over the sign-in or the change of password that it waits for. It is kept in the
// pages themselves, as hidden inputs: the server holds nothing for somebody who is nobody yet. Only what its declaration names is
// written down there; a form that declares nothing leads back to its page.

import HTTP
import Spelling
import Templating
import Web

struct KeptForm {
    /// Why something of it is not here; the page says so.
    enum Loss: String, CaseIterable {
        case secrets, files, size
        /// Something that the form does not declare, such as the answer to a question.
        case rest
        /// None of it may be kept.
        case all
    }

    /// What a page calls a field of it. Text that a page carried: at worst it is the key of some other words of ours.
    struct Label {
        let key: String
        /// What was sent for it has words of its own.
        let isChosen: Bool
    }

    /// With its query where the form can be sent again, else the page to begin again from; a path of this site.
    let path: String
    let fields: [HiddenField]
    /// By the fields' names.
    let labels: [String: Label]
    let losses: [Loss]

    /// Our largest form has some 250 inputs and a few KB; no text that it takes is longer than 64 KiB.
    private static let maximumFields = 500
    private static let maximumBytes = 128 << 10
    /// What a form that carries a kept one may have: each of its bytes may take three when it is sent.
    static let bodyLimit = 512 << 10

    private static let prefix = "kept."
    private static let pathName = "kept_path"
    private static let labelName = "kept_label"
    private static let lossName = "kept_loss"

    /// The form that was interrupted. Nil when it is not known to come from a page of ours.
    init?(_ interruption: Interruption) {
        let visit = interruption.visit
        guard visit.isFromOwnPage else { return nil }
        // What waited behind this form, such as a new password, waits on.
        if let waiting = KeptForm(carriedBy: visit.form) {
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
        self.init(
            path: path, fields: typed.map { HiddenField(name: $0.name, value: $0.value) },
            labels: form.postedNames.reduce(into: [:]) { labels, posted in
                guard case .kept(let name, let key, let isChosen) = posted, typed.contains(where: { $0.name == name }) else { return }
                labels[name] = Label(key: key, isChosen: isChosen)
            }, losses: losses)
    }

    /// The form that another one carries. Nil when it carries none.
    init?(carriedBy form: FormData) {
        guard let path = form[Self.pathName], WebResponse.isLocal(path) else { return nil }
        self.init(
            path: path,
            fields: form.fields.compactMap { field in
                guard let name = field.name.rest(after: Self.prefix) else { return nil }
                return HiddenField(name: String(name), value: field.value)
            },
            labels: form.all(Self.labelName).reduce(into: [:]) { labels, text in
                let parts = text.words().map(String.init)
                if parts.count == 3 { labels[parts[0]] = Label(key: parts[1], isChosen: parts[2] == "chosen") }
            }, losses: form.all(Self.lossName).compactMap { Loss(rawValue: $0) })
    }

    private init(path: String, fields: [HiddenField] = [], labels: [String: Label] = [:], losses: [Loss]) {
        (self.path, self.fields, self.labels, self.losses) = (path, fields, labels, losses)
    }

    /// There is nothing to give back but the way to its page.
    var isEmpty: Bool { losses.contains(.all) || losses.contains(.size) }

    /// All of it is here, so that it may be sent as it is; else it has to be looked at.
    var isWhole: Bool { losses.isEmpty }

    /// What makes a form carry this one.
    var carried: [HiddenField] {
        [HiddenField(name: Self.pathName, value: path)]
            + labels.sorted { $0.key < $1.key }.map {
                HiddenField(name: Self.labelName, value: "\($0.key) \($0.value.key) \($0.value.isChosen ? "chosen" : "typed")")
            }
            + losses.map { HiddenField(name: Self.lossName, value: $0.rawValue) }
            + fields.map { HiddenField(name: Self.prefix + $0.name, value: $0.value) }
    }

    func notes(_ t: Translation) -> [String] {
        losses.compactMap { t.find("sign_in.kept.\($0.rawValue)") }
    }
}
