// Each library is used by the interface of it that reports faults by a value: no jumps out of its depths.

#include "CPictures.h"

#include <gif_lib.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

// PNG

static bool png_begin(png_image *image, const uint8_t *bytes, size_t count) {
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
    return png_image_begin_read_from_memory(image, bytes, count) != 0;
}

static bool png_decode(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels) {
    png_image image;
    if (!png_begin(&image, bytes, count)) return false;
    image.format = PNG_FORMAT_RGBA;
    if (image.width != width || image.height != height) {
        png_image_free(&image);
        return false;
    }
    return png_image_finish_read(&image, NULL, pixels, 0, NULL) != 0;
}

static uint8_t *png_encode(uint8_t *pixels, uint32_t width, uint32_t height, size_t *count) {
    const size_t total = (size_t)width * height;
    size_t opaque = 0;
    while (opaque < total && pixels[4 * opaque + 3] == 255) opaque += 1;
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = opaque == total ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
    if (opaque == total) {
        for (size_t index = 0; index < total; index += 1) memmove(pixels + 3 * index, pixels + 4 * index, 3);
    }
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    uint8_t *bytes = malloc(size);
    if (bytes == NULL || !png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL)) {
        free(bytes);
        return NULL;
    }
    *count = size;
    return bytes;
}

// JPEG

static bool jpeg_size(tjhandle handle, const uint8_t *bytes, size_t count, int *width, int *height, int *colours) {
    int sampling;
    // Of a file that has tables and no picture the library says nothing.
    *width = *height = 0;
    return tjDecompressHeader3(handle, bytes, count, width, height, &sampling, colours) == 0 && *width > 0 && *height > 0;
}

/// Printers' inks, written the other way round as Adobe began to.
static void lighten(uint8_t *pixels, size_t total) {
    for (size_t index = 0; index < total; index += 1) {
        uint8_t *pixel = pixels + 4 * index;
        for (int ink = 0; ink < 3; ink += 1) pixel[ink] = (uint8_t)(pixel[ink] * pixel[3] / 255);
        pixel[3] = 255;
    }
}

static bool jpeg_decode(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels) {
    tjhandle handle = tjInitDecompress();
    if (handle == NULL) return false;
    int real_width, real_height, colours;
    bool is_good = jpeg_size(handle, bytes, count, &real_width, &real_height, &colours) && real_width == (int)width &&
                   real_height == (int)height;
    if (is_good) {
        const bool has_inks = colours == TJCS_CMYK || colours == TJCS_YCCK;
        // Where data is missing the library goes on in grey, and only warns. A file of thousands of scans is made to take minutes.
        is_good = tjDecompress2(handle, bytes, count, pixels, real_width, 0, real_height, has_inks ? TJPF_CMYK : TJPF_RGBA,
                                TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) == 0;
        if (is_good && has_inks) lighten(pixels, (size_t)width * height);
    }
    tjDestroy(handle);
    return is_good;
}

static uint8_t *jpeg_encode(uint8_t *pixels, uint32_t width, uint32_t height, size_t *count) {
    tjhandle handle = tjInitCompress();
    if (handle == NULL) return NULL;
    unsigned long size = tjBufSize((int)width, (int)height, TJSAMP_444);
    uint8_t *bytes = malloc(size);
    if (bytes != NULL && tjCompress2(handle, pixels, (int)width, 0, (int)height, TJPF_RGBX, &bytes, &size, TJSAMP_444, 90, TJFLAG_NOREALLOC) != 0) {
        free(bytes);
        bytes = NULL;
    }
    tjDestroy(handle);
    *count = size;
    return bytes;
}

// GIF

struct Reader {
    const uint8_t *bytes;
    size_t left;
};

static int read_bytes(GifFileType *gif, GifByteType *to, int wanted) {
    struct Reader *reader = gif->UserData;
    const size_t count = reader->left < (size_t)wanted ? reader->left : (size_t)wanted;
    memcpy(to, reader->bytes, count);
    reader->bytes += count;
    reader->left -= count;
    return (int)count;
}

/// Goes to the data of the first picture.
static bool gif_begin(GifFileType *gif, GraphicsControlBlock *control) {
    *control = (GraphicsControlBlock){.TransparentColor = NO_TRANSPARENT_COLOR};
    GifRecordType type;
    while (DGifGetRecordType(gif, &type) == GIF_OK) {
        if (type == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(gif) == GIF_OK;
        if (type != EXTENSION_RECORD_TYPE) return false;
        int code;
        GifByteType *block;
        if (DGifGetExtension(gif, &code, &block) != GIF_OK) return false;
        if (code == GRAPHICS_EXT_FUNC_CODE && block != NULL) DGifExtensionToGCB(block[0], block + 1, control);
        while (block != NULL) {
            if (DGifGetExtensionNext(gif, &block) != GIF_OK) return false;
        }
    }
    return false;
}

static int larger(int one, int other) { return one > other ? one : other; }

/// The screen, or as much more as the picture needs.
static void gif_extent(const GifFileType *gif, uint32_t *width, uint32_t *height) {
    *width = (uint32_t)larger(gif->SWidth, gif->Image.Left + gif->Image.Width);
    *height = (uint32_t)larger(gif->SHeight, gif->Image.Top + gif->Image.Height);
}

static bool gif_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height) {
    struct Reader reader = {bytes, count};
    GifFileType *gif = DGifOpen(&reader, read_bytes, NULL);
    if (gif == NULL) return false;
    GraphicsControlBlock control;
    const bool is_good = gif_begin(gif, &control) && gif->SWidth > 0 && gif->SHeight > 0 && gif->Image.Width > 0 && gif->Image.Height > 0;
    if (is_good) gif_extent(gif, width, height);
    DGifCloseFile(gif, NULL);
    return is_good;
}

static bool gif_row(GifFileType *gif, int transparent, int y, uint32_t width, GifPixelType *line, uint8_t *pixels) {
    const ColorMapObject *map = gif->Image.ColorMap != NULL ? gif->Image.ColorMap : gif->SColorMap;
    if (map == NULL || DGifGetLine(gif, line, gif->Image.Width) != GIF_OK) return false;
    uint8_t *row = pixels + 4 * ((size_t)(gif->Image.Top + y) * width + (size_t)gif->Image.Left);
    for (int x = 0; x < gif->Image.Width; x += 1) {
        if (line[x] == transparent || line[x] >= map->ColorCount) continue;
        const GifColorType colour = map->Colors[line[x]];
        memcpy(row + 4 * x, (uint8_t[]){colour.Red, colour.Green, colour.Blue, 255}, 4);
    }
    return true;
}

static bool gif_decode(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels) {
    struct Reader reader = {bytes, count};
    GifFileType *gif = DGifOpen(&reader, read_bytes, NULL);
    if (gif == NULL) return false;
    memset(pixels, 0, 4 * (size_t)width * height);
    GraphicsControlBlock control;
    uint32_t real_width = 0, real_height = 0;
    bool is_good = gif_begin(gif, &control);
    if (is_good) gif_extent(gif, &real_width, &real_height);
    GifPixelType *line = malloc(width);
    is_good = is_good && line != NULL && real_width == width && real_height == height;
    static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    for (int pass = 0; is_good && pass < (gif->Image.Interlace ? 4 : 1); pass += 1) {
        const int step = gif->Image.Interlace ? steps[pass] : 1;
        for (int y = gif->Image.Interlace ? starts[pass] : 0; is_good && y < gif->Image.Height; y += step) {
            is_good = gif_row(gif, control.TransparentColor, y, width, line, pixels);
        }
    }
    free(line);
    DGifCloseFile(gif, NULL);
    return is_good;
}

// All of them

bool picture_size(enum PictureFormat format, const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height) {
    if (format == PictureGIF) return gif_size(bytes, count, width, height);
    if (format == PicturePNG) {
        png_image image;
        if (!png_begin(&image, bytes, count)) return false;
        *width = image.width;
        *height = image.height;
        png_image_free(&image);
        return true;
    }
    tjhandle handle = tjInitDecompress();
    int real_width, real_height, colours;
    const bool is_good = handle != NULL && jpeg_size(handle, bytes, count, &real_width, &real_height, &colours);
    if (is_good) {
        *width = (uint32_t)real_width;
        *height = (uint32_t)real_height;
    }
    if (handle != NULL) tjDestroy(handle);
    return is_good;
}

uint8_t *picture_decode(enum PictureFormat format, const uint8_t *bytes, size_t count, uint32_t width, uint32_t height) {
    uint8_t *pixels = malloc(4 * (size_t)width * height);
    if (pixels == NULL) return NULL;
    const bool is_good = format == PicturePNG    ? png_decode(bytes, count, width, height, pixels)
                         : format == PictureJPEG ? jpeg_decode(bytes, count, width, height, pixels)
                                                 : gif_decode(bytes, count, width, height, pixels);
    if (is_good) return pixels;
    free(pixels);
    return NULL;
}

uint8_t *picture_turn(const uint8_t *pixels, uint32_t width, uint32_t height, int orientation) {
    uint8_t *turned = malloc(4 * (size_t)width * height);
    if (turned == NULL) return NULL;
    const bool is_across = orientation >= 5;
    // By their names in EXIF: what row 0 and column 0 are to be.
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const size_t columns = is_across ? height : width, rows = is_across ? width : height;
    for (size_t row = 0; row < rows; row += 1) {
        for (size_t column = 0; column < columns; column += 1) {
            size_t x = is_across ? row : column, y = is_across ? column : row;
            if (from_right) x = width - 1 - x;
            if (from_bottom) y = height - 1 - y;
            memcpy(turned + 4 * (row * columns + column), pixels + 4 * (y * width + x), 4);
        }
    }
    return turned;
}

uint8_t *picture_encode(enum PictureFormat format, uint8_t *pixels, uint32_t width, uint32_t height, size_t *count) {
    return format == PictureJPEG ? jpeg_encode(pixels, width, height, count) : png_encode(pixels, width, height, count);
}
