#ifndef HOOKSWITCH_CQRENCODE_SHIM_H
#define HOOKSWITCH_CQRENCODE_SHIM_H

#include <qrencode.h>

#endif
