// People write numbers as their country dials them. What can only mean one number is taken; for the rest we ask, because a wrong
// guess would show a stranger's number on every call.

import Web

/// A number as typed, and what it means.
enum PhoneSpelling: Equatable {
    case empty
    /// E.164, `+33142685300`.
    case number(String)
    /// Something else than digits and the usual separators.
    case malformed
    /// Could be the number of several countries: to be written with + and the code.
    case ambiguous
    /// Starts with a code that no country has.
    case unknownCode
    /// Too many or too few digits for its country.
    case wrongLength

    /// - Parameter country: of the account, ISO 3166-1 alpha-2; decides how a number without + is read.
    init(_ text: String, country: String) {
        var digits = text.filter { !$0.isWhitespace && !".-/()\u{2010}\u{2011}\u{2013}".contains($0) }
        guard !digits.isEmpty else {
            self = text.allSatisfy(\.isWhitespace) ? .empty : .malformed
            return
        }
        let isInternational = digits.hasPrefix("+")
        guard digits.utf8.count <= 25, digits.drop(while: { $0 == "+" }).utf8.allSatisfy({ (48...57).contains($0) }) else {
            self = .malformed
            return
        }
        if isInternational {
            digits.removeFirst()
            self = Self.international(digits, hasBracketedZero: text.contains("(0)"))
        } else {
            self = Self.national(digits, country)
        }
    }

    private static func international(_ digits: String, hasBracketedZero: Bool) -> PhoneSpelling {
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), !digits.isEmpty else { return .malformed }
        guard let code = CallingCodes.code(startingE164: "+" + digits) else { return .unknownCode }
        let plan = NationalPlan.all.first { $0.code == code }
        var significant = String(digits.dropFirst(code.count))
        if hasBracketedZero {
            // +33 (0)1 …: the zero that is dialled at home only. Where zeros are part of numbers, nobody can tell.
            guard plan?.trunkPrefix == "0", significant.hasPrefix("0") else { return .ambiguous }
            significant.removeFirst()
        }
        return checked(code, significant, plan)
    }

    private static func national(_ digits: String, _ country: String) -> PhoneSpelling {
        guard let plan = NationalPlan.all.first(where: { $0.countries.contains(country) }) else { return .ambiguous }
        if digits.hasPrefix(plan.internationalPrefix) {
            return international(String(digits.dropFirst(plan.internationalPrefix.count)), hasBracketedZero: false)
        }
        guard !plan.elsewhere.contains(where: { digits.hasPrefix($0) }) else { return .ambiguous }
        if plan.trunkPrefix == "0" {
            guard digits.hasPrefix("0"), plan.lengths.contains(digits.count - 1) else { return .ambiguous }
            return checked(plan.code, String(digits.dropFirst()), plan)
        }
        // North America dials with or without its 1.
        let significant = plan.trunkPrefix == "1" && digits.count == 11 && digits.hasPrefix("1") ? String(digits.dropFirst()) : digits
        guard plan.lengths.contains(significant.count), significant.first != "0", plan.trunkPrefix != "1" || significant.first != "1" else {
            return .ambiguous
        }
        return checked(plan.code, significant, plan)
    }

    private static func checked(_ code: String, _ significant: String, _ plan: NationalPlan?) -> PhoneSpelling {
        let number = "+\(code)\(significant)"
        guard plan?.lengths.contains(significant.count) ?? true, PhoneNumbers.isE164(number) else { return .wrongLength }
        return .number(number)
    }
}

/// How a country writes its numbers at home. Only countries whose plan leaves no doubt.
struct NationalPlan {
    let countries: Set<String>
    let code: String
    /// Dialled at home before the number and left out from abroad; empty where there is none.
    let trunkPrefix: String
    /// Digits of the number behind the code.
    let lengths: ClosedRange<Int>
    var internationalPrefix = "00"
    /// What one dials at home, but which belongs to another code.
    var elsewhere: [String] = []

    static let all = [
        // France's plan includes its overseas departments, which have codes of their own (+262, +590, +594, +596).
        NationalPlan(
            countries: ["FR"], code: "33", trunkPrefix: "0", lengths: 9...9,
            elsewhere: [
                "0262", "0263", "0269", "0508", "0590", "0594", "0596", "0639", "0690", "0691", "0692", "0693", "0694", "0696", "0697",
                "0947", "0976",
            ]),
        NationalPlan(countries: ["GB", "GG", "IM", "JE"], code: "44", trunkPrefix: "0", lengths: 7...10),
        NationalPlan(countries: ["BE"], code: "32", trunkPrefix: "0", lengths: 8...9),
        NationalPlan(countries: ["CH"], code: "41", trunkPrefix: "0", lengths: 9...9),
        NationalPlan(countries: ["NL"], code: "31", trunkPrefix: "0", lengths: 9...9),
        NationalPlan(countries: ["IE"], code: "353", trunkPrefix: "0", lengths: 7...9),
        NationalPlan(countries: ["DE"], code: "49", trunkPrefix: "0", lengths: 5...13),
        NationalPlan(countries: ["MA"], code: "212", trunkPrefix: "0", lengths: 9...9),
        NationalPlan(countries: ["DZ"], code: "213", trunkPrefix: "0", lengths: 8...9),
        NationalPlan(countries: ["ES"], code: "34", trunkPrefix: "", lengths: 9...9),
        NationalPlan(countries: ["PT"], code: "351", trunkPrefix: "", lengths: 9...9),
        NationalPlan(countries: ["TN"], code: "216", trunkPrefix: "", lengths: 8...8),
        NationalPlan(countries: ["US", "CA"], code: "1", trunkPrefix: "1", lengths: 10...10, internationalPrefix: "011"),
    ]
}
