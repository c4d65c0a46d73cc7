// libfcgi's public header, and nothing else: its functions are plain C that Swift can call as they are.
#ifndef HOOKSWITCH_CFASTCGI_H
#define HOOKSWITCH_CFASTCGI_H

#include <fcgiapp.h>

#endif
