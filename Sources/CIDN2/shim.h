#ifndef HOOKSWITCH_CIDN2_SHIM_H
#define HOOKSWITCH_CIDN2_SHIM_H

#include <idn2.h>

#endif
