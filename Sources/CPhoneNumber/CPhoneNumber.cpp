// What libphonenumber says about a number, and where we ask rather than follow it. Its metadata knows the ranges of the day that it was
// packaged, so codes and lengths decide, never whether a range is in use.

#include "CPhoneNumber.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <list>
#include <set>
#include <string>

#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>
#include <phonenumbers/shortnumberinfo.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;
using i18n::phonenumbers::ShortNumberInfo;

namespace {

const PhoneNumberUtil &library() { return *PhoneNumberUtil::GetInstance(); }

bool starts(const std::string &text, const std::string &prefix) { return text.compare(0, prefix.size(), prefix) == 0; }

bool is_supported(const std::string &region) { return library().GetCountryCodeForRegion(region) != 0; }

bool copy(const std::string &text, char *to) {
    if (text.size() >= PhoneNumberCapacity) return false;
    std::memcpy(to, text.c_str(), text.size() + 1);
    return true;
}

std::string significant(const PhoneNumber &number) {
    std::string digits;
    library().GetNationalSignificantNumber(number, &digits);
    return digits;
}

bool is_short_code(const PhoneNumber &number, const std::string &region, bool is_international) {
    static const ShortNumberInfo short_numbers;
    if (library().IsValidNumber(number)) return false;
    std::string home = region;
    if (is_international) library().GetRegionCodeForCountryCode(number.country_code(), &home);
    if (short_numbers.IsValidShortNumberForRegion(number, home)) return true;
    // A code that came after the metadata: nothing that is so short is anybody's full number.
    return significant(number).size() <= 4 && library().IsPossibleNumberWithReason(number) != PhoneNumberUtil::IS_POSSIBLE &&
           short_numbers.IsPossibleShortNumberForRegion(number, home);
}

/// Whether a number that is dialled at home begins with the country's trunk prefix, and this one does not.
bool lacks_trunk_prefix(const std::string &text, const std::string &region, const PhoneNumber &number) {
    std::string prefix, national;
    library().GetNddPrefixForRegion(region, true, &prefix);
    // North America's 1 is its code as well, and is left out as often as it is dialled.
    if (prefix.empty() || prefix == std::to_string(number.country_code())) return false;
    if (starts(text, prefix)) return false;
    library().Format(number, PhoneNumberUtil::NATIONAL, &national);
    const std::string digits = significant(number);
    if (national == digits) return true;
    library().NormalizeDigitsOnly(&national);
    return starts(national, prefix) && !starts(digits, prefix);
}

/// A zero that the country's numbers do not begin with belongs to how another country dials.
bool has_foreign_zero(const PhoneNumber &number, const std::string &region) {
    std::string prefix;
    library().GetNddPrefixForRegion(region, true, &prefix);
    if (significant(number).front() != '0' || starts(prefix, "0") || library().IsValidNumber(number)) return false;
    for (const auto type : {PhoneNumberUtil::FIXED_LINE, PhoneNumberUtil::MOBILE}) {
        PhoneNumber example;
        if (library().GetExampleNumberForType(region, type, &example) && significant(example).front() == '0') return false;
    }
    return true;
}

/// France and its overseas departments dial one plan, but have codes of their own. Each one's metadata knows but the ranges that are in
/// use, and metropolitan France's takes all of them for its own; this is how the plan divides them. Zero: divided further, or not yet.
struct Division {
    const char *prefix;
    int code;
};
const Division french_plan[] = {
    {"0262", 262}, {"0263", 262}, {"0269", 262}, {"0508", 508}, {"0590", 590}, {"0594", 594}, {"0596", 596}, {"0639", 262}, {"0690", 590},
    {"0691", 590}, {"0692", 262}, {"0693", 262}, {"0694", 594}, {"0696", 596}, {"0697", 596}, {"0708", 508}, {"0709", 0},   {"0939", 0},
    {"0947", 0},   {"0976", 0},
};

bool is_elsewhere_in_french_plan(const std::string &text, const std::string &region, const PhoneNumber &number) {
    static const char *const regions[] = {"FR", "RE", "YT", "GP", "BL", "MF", "GF", "MQ", "PM"};
    const bool dials_it = std::any_of(std::begin(regions), std::end(regions), [&](const char *each) { return region == each; });
    if (!dials_it || text.size() != 10 || text.front() != '0') return false;
    for (const Division &division : french_plan) {
        if (starts(text, division.prefix)) return division.code != number.country_code();
    }
    return region != "FR";
}

PhoneOutcome read(const std::string &text, const std::string &region, std::string &number, bool &is_international) {
    PhoneNumber parsed;
    is_international = starts(text, "+");
    switch (library().ParseAndKeepRawInput(text, region, &parsed)) {
        case PhoneNumberUtil::NO_PARSING_ERROR:
            break;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
            // Without a plus, in a country with numbers, it was dialled as from abroad.
            is_international = is_international || is_supported(region);
            return is_international ? PhoneOutcomeUnknownCode : PhoneOutcomeAmbiguous;
        case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
            is_international = true;
            return PhoneOutcomeWrongLength;
        default:
            return PhoneOutcomeWrongLength;
    }
    const auto source = parsed.country_code_source();
    is_international = is_international || source == PhoneNumber::FROM_NUMBER_WITH_IDD;
    const auto length = library().IsPossibleNumberWithReason(parsed);
    if (is_short_code(parsed, region, is_international)) return PhoneOutcomeShortCode;
    if (!is_international) {
        if (lacks_trunk_prefix(text, region, parsed) || has_foreign_zero(parsed, region)) return PhoneOutcomeAmbiguous;
        if (is_elsewhere_in_french_plan(text, region, parsed)) return PhoneOutcomeAmbiguous;
        // Enough within a town.
        if (length == PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY) return PhoneOutcomeAmbiguous;
    }
    library().Format(parsed, PhoneNumberUtil::E164, &number);
    return length == PhoneNumberUtil::IS_POSSIBLE && number.size() <= 16 ? PhoneOutcomeNumber : PhoneOutcomeWrongLength;
}

std::set<int> calling_codes() {
    std::set<int> codes, global;
    library().GetSupportedCallingCodes(&codes);
    library().GetSupportedGlobalNetworkCallingCodes(&global);
    for (int code : global) codes.erase(code);
    return codes;
}

}  // namespace

PhoneOutcome phone_read(const char *text, const char *region, char *number, bool *isInternational) {
    try {
        std::string found;
        const PhoneOutcome outcome = read(text, region, found, *isInternational);
        return outcome != PhoneOutcomeNumber || copy(found, number) ? outcome : PhoneOutcomeWrongLength;
    } catch (...) {
        return PhoneOutcomeAmbiguous;
    }
}

bool phone_format(const char *number, char *text) {
    try {
        PhoneNumber parsed;
        std::string written, digits;
        if (library().Parse(number, "ZZ", &parsed) != PhoneNumberUtil::NO_PARSING_ERROR) return false;
        library().Format(parsed, PhoneNumberUtil::INTERNATIONAL, &written);
        // What is not stored as its country writes it today is shown as it is stored.
        library().Format(parsed, PhoneNumberUtil::E164, &digits);
        return digits == number && copy(written, text);
    } catch (...) {
        return false;
    }
}

size_t phone_calling_codes(int *codes, size_t capacity) {
    try {
        const std::set<int> all = calling_codes();
        std::copy_n(all.begin(), std::min(capacity, all.size()), codes);
        return all.size();
    } catch (...) {
        return 0;
    }
}

bool phone_regions(int code, char *regions, size_t capacity) {
    try {
        std::list<std::string> found;
        std::string all;
        library().GetRegionCodesForCountryCallingCode(code, &found);
        for (const std::string &region : found) all += region;
        if (all.size() >= capacity) return false;
        std::memcpy(regions, all.c_str(), all.size() + 1);
        return true;
    } catch (...) {
        return false;
    }
}
