#!/usr/bin/env python3
"""Speed of a scan of an archive of pages, beside the same texts as JSON Lines, and what taking the
articles out of their pages costs.

    benches/pages.py corpus.jsonl                    1 GB of pages around the texts of a corpus,
    again and again, each time changed a little benches/pages.py corpus.jsonl --megabytes 100

The pages are written by warcio, from the Python Package Index, as gzip members with menus, scripts,
teasers and footers around each text. The programs take turns after one run unmeasured. Printed are
medians and ranges, with the machine and the input.
"""

import argparse, html, io, json, os, random, statistics, subprocess, sys, venv

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "quality"))
sys.path.insert(0, HERE)
from program import Failed, ROOT, run  # noqa: E402
from table import Table  # noqa: E402
from whole import machine  # noqa: E402


def arguments():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("corpus", help="JSON Lines with id and text")
    p.add_argument(
        "--megabytes", type=float, default=1000, help="bytes of pages before compression [1000]"
    )
    p.add_argument("--runs", type=int, default=3)
    p.add_argument(
        "--nearcopy",
        help="a program that is built already, examples/read_pages beside it; else both are built",
    )
    p.add_argument(
        "--work", default=os.path.join(ROOT, "target", "pages"), help="where everything made goes"
    )
    p.add_argument("--make", help=argparse.SUPPRESS)
    return p.parse_args()


def page(rng, n, title, paragraphs):
    """A page around a text: nine kilobytes of what stands on pages."""
    e = html.escape
    menu = "".join(f'<li><a href="/s/{i}">Section number {i}</a></li>' for i in range(30))
    teasers = "".join(
        f'<div class="teaser"><h3><a href="/t/{n + i}">A teaser of another story, number '
        f"{n + i}</a></h3><p>Its first words stand here, and no more.</p></div>"
        for i in range(12)
    )
    script = "<script>" + "var a=function(b){return b<3?'<p>':\"x\"};" * 60 + "</script>"
    body = "".join(f"<p>{e(p)}</p>" for p in paragraphs)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{e(title)} - News '
        f"{n % 50}</title>"
        f'<meta property="article:published_time" '
        f'content="2026-01-{1 + n % 28:02d}T08:00:00Z">'
        f"<style>{'.a .b{color:red}' * 60}</style></head>"
        f"<body><header><nav><ul>{menu}</ul></nav></header>"
        f"<main><article><h1>{e(title)}</h1>{body}</article></main>"
        f"<aside>{teasers}</aside><footer><p>All rights reserved by the publisher of these "
        f"pages.</p></footer>{script}</body></html>"
    )


def make(o, path):
    """Writes the archive; run inside the environment that has warcio."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    rng = random.Random(1)
    with open(o.corpus, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    texts = [text for text in texts if len(text) >= 200]
    size = n = 0
    with open(path, "wb") as out:
        writer = WARCWriter(out, gzip=True)
        while size < o.megabytes * 1e6:
            text = texts[n % len(texts)]
            paragraphs = [" ".join(p.split()) for p in text.split("\n\n") if p.strip()]
            if n >= len(texts):
                # Another story made of the same words: its sentences in another order, a tenth of
                # its words gone.
                words = [w for p in paragraphs for w in p.split(" ") if rng.random() > 0.1]
                cuts = sorted(rng.sample(range(len(words)), min(8, len(words) // 10)))
                parts = [words[a:b] for a, b in zip([0, *cuts], [*cuts, len(words)])]
                rng.shuffle(parts)
                paragraphs = [" ".join(part) for part in parts if part]
            body = page(rng, n, " ".join(text.split()[:8]), paragraphs).encode()
            http = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            url = f"https://news{n % 50}.example/{n}"
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=io.BytesIO(body), http_headers=http
                )
            )
            size, n = size + len(body), n + 1
    with open(path + ".json", "w", encoding="utf-8") as facts:
        json.dump({"pages": n, "html_bytes": size}, facts)


def made(o, work):
    path = os.path.join(work, f"pages-{o.megabytes:g}.warc.gz")
    if not os.path.exists(path + ".json"):
        place = os.path.join(work, "venv")
        python = os.path.join(place, "bin", "python")
        if not os.path.exists(python):
            venv.create(place, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "warcio==1.8.1"], check=True)
        subprocess.run(
            [python, __file__, o.corpus, "--megabytes", str(o.megabytes), "--make", path],
            check=True,
        )
    with open(path + ".json", encoding="utf-8") as facts:
        return path, json.load(facts)


def programs(o):
    if o.nearcopy:
        ours = os.path.abspath(o.nearcopy)
    else:
        if subprocess.call(
            ["cargo", "build", "--release", "--bin", "nearcopy", "--example", "read_pages"],
            cwd=ROOT,
        ):
            raise Failed("the build failed")
        ours = os.path.join(
            ROOT, os.environ.get("CARGO_TARGET_DIR") or "target", "release", "nearcopy"
        )
    return ours, os.path.join(os.path.dirname(ours), "examples", "read_pages")


def main():
    o = arguments()
    if o.make:
        return make(o, o.make)
    work = os.path.abspath(o.work)
    os.makedirs(work, exist_ok=True)
    archive, facts = made(o, work)
    ours, reader = programs(o)
    lines = os.path.join(work, f"texts-{o.megabytes:g}.jsonl")
    taken = json.loads(
        subprocess.run([reader, archive, lines], capture_output=True, text=True, check=True).stdout
    )
    scan = lambda path: [ours, "scan", path, "--format", "json", "--no-config", "--quiet"]
    commands = {
        "scan the archive": scan(archive),
        "scan JSON Lines of the same texts": scan(lines),
        "read the archive": [reader, archive],
        "read JSON Lines": [reader, lines],
    }
    stated, used = machine(), {name: [] for name in commands}
    for turn in range(o.runs + 1):
        for k, (name, command) in enumerate(commands.items()):
            spent = run(command, os.path.join(work, f"out-{k}"))
            if turn:
                used[name].append(spent)
    table = Table(
        f"Pages, median of {o.runs}", ["work", "seconds", "from", "to", "processor s", "peak MiB"]
    )
    middle = {}
    for name, runs in used.items():
        seconds = [r["seconds"] for r in runs]
        middle[name] = statistics.median(seconds)
        cpu = statistics.median(r["cpu"] for r in runs)
        table.row(
            name,
            *[f"{s:.2f}" for s in (middle[name], min(seconds), max(seconds))],
            f"{cpu:.2f}",
            round(max(r["peak_mib"] for r in runs)),
        )
    print(table.plain())
    whole, texts, reading, plain = middle.values()
    print(
        f"taking out  {reading - plain:.2f} s for {facts['html_bytes'] / 1e6:.0f} MB of HTML: "
        f"{facts['html_bytes'] / 1e6 / (reading - plain):.0f} MB/s"
    )
    print(
        f"speed       {(texts + reading - plain) / whole:.2f} of the same texts as JSON Lines and "
        f"the taking out; {texts / whole:.2f} of the texts alone"
    )
    print(f"machine     {stated}")
    print(
        f"input       {os.path.basename(archive)}: {facts['pages']} pages, "
        f"{facts['html_bytes'] / 1e6:.0f} MB of HTML in {os.path.getsize(archive) / 1e6:.0f} MB; "
        f"{taken['documents']} articles with {taken['text_bytes'] / 1e6:.0f} MB of text"
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"error: {failure}")
