#!/usr/bin/env python3
"""Time and memory of reading the worst inputs that are known, of every format, at three sizes.
Standard library only.

    benches/growth_of_reading.py                       all inputs, with a program that is built
    benches/growth_of_reading.py --only html,json      those whose names begin so
    benches/growth_of_reading.py --bombs 600           files that unpack to 600 MB each, once

Each input is scanned --runs times a size, and the least time counts; what is no page has 20 times
as many bytes, and what is read in no time is made larger. Printed are the processor time and the
peak resident memory, and the exponent with which the time grows from the smallest size to the one
that takes longest, less the time of an empty file: 1 is in proportion, 2 is with the square. A run
fails where an exponent is over 1.2, a peak over eight times --max-document and a constant
(--constant), or the program ends by a signal. The program is a whole scan: where an input is many
documents, the peak is that of a scan that holds their texts.
"""

import argparse, bz2, gzip, math, os, platform, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "quality"))
from program import ROOT  # noqa: E402
from table import Table  # noqa: E402

OPENERS = {
    "comment": "<!--", "declaration": "<!", "instruction": "<?", "end tag": "</", "end of a": "</a",
    "cdata": "<![CDATA[", "doctype": "<!doctype ", "tag": "<a", "attribute": "<a b='",
    "script": "<script>", "textarea": "<textarea>", "title": "<title>", "svg": "<svg>",
    "cdata in svg": "<svg><![CDATA[", "template": "<template>", "ampersand": "&",
    "reference": "&a", "bold": "<b>", "bold in p": "<p><b>", "link": "<a>x", "table": "<table>x",
    "row": "<table><tr>x", "link in table": "<a><table><a>", "select": "<select><option>",
    "frames": "<frameset><frame>", "list": "<li>", "body": "<body a=b>", "time": "<time></time>",
    "post": "<div class=post1>x</div>" * 3, "empty": "<i></i>",
    "teaser": "<div class=t><h3><a href=x>Story</a></h3><p>Begins.</p></div>",
    "json-ld": "<script type='application/ld+json'>{\"@type\":\"Article\"</script>",
}  # fmt: skip


def filled(piece, size):
    return (piece * (size // len(piece) + 1))[:size]


def bodies(size):
    """Pages whose tags differ from each other."""
    return "".join(f"<body a{n}=1>" for n in range(size // 14))


def warc(body, kind="text/html", head=""):
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{head}\r\n".encode() + body
    record = (
        "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return record.encode() + http + b"\r\n\r\n"


def inputs():
    """The name of each input, its file name, and its bytes for a size."""
    for name, piece in OPENERS.items():
        yield f"html, {name}", "x.html", lambda n, p=piece: filled(p, n).encode()
    yield "html, attributes of body", "x.html", lambda n: bodies(n).encode()
    yield "html, attributes", "x.html", lambda n: ("<p " + filled("a b=c ", n)).encode()
    for name, piece in [
        ("json, deep", "["), ("json, open objects", '{"a":1\n'), ("json, broken", '{"a" 1}\n'),
        ("json, small", "1 "), ("json, strings", '"a'), ("json, escapes", '{"text":"\\u00'),
        ("json, white space", "\n"),
    ]:  # fmt: skip
        yield name, "x.json", lambda n, p=piece: filled(p, n).encode()
    yield "json, commas", "x.json", lambda n: ("[" + filled("1,", n)).encode()
    yield "json, keys", "x.json", lambda n: ('[{"text":"a"' + filled(',"b":1', n) + "}]").encode()
    yield (
        "json, deep element",
        "x.json",
        lambda n: ('[{"text":"a","b":' + "[" * (n // 2) + "]" * (n // 2) + "}]").encode(),
    )
    for name, piece in [
        ("jsonl, one line", '{"text":"a '), ("jsonl, braces", "{\n"), ("jsonl, deep", '{"a":'),
        ("jsonl, empty lines", "\n"),
    ]:  # fmt: skip
        yield name, "x.jsonl", lambda n, p=piece: filled(p, n).encode()
    for name, piece in [
        ("csv, columns", "a,"), ("csv, open quote", '"a\n'), ("csv, quotes", '""'),
        ("csv, empty lines", "\n"), ("csv, returns", "\r"),
        ("csv, rows", "a row of a few words that tell nothing at all\n"),
    ]:  # fmt: skip
        yield name, "x.csv", lambda n, p=piece: ("text\n" + filled(p, n)).encode()
    yield "csv, header", "x.csv", lambda n: (filled("a,", n) + "text\n").encode()
    yield "csv, open quotes", "x.csv", lambda n: ("text\n" + filled('"a"b,"\n', n)).encode()
    yield "text, one line", "x.txt", lambda n: filled("a", n).encode()
    yield "text, words", "x.txt", lambda n: filled("word ", n).encode()
    yield "text, utf-16", "x.txt", lambda n: b"\xff\xfe" + filled("ab", n // 2).encode("utf-16-le")
    yield "text, bytes", "x.txt", lambda n: bytes([0xE9, 0x20]) * (n // 2)
    yield "warc, header", "x.warc", lambda n: b"WARC/1.0\r\n" + b"a: b\r\n" * (n // 6)
    yield "warc, beginnings", "x.warc", lambda n: b"WARC/1.0\r\n" * (n // 10)
    yield "warc, lengths", "x.warc", lambda n: b"WARC/1.0\r\nContent-Length: 9\r\n\r\n" * (n // 31)
    yield "warc, members", "x.warc.gz", lambda n: gzip.compress(warc(b"<p>x")) * (n // 160)
    yield (
        "warc, broken members",
        "x.warc.gz",
        lambda n: gzip.compress(warc(b"<p>x"))[:60] * (n // 60),
    )
    yield (
        "warc, chunks",
        "x.warc",
        lambda n: warc(b"1\r\na\r\n" * (n // 6), head="Transfer-Encoding: chunked\r\n"),
    )
    yield "warc, comment", "x.warc", lambda n: warc(filled("<!--", n).encode())


def packed(pieces, pack):
    return b"".join(pack(piece) for piece in pieces)


def bombs(size):
    """Files that unpack to this many bytes: file name, the pieces of the plain bytes, a packer."""
    step = 1 << 20
    block, many = b"a" * step, size // step
    plain = {
        "x.txt": [block] * many,
        "line.jsonl": [b'{"text":"'] + [block] * many + [b'"}\n{"text":"two words"}\n'],
        "string.json": [b'{"text":"'] + [block] * many + [b'"}'],
        "one.json": [b'[{"text":"'] + [block] * many + [b'"},{"text":"two words"}]'],
        "many.json": [b"["] + [b'{"text":"' + block + b'"},'] * many + [b'{"text":"b"}]'],
        "deep.json": [b"[" * step] * many,
        "quote.csv": [b'text\n"'] + [block] * many,
        "long.csv": [b'text\n"'] + [block] * many + [b'"\ntwo words\n'],
        "columns.csv": [b"a," * (step // 2)] * many,
        "empty.csv": [b"text\n"] + [b"\n" * step] * many,
        "x.html": [b"<p>"] + [block] * many,
        "x.warc": [
            b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\n"
            b"Content-Length: %d\r\n\r\n" % (many * step)
        ] + [block] * many,
    }  # fmt: skip
    for name, pieces in plain.items():
        yield name + ".gz", packed(pieces, lambda piece: gzip.compress(piece, 1))
        if name in ("x.txt", "one.json"):
            yield name + ".bz2", packed(pieces, lambda piece: bz2.compress(piece, 1))


def measure(program, path, more):
    """Processor time, peak memory in bytes, and how the program ended."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1), os.dup2(null, 2)
        os.execv(program, [program, "scan", "--no-config", *more, path])
    _, status, used = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, code


def main():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--nearcopy", help="a program that is built already; else it is built")
    p.add_argument(
        "--sizes",
        default="200,400,800",
        help="kB of a page: one, twice and four times that [200,400,800]",
    )
    p.add_argument("--runs", type=int, default=2)
    p.add_argument("--only", default="", help="beginnings of names, with commas")
    p.add_argument("--bombs", type=int, help="MB that the packed files unpack to")
    p.add_argument("--max-document", help="the limit, in MiB [256]", type=int, default=256)
    p.add_argument("--constant", type=int, default=64, help="MiB beside the limit [64]")
    p.add_argument("--markdown", action="store_true")
    args = p.parse_args()
    program = args.nearcopy
    if not program:
        subprocess.run(["cargo", "build", "--release"], cwd=ROOT, check=True)
        program = os.path.join(ROOT, "target", "release", "nearcopy")
    most = (8 * args.max_document + args.constant) << 20
    more, wrong, rows = ["--max-document", f"{args.max_document}MiB"], [], []
    wanted = [only for only in args.only.split(",") if only] or [""]
    with tempfile.TemporaryDirectory() as work:

        def done(*cells):
            rows.append(cells)
            print(*cells, sep="  ", file=sys.stderr, flush=True)

        def one(file, data, judged=True):
            path = os.path.join(work, file)
            with open(path, "wb") as out:
                out.write(data)
            seconds, peak, code = min(measure(program, path, more) for _ in range(args.runs))
            os.remove(path)
            if code not in (0, 2):
                wrong.append(f"{file}: ended with {code}")
            if judged and peak > most:
                wrong.append(f"{file}: a peak of {peak >> 20} MiB")
            return seconds, peak

        idle, _ = one("x.txt", b"")
        if args.bombs:
            for name, data in bombs(args.bombs * 1_000_000):
                if any(name.startswith(only) for only in wanted):
                    # The one file of documents that all fit: its peak is that of a scan, which
                    # holds the texts of its corpus, and says nothing of reading.
                    seconds, peak = one(name, data, judged=not name.startswith("many"))
                    done(name, f"{len(data):,}", f"{seconds:.2f}", f"{peak >> 20:,}")
            head = ["file", "bytes packed", "CPU, s", "peak, MiB"]
        else:
            sizes = [int(size) * 1000 for size in args.sizes.split(",")]
            for name, file, make in inputs():
                if not any(name.startswith(only) for only in wanted):
                    continue
                # What takes hardly longer than nothing has no exponent that can be measured, so
                # it gets larger, a page up to what a page may have.
                page = name.startswith(("html", "warc, c"))
                scale, largest = 1 if page else 20, 16_000_000 if page else 256_000_000
                while True:
                    runs = [one(file, make(size * scale)) for size in sizes]
                    times = [max(seconds - idle, 0) for seconds, _ in runs]
                    if max(times) > 0.3 or sizes[-1] * scale * 4 > largest:
                        break
                    scale *= 4
                # A page that is refused takes less time than one that is not: growth counts up to
                # the size that takes longest.
                last, exponent = times.index(max(times)), None
                if times[last] > 0.3 and last > 0:
                    ratio = times[last] / max(times[0], 0.01)
                    exponent = math.log(ratio) / math.log(sizes[last] / sizes[0])
                    if exponent > 1.2:
                        wrong.append(f"{name}: an exponent of {exponent:.2f}")
                done(
                    name,
                    f"{sizes[0] * scale // 1000:,}",
                    *(f"{seconds:.2f}" for seconds in times),
                    f"{max(peak for _, peak in runs) >> 20:,}",
                    "–" if exponent is None else f"{exponent:.2f}",
                )
            head = ["input", "kB", "as is, s", "twice, s", "four times, s", "peak, MiB", "exponent"]
    print(f"{platform.machine()}, {os.cpu_count()} cores; idle {idle:.2f} s")
    table = Table("", head)
    for row in rows:
        table.row(*row)
    print(table.markdown() if args.markdown else table.plain())
    for line in wrong:
        print(f"WRONG {line}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
