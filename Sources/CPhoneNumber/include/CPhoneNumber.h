// libphonenumber's face for Swift: plain C, so that neither exceptions nor C++ types cross it. All of it may be called on any thread.

#ifndef C_PHONE_NUMBER_H
#define C_PHONE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a text turns out to be.
enum __attribute__((enum_extensibility(closed))) PhoneOutcome {
    PhoneOutcomeNumber,
    PhoneOutcomeAmbiguous,
    PhoneOutcomeUnknownCode,
    PhoneOutcomeWrongLength,
    PhoneOutcomeShortCode
};

/// Bytes that hold any E.164 number, and any number as it is shown, with the NUL.
enum { PhoneNumberCapacity = 64 };

/// Reads what is dialled.
/// - text: ASCII digits, a plus before them or not, at most 40 bytes.
/// - region: ISO 3166-1 alpha-2, by which a number without its country's code is read.
/// - number: room for PhoneNumberCapacity bytes; E.164 when the outcome is a number.
/// - isInternational: whether the text names its country's code.
enum PhoneOutcome phone_read(const char *text, const char *region, char *number, bool *isInternational);

/// Writes an E.164 number as its country groups it, with the code before it.
/// - text: room for PhoneNumberCapacity bytes.
/// Returns false when it cannot be written without changing its digits.
bool phone_format(const char *number, char *text);

/// Calling codes of countries in ascending order, as many as `capacity` has room for; returns how many there are.
size_t phone_calling_codes(int *codes, size_t capacity);

/// The regions with this code in pairs of letters without anything between, the largest first: "USAGAI…".
/// Returns false when `capacity` is too small.
bool phone_regions(int code, char *regions, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
