#!/usr/bin/env python3
"""What a killed run costs: kills `nearcopy scan --scratch` at random moments and goes on with it.

    python3 benches/resume.py CORPUS.jsonl --nearcopy target/release/nearcopy [--kills 20] [--seed 1]

Each line is one run that was killed once (SIGKILL) and then carried out to its end: the moment of
the kill as a share of an undisturbed run's time, the files that the killed run left, and the
processor time of both processes together, divided by that of an undisturbed run without --scratch.
It fails if a report differs by a byte, or if a folder is not empty at the end.
"""

import argparse
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time


def run(command, kill_after=None):
    """Seconds of wall and processor time, and the exit status of a command."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    timer = None
    if kill_after is not None:
        timer = threading.Timer(kill_after, lambda: os.kill(child.pid, signal.SIGKILL))
        timer.start()
    message = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    if timer:
        timer.cancel()
    wall, work = time.monotonic() - began, usage.ru_utime + usage.ru_stime
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        sys.exit(f"{' '.join(command)}: exit {os.WEXITSTATUS(status)}: {message}")
    return wall, work, os.WIFSIGNALED(status)


def same(path, other):
    with open(path, "rb") as a, open(other, "rb") as b:
        while True:
            x, y = a.read(1 << 20), b.read(1 << 20)
            if x != y:
                return False
            if not x:
                return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--nearcopy", default="target/release/nearcopy")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", default="2")
    args = parser.parse_args()
    dice = random.Random(args.seed)
    folder = tempfile.mkdtemp(prefix="nearcopy-resume-")
    plain, found = os.path.join(folder, "plain.json"), os.path.join(folder, "found.json")
    kept = os.path.join(folder, "run")
    scan = [args.nearcopy, "scan", args.corpus, "--no-config", "-q", "--threads", args.threads]
    try:
        run(scan + ["-o", f"json={plain}"])
        wall, work, _ = run(scan + ["-o", f"json={plain}"])
        whole, whole_work, _ = run(scan + ["-o", f"json={found}", "--scratch", kept])
        print(f"{os.path.getsize(args.corpus) / 1e6:.1f} MB, {platform.machine()}, "
              f"{args.threads} threads")
        print(f"undisturbed: {wall:.2f} s, processor {work:.2f} s; with --scratch: {whole:.2f} s, "
              f"processor {whole_work:.2f} s ({whole_work / work:.2f}x)")
        assert same(plain, found) and not os.listdir(kept), "with --scratch"
        worst = 0
        for n in range(args.kills):
            share = dice.random()
            _, killed_work, killed = run(scan + ["-o", f"json={found}", "--scratch", kept],
                                         share * whole)
            left = sorted(os.listdir(kept)) if os.path.isdir(kept) else []
            stages = [name for name in left if name.endswith(".stage")]
            rest_work = 0
            if killed:
                _, rest_work, _ = run(scan + ["-o", f"json={found}", "--scratch", kept])
            all_work = (killed_work + rest_work) / work
            worst = max(worst, all_work)
            assert same(plain, found), f"killed at {share:.2f}: the report differs"
            assert not os.listdir(kept), f"killed at {share:.2f}: files are left"
            last = stages and max(stages, key=lambda name: [
                "sketch" in name, "background" in name, "pairs-d" in name, "compare-d" in name,
                "pairs-p" in name, "compare-p" in name].index(True))
            print(f"{n + 1:3} at {share:4.2f}  {len(stages):2} files of stages"
                  f"{' up to ' + last if last else ''}  {all_work:.2f}x"
                  f"{'' if killed else '  (ended before)'}")
            os.remove(found)
        print(f"worst {worst:.2f}x; all reports equal")
    finally:
        shutil.rmtree(folder)


main()
