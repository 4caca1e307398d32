#!/usr/bin/env python3
"""Compresses wheels again: `pack_wheels.py WHEEL…`. libdeflate tries harder than any level of
maturin, and the files stay plain deflate. Needs the package `deflate`."""

import os
import struct
import sys
import zipfile

import deflate

UTF8_NAME = 0x800


def packed(wheel):
    """The bytes of the archive, its entries as they were but for their compression."""
    entries, directory = bytearray(), bytearray()
    with zipfile.ZipFile(wheel) as source:
        infos = source.infolist()
        for info in infos:
            data, offset = source.read(info), len(entries)
            body, method = deflate.deflate_compress(data, 12), zipfile.ZIP_DEFLATED
            if len(body) >= len(data):
                body, method = data, zipfile.ZIP_STORED
            name = info.filename.encode()
            year, month, day, hour, minute, second = info.date_time
            common = struct.pack(
                "<5H3L2H",
                zipfile.DEFAULT_VERSION,
                info.flag_bits & UTF8_NAME,
                method,
                hour << 11 | minute << 5 | second // 2,
                (year - 1980) << 9 | month << 5 | day,
                info.CRC,
                len(body),
                len(data),
                len(name),
                0,
            )
            entries += b"PK\3\4" + common + name + body
            made_by = info.create_system << 8 | zipfile.DEFAULT_VERSION
            directory += b"PK\1\2" + struct.pack("<H", made_by) + common
            directory += struct.pack("<3H2L", 0, 0, 0, info.external_attr, offset) + name
    count = len(infos)
    end = struct.pack("<4H2LH", 0, 0, count, count, len(directory), len(entries), 0)
    return bytes(entries + directory) + b"PK\5\6" + end


def main():
    for wheel in sys.argv[1:]:
        before, fresh = os.path.getsize(wheel), wheel + ".packed"
        with open(fresh, "wb") as out:
            out.write(packed(wheel))
        with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(fresh) as new:
            assert old.namelist() == new.namelist()
            assert all(old.read(name) == new.read(name) for name in old.namelist())
        os.replace(fresh, wheel)
        print(f"{wheel}: {before} bytes, now {os.path.getsize(wheel)}")


if __name__ == "__main__":
    main()
