"""A picture made on the spot, for want of a camera."""

import struct
import zlib

SIDE = 96  # pixels
_HEAD = b"\x89PNG\r\n\x1a\n"


def png(seed: str) -> bytes:
    """This will draw stripes in colors of the seed's own. Source: PNG, W3C 2003, chapter 11."""
    colors = [bytes((zlib.crc32(f"{seed}{n}".encode()) >> shift) & 255 for shift in (0, 8, 16))
              for n in range(8)]  # fmt: skip
    row = b"\0" + b"".join(colors[x * len(colors) // SIDE] for x in range(SIDE))
    size = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)  # 8 bits of red, green and blue
    return _HEAD + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", size), (b"IDAT", zlib.compress(row * SIDE)), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
