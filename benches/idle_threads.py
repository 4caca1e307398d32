#!/usr/bin/env python3
"""How long a scan uses one processor alone, stage by stage.

Follows the threads of `nearcopy scan --timings` by the scheduler's events (perf, as root), and adds
up the time in which one of them runs while all others sleep. A thread that waits for a processor
counts as awake, so other programs on the machine change the result little. The share is that of the
run as it would be if nothing else ran: the time alone, and the rest divided among the threads.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

EVENTS = "sched:sched_switch,sched:sched_wakeup,sched:sched_wakeup_new"
LINE = re.compile(r"\s*.+?\s+(\d+)/(-?\d+)\s+\[\d+\]\s+([\d.]+):\s+sched:(\w+):\s+(.*)")
SWITCH = re.compile(r"prev_pid=(\d+) .*prev_state=(\S+) ==> .*next_pid=(\d+)")


def recorded(program: str, corpus: str, threads: int, folder: Path) -> tuple[int, str, str]:
    """The process that scanned, its timings, and the events of the machine meanwhile."""
    scan = (
        f"'{program}' scan '{corpus}' --all-pairs --format json --no-config -q --timings"
        f" --threads {threads} > /dev/null 2> {folder}/timings & echo $! > {folder}/pid; wait"
    )
    data = f"{folder}/data"
    record = ["perf", "record", "-q", "-a", "-m", "4096", "-e", EVENTS, "-o", data]
    subprocess.run([*record, "--", "sh", "-c", scan], check=True)
    fields = "comm,pid,tid,cpu,time,event,trace"
    script = ["perf", "script", "-i", data, "-F", fields]
    events = subprocess.run(script, check=True, capture_output=True, text=True, errors="replace")
    pid = int((folder / "pid").read_text())
    return pid, (folder / "timings").read_text(), events.stdout


def stages(timings: str, start: float) -> list[tuple[str, float, float]]:
    """The stages with the times between which they ran."""
    rows = [line.split() for line in timings.splitlines()]
    at, out = start, []
    for name, seconds, *_ in (r for r in rows if len(r) > 3 and re.fullmatch(r"[\d.]+", r[1])):
        if name != "all":
            out.append((name, at, at + float(seconds)))
            at += float(seconds)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("corpus")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pid, timings, text = recorded(args.program, args.corpus, args.threads, Path(folder))
    events = [m.groups() for m in map(LINE.match, text.splitlines()) if m]
    state = {int(tid): "S" for of, tid, *_ in events if int(of) == pid}
    spans, last = [], None
    for _, _, at, kind, rest in events:
        now = float(at)
        if last is not None and "C" in state.values():
            awake = [s for s in state.values() if s != "S"]
            spans.append((last, now, awake.count("C"), len(awake)))
        last = now
        if kind == "sched_switch" and (m := SWITCH.search(rest)):
            before, why, after = int(m[1]), m[2], int(m[3])
            if before in state:
                state[before] = "R" if why.startswith("R") else "S"
            if after in state:
                state[after] = "C"
        elif (m := re.search(r" pid=(\d+)", rest)) and state.get(int(m[1])) == "S":
            state[int(m[1])] = "R"
    if not spans:
        sys.exit("no event of the program was recorded")
    parts = stages(timings, spans[0][0])
    used: dict[str, list[float]] = {}
    for begin, end, running, awake in spans:
        stage = next((name for name, a, b in parts if a <= begin < b), "end")
        row = used.setdefault(stage, [0.0, 0.0])
        row[0] += (end - begin) * running
        row[1] += (end - begin) * (awake == 1)
    processor, alone = (sum(row[i] for row in used.values()) for i in (0, 1))
    whole = alone + (processor - alone) / args.threads
    print("| stage | processor s | alone, s | of the run |\n|---|---:|---:|---:|")
    for name, (seconds, serial) in [*used.items(), ("all", (processor, alone))]:
        print(f"| {name} | {seconds:.2f} | {serial:.2f} | {100 * serial / whole:.1f} % |")


if __name__ == "__main__":
    main()
