// The logo's part of the form: the file that was chosen, held against every rule, and the words for what is wrong with it.

import Database
import Foundation
import HTTP
import Spelling
import Threading
import Web

enum LogoUpload {
    /// A logo must be smaller than 2 MB, of 1,000,000 bytes each.
    static let limit = 2_000_000 - 1
    static let fieldName = "logo"

    case none
    case chosen(LogoImage, name: String)
    case refused(LogoProblem)

    /// - Parameter places: for looking at pictures, which takes a second each, one after another: workers must not all wait for that.
    init(_ form: MultipartForm, of account: ID<Account>, _ places: Places<ID<Account>>) {
        if form.oversizedFiles.contains(where: { $0.fieldName == Self.fieldName }) {
            self = .refused(.tooLarge)
        } else if let file = form.file(Self.fieldName) {
            let name = Self.name(file.fileName)
            let image = try? places.withPlace(of: account) {
                Result { () throws(LogoProblem) in try Self.image(file, named: name) }
            }
            switch image {
            case .success(let image): self = .chosen(image, name: name)
            case .failure(let problem): self = .refused(problem)
            case nil: self = .refused(.busy)
            }
        } else {
            self = .none
        }
    }

    /// With the apostrophe of typewriters for those that word processors and telephones write.
    private static func name(_ text: String) -> String {
        var name = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { name.append(scalar == "\u{2018}" || scalar == "\u{2019}" ? "'" : scalar) }
        return String(name)
    }

    private static func image(_ file: UploadedFile, named name: String) throws(LogoProblem) -> LogoImage {
        let fileExtension = try checkedExtension(of: name)
        guard file.size <= limit else { throw .tooLarge }
        guard let data = FileManager.default.contents(atPath: file.path) else { throw .damaged }
        let bytes = Array(data)
        guard let format = LogoImage.Format(magic: bytes) else { throw .notAnImage }
        guard format.extensions.contains(fileExtension) else { throw .mismatch(format) }
        return try LogoImage(remaking: bytes)
    }

    /// In lower case. Letters of every script are letters, also when an accent is a character of its own as macOS sends it.
    static func checkedExtension(of name: String) throws(LogoProblem) -> String {
        guard let (stem, ending) = name.cut(atLast: "."), !stem.isEmpty else { throw .fileExtension }
        let fileExtension = String(ending).asciiLowercased
        guard LogoImage.Format.allCases.contains(where: { $0.extensions.contains(fileExtension) }) else { throw .fileExtension }
        let isAllowed = name.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark,
                .decimalNumber, .spaceSeparator:
                true
            default: "'_.\\-():".unicodeScalars.contains(scalar)
            }
        }
        guard isAllowed else { throw .fileName }
        return fileExtension
    }
}

extension LogoProblem {
    func text(_ t: Translation, _ numbers: Numbers) -> String {
        switch self {
        case .tooLarge: t("account.logo.too_large")
        case .fileName: t("account.logo.file_name")
        case .fileExtension: t("account.logo.file_extension")
        case .notAnImage: t("account.logo.not_an_image")
        case .mismatch(let format): t("account.logo.mismatch", ["format": format.rawValue.uppercased()])
        case .dimensions(let width, let height):
            t(
                "account.logo.dimensions",
                ["width": numbers.text(width), "height": numbers.text(height), "limit": numbers.text(LogoImage.maximumSide)])
        case .damaged: t("account.logo.damaged")
        case .busy: t("account.logo.busy")
        }
    }
}
