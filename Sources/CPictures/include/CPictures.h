// Pictures through libpng, libjpeg-turbo and giflib: what a header claims, the pixels, and a file made anew from them.

#ifndef CPICTURES_H
#define CPICTURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum PictureFormat { PicturePNG, PictureJPEG, PictureGIF };

/// What the header says, without decoding anything; of an animation, of its first picture. False when it is none.
bool picture_size(enum PictureFormat format, const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height);

/// All pixels, in RGBA of 8 bits, row by row, or null when one of them is missing or broken. The size is what picture_size said, and the
/// caller has found it small enough. To be released with free().
uint8_t *picture_decode(enum PictureFormat format, const uint8_t *bytes, size_t count, uint32_t width, uint32_t height);

/// The pixels as they are to be looked at, by EXIF's orientation from 2 to 8; from 5 on width and height change places. Null without memory.
/// To be released with free().
uint8_t *picture_turn(const uint8_t *pixels, uint32_t width, uint32_t height, int orientation);

/// A file of the pixels and nothing else, as PNG or JPEG. Changes the pixels. Null without memory. To be released with free().
uint8_t *picture_encode(enum PictureFormat format, uint8_t *pixels, uint32_t width, uint32_t height, size_t *count);

#endif
