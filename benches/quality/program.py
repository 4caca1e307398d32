"""Owns: building and running nearcopy and its brute-force twin, with time and peak memory. Never:
what a figure means.
"""

import json, os, subprocess, sys, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Failed(Exception):
    """A program did not do its work."""


def run(command, stdout=None):
    """Runs a command to its end; {"seconds", "cpu", "peak_mib"} of that process alone."""
    out = open(stdout, "wb") if stdout else subprocess.DEVNULL
    with open(os.devnull, "rb") as nothing:
        # Through a small process of its own: a child's peak memory begins with that of the process
        # it is split off from.
        child = subprocess.Popen(
            [sys.executable, __file__, *map(str, command)],
            stdin=nothing,
            stdout=out,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        said = child.communicate()[1]
    if stdout:
        out.close()
    said, _, measured = said.rpartition(MEASURED)
    sys.stderr.write(said)
    if child.returncode != 0 or not measured:
        raise Failed(f"exit code {child.returncode}: {' '.join(map(str, command))}")
    return json.loads(measured)


MEASURED = "measured: "


def measure(command):
    """Runs a command and says behind what it says what it took; returns its exit code."""
    begun = time.monotonic()
    child = subprocess.Popen(command)
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.monotonic() - begun
    per_mib = 1024 * 1024 if sys.platform == "darwin" else 1024
    took = {
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss / per_mib,
    }
    sys.stderr.write(MEASURED + json.dumps(took))
    return os.waitstatus_to_exitcode(status)


class Programs:
    """nearcopy and examples/brute_force of one build."""

    def __init__(self, work, nearcopy=None, profile="release"):
        self.work = work
        target = os.environ.get("CARGO_TARGET_DIR") or os.path.join(ROOT, "target")
        folder = os.path.join(ROOT, target, "release" if profile == "release" else "debug")
        if not nearcopy:
            build = [
                "cargo",
                "build",
                "--profile",
                profile,
                "--bin",
                "nearcopy",
                "--example",
                "brute_force",
            ]
            if subprocess.call(build, cwd=ROOT):
                raise Failed("the build failed")
        self.nearcopy = os.path.abspath(nearcopy) if nearcopy else os.path.join(folder, "nearcopy")
        self.twin = os.path.join(os.path.dirname(self.nearcopy), "examples", "brute_force")
        if not os.path.exists(self.nearcopy):
            raise Failed(f"not there: {self.nearcopy}; leave --nearcopy out to build it")

    def file(self, name):
        """A place for an output."""
        return os.path.join(self.work, name)

    def report(self, name, *arguments):
        """Runs nearcopy; (the path of its JSON report, time and memory)."""
        path = self.file(name + ".report.json")
        used = run(
            [
                self.nearcopy,
                arguments[0],
                "--no-config",
                "--quiet",
                "--format",
                "json",
                *arguments[1:],
            ],
            path,
        )
        return path, used

    def brute_force(self, corpus, least, words):
        """[(id, id, exact resemblance of the shingle sets)], at least `least`."""
        if not os.path.exists(self.twin):
            raise Failed(f"not there: {self.twin}; leave --nearcopy out to build it")
        path = self.file(f"brute-{os.path.basename(corpus)}-{words}-{least}.tsv")
        run([self.twin, corpus, str(least), str(words)], path)
        with open(path, encoding="utf-8") as lines:
            rows = [line.rstrip("\n").split("\t") for line in lines]
        return [(a, b, float(r)) for a, b, r in rows]


def load(path):
    """A JSON file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def records(path):
    """The objects of a JSON Lines file."""
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_records(path, objects):
    """Writes JSON Lines."""
    with open(path, "w", encoding="utf-8") as out:
        for x in objects:
            out.write(json.dumps(x, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(measure(sys.argv[1:]))
