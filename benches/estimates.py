#!/usr/bin/env python3
"""How far off the time left is that the progress bar of a scan shows.

    python3 benches/estimates.py CORPUS.jsonl [--program target/release/nearcopy] [FLAGS]

The scan runs on a pseudo-terminal. For each stage of a second or more, the time left that the bar
shows after a quarter of the stage is compared with the time that the stage then took."""
import argparse
import os
import pty
import re
import sys
import time

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LEFT = r"(\d+[dhms](?: ?\d+[dhms])*) left"
FRAME = re.compile(r"(\w+) +[━╸─ ]+ +[^/]+/(\S+(?: \w?i?B)?) .*?" + LEFT)
UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def seconds(text):
    return sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)([dhms])", text))


def frames(command):
    """The frames of the bar: when, the stage with its amount of work, the seconds left."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ["COLUMNS"] = "120"
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], command)
    begin, out = time.monotonic(), []
    while True:
        try:
            read = os.read(terminal, 1 << 16)
        except OSError:
            break
        if not read:
            break
        now = time.monotonic() - begin
        text = ANSI.sub("", read.decode("utf-8", "replace"))
        for stage, work, left in FRAME.findall(text):
            out.append((now, f"{stage} of {work}", seconds(left)))
    os.waitpid(process, 0)
    return out


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("corpus")
    options.add_argument("--program", default="target/release/nearcopy")
    given, flags = options.parse_known_args()
    command = [given.program, "scan", given.corpus, "--no-config", "--format", "json", *flags]
    shown = frames(command)
    print("| stage | seconds | left, shown at a quarter | left, in fact | off |")
    print("|---|---:|---:|---:|---:|")
    for stage in dict.fromkeys(frame[1] for frame in shown):
        times = [frame for frame in shown if frame[1] == stage]
        first, last = times[0][0], times[-1][0]
        if last - first < 1:
            continue
        at = first + (last - first) / 4
        when, _, left = next(frame for frame in times if frame[0] >= at)
        fact = last - when
        off = abs(left - fact) / fact
        print(f"| {stage} | {last - first:.1f} | {left} | {fact:.1f} | {off:.0%} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
