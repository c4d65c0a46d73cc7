// Apart from the header: Swift has an ICU of its own, whose declarations are others of the same names.

#include "shim.h"

#include <unicode/uspoof.h>

int32_t cidn2_skeleton(const char *text, int32_t length, char *skeleton, int32_t room) {
    UErrorCode error = U_ZERO_ERROR;
    USpoofChecker *checker = uspoof_open(&error);
    int32_t count = uspoof_getSkeletonUTF8(checker, 0, text, length, skeleton, room, &error);
    uspoof_close(checker);
    return U_FAILURE(error) && error != U_BUFFER_OVERFLOW_ERROR ? -1 : count;
}

int cidn2_is_mixed(const char *text, int32_t length) {
    UErrorCode error = U_ZERO_ERROR;
    USpoofChecker *checker = uspoof_open(&error);
    uspoof_setChecks(checker, USPOOF_RESTRICTION_LEVEL | USPOOF_MIXED_NUMBERS, &error);
    uspoof_setRestrictionLevel(checker, USPOOF_HIGHLY_RESTRICTIVE);
    int32_t found = uspoof_check2UTF8(checker, text, length, NULL, &error);
    uspoof_close(checker);
    return U_FAILURE(error) || found != 0;
}
