#!/usr/bin/env python3
"""Archives of the web as a crawler's own library writes them, read and cleaned by the program.

    tests/warc.py PROGRAM

Makes an environment of its own below the target folder and fetches warcio and zstandard from PyPI.
"""

import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve()
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
PAGES = HERE.parent / "pages"


def environment():
    """An interpreter with the tools, made once."""
    folder = TARGET / "warc-venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "done"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [
                python,
                "-m",
                "pip",
                "install",
                "--quiet",
                "warcio==1.8.1",
                "zstandard>=0.23",
                "brotli>=1.1",
            ],
            check=True,
        )
        done.write_text("")
    return python


if __name__ == "__main__" and "--inside" not in sys.argv:
    sys.exit(subprocess.run([environment(), str(HERE), "--inside", *sys.argv[1:]]).returncode)

import brotli  # noqa: E402
import zstandard  # noqa: E402
from warcio.archiveiterator import ArchiveIterator  # noqa: E402
from warcio.statusandheaders import StatusAndHeaders  # noqa: E402
from warcio.warcwriter import WARCWriter  # noqa: E402


def chunked(data):
    out = b""
    for at in range(0, len(data), 1000):
        out += b"%x\r\n%s\r\n" % (len(data[at : at + 1000]), data[at : at + 1000])
    return out + b"0\r\n\r\n"


def write(writer, url, body, headers=(), status="200 OK", kind="text/html"):
    """A response and its request, as warcio records them; the answer is the response's id."""
    http = StatusAndHeaders(status, [("Content-Type", kind), *headers], protocol="HTTP/1.1")
    response = writer.create_warc_record(
        url, "response", payload=io.BytesIO(body), http_headers=http
    )
    http = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
    request = writer.create_warc_record(url, "request", http_headers=http)
    writer.write_request_response_pair(request, response)
    return response.rec_headers.get_header("WARC-Record-ID")


def crawl(writer):
    """A crawl of the test pages, one of them met twice, and what else stands in an archive."""
    info = writer.create_warcinfo_record("test.warc.gz", {"software": "a test"})
    writer.write_record(info)
    for page in sorted(PAGES.glob("*.html")):
        body = page.read_bytes()
        headers = []
        if page.stem == "amp":
            body, headers = gzip.compress(body), [("Content-Encoding", "gzip")]
        elif page.stem == "arabic":
            body, headers = brotli.compress(body), [("Content-Encoding", "br")]
        elif page.stem == "breaks":
            body, headers = chunked(body), [("Transfer-Encoding", "chunked")]
        elif page.stem == "broken":
            body = chunked(gzip.compress(body))
            headers = [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")]
        write(writer, f"https://pages.example/{page.stem}", body, headers)
    write(writer, "https://mirror.example/chinese", (PAGES / "chinese.html").read_bytes())
    write(writer, "https://pages.example/a.png", b"\x89PNG", kind="image/png")
    write(writer, "https://pages.example/gone", b"<p>Not here.", status="404 Not Found")
    text = (
        "A text of some words that a converter took out of its page, with nothing but words in it."
    )
    writer.write_record(
        writer.create_warc_record(
            "https://wet.example/a",
            "conversion",
            payload=io.BytesIO(text.encode()),
            warc_content_type="text/plain",
        )
    )


def run(program, *arguments, code=0):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stderr}"
    return done.stdout, done.stderr


def documents(program, path, *arguments):
    """The summary of a scan, and what is said about the rest."""
    out, err = run(program, "scan", path, "--format", "json", *arguments)
    return json.loads(out)["summary"], err


def members(path):
    """The plain bytes of each gzip member, and the member."""
    data, found = path.read_bytes(), []
    import zlib

    while data:
        one = zlib.decompressobj(31)
        plain = one.decompress(data) + one.flush()
        found.append((plain, data[: len(data) - len(one.unused_data)]))
        data = one.unused_data
    return found


def main():
    program = sys.argv[-1]
    folder = Path(tempfile.mkdtemp())
    pages = len(list(PAGES.glob("*.html")))
    plain, packed = folder / "a.warc", folder / "b.warc.gz"
    for path, gz in ((plain, False), (packed, True)):
        with open(path, "wb") as out:
            crawl(WARCWriter(out, gzip=gz))

    frames = folder / "c.warc.zst"
    shared = zstandard.train_dictionary(20_000, [m[0] for m in members(packed)] * 4)
    body = shared.as_bytes()
    with open(frames, "wb") as out:
        out.write(b"\x5d\x2a\x4d\x18" + len(body).to_bytes(4, "little") + body)
        for record, _ in members(packed):
            out.write(zstandard.ZstdCompressor(dict_data=shared).compress(record))

    for path in (plain, packed, frames):
        summary, err = documents(program, path)
        assert summary["documents"] == pages + 2, (path, summary, err)
        assert "not-a-page: 2" in err, err
        # Two templates of one article, and a page that was met twice.
        assert summary["duplicates"] == 2, (path, summary)

    # The last record is cut short; one in the middle is damaged.
    data = packed.read_bytes()
    (folder / "cut.warc.gz").write_bytes(data[:-300])
    summary, err = documents(program, folder / "cut.warc.gz", "--on-error", "skip")
    assert summary["documents"] == pages + 1 and "broken-compression: 1" in err, (summary, err)
    sizes = [len(m[1]) for m in members(packed)]
    at = sum(sizes[:9]) + sizes[9] // 2
    (folder / "hurt.warc.gz").write_bytes(data[:at] + b"\0" * 20 + data[at + 20 :])
    summary, err = documents(program, folder / "hurt.warc.gz", "--on-error", "skip")
    assert pages <= summary["documents"] <= pages + 2 and "broken-compression: 1" in err, (
        summary,
        err,
    )

    # What stays is there byte for byte, what goes takes its request along, and warcio reads what is
    # left.
    for path in (plain, packed, frames):
        to = folder / f"clean{''.join(path.suffixes)}"
        run(program, "dedupe", path, "-o", to)
        if path == packed:
            before, after = [m[1] for m in members(path)], [m[1] for m in members(to)]
            assert len(before) - len(after) == 4 and [m for m in before if m in set(after)] == after
        if path != frames:
            with open(to, "rb") as stream:
                kinds = [
                    record.rec_type for record in ArchiveIterator(stream, check_digests="raise")
                ]
            assert kinds.count("response") == kinds.count("request") == pages + 1, kinds
        summary, _ = documents(program, to)
        assert summary["documents"] == pages and summary["duplicates"] == 0, (to, summary)
    print(f"archives: {pages} pages in three containers, damaged ones, cleaned ones")


main()
