// The policies as typed, until they are policies or a list of errors.

import HTTP
import Spelling
import Web

struct RetentionForm {
    struct Choice {
        let isUnlimited: Bool
        let days: String
    }

    private let choices: [MediaKind: Choice]
    let version: String

    init(_ form: FormData) {
        choices = MediaKind.allCases.reduce(into: [:]) { choices, kind in
            // Neither of the two is an error below, never "without limit" by mistake.
            choices[kind] = Choice(isUnlimited: form[kind.rawValue] == "unlimited", days: form["\(kind.rawValue)_days"] ?? "")
        }
        version = form["version"] ?? ""
    }

    init(_ policy: RetentionPolicy) {
        choices = MediaKind.allCases.reduce(into: [:]) { choices, kind in
            choices[kind] = Choice(isUnlimited: policy.days[kind] == nil, days: policy.days[kind].map { String($0) } ?? "")
        }
        version = String(policy.version)
    }

    subscript(kind: MediaKind) -> Choice { choices[kind] ?? Choice(isUnlimited: false, days: "") }

    func validated(_ t: Translation) -> Validated<RetentionPolicy> {
        var errors = FieldErrors()
        var policy = RetentionPolicy()
        // A version that is no number is nobody's: the form is then shown as stale.
        policy.version = Int(version) ?? -1
        for kind in MediaKind.allCases where !self[kind].isUnlimited {
            let digits = TypedText.compact(self[kind].days)
            if digits.utf8.allSatisfy({ (48...57).contains($0) }), let days = Int(digits), RetentionPolicy.allowedDays.contains(days) {
                policy.days[kind] = days
            } else {
                errors.add(kind.rawValue, t("retention.days.error"))
            }
        }
        return errors.isEmpty ? .valid(policy) : .invalid(errors)
    }

    /// To send the same again from a page that asks whether to.
    var hiddenFields: [HiddenField] {
        MediaKind.allCases.flatMap { kind in
            [
                HiddenField(name: kind.rawValue, value: self[kind].isUnlimited ? "unlimited" : "days"),
                HiddenField(name: "\(kind.rawValue)_days", value: self[kind].days),
            ]
        } + [HiddenField(name: "version", value: version)]
    }
}
