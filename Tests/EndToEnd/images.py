"""Image files of real bytes, made by hand: what a browser sends as a logo, and what it must not get away with."""

import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width=64, height=32, color=(10, 90, 160), text=None):
    row = b"\0" + bytes(color) * width
    extra = chunk(b"tEXt", b"Comment\0" + text) if text else b""
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + extra
        + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b""))


def bomb(width=30_000, height=30_000):
    """A small file that says it is a huge picture, and would be one if somebody decoded it."""
    compressor = zlib.compressobj(9)
    row = b"\0" * (1 + width * 3)
    data = b"".join(compressor.compress(row) for _ in range(300)) + compressor.flush()
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", data)
        + chunk(b"IEND", b""))


def wave(seconds=1):
    """A sound file that plays."""
    samples = b"\x80" * (8000 * seconds)
    return b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) \
        + b"data" + struct.pack("<I", len(samples)) + samples
