// libidn2 as it is, and what is wanted of ICU for domain names that are mistaken for others.
#ifndef HOOKSWITCH_CIDN2_SHIM_H
#define HOOKSWITCH_CIDN2_SHIM_H

#include <idn2.h>
#include <stdint.h>

// What is mistaken for one another has one skeleton (UTS #39 § 4). Texts are UTF-8. Gives its length; negative when there is none, larger
// than the room when there is no room for it.
int32_t cidn2_skeleton(const char *text, int32_t length, char *skeleton, int32_t room);

// Whether the letters are of scripts that no language is written in together, or the digits of several: beyond "highly restrictive" of
// UTS #39 § 5.2.
int cidn2_is_mixed(const char *text, int32_t length);

#endif
