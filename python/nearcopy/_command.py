"""The command ``nearcopy``, as the package brings it."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Runs the command line of the process, and exits with its code."""
    from ._nearcopy import run_command

    # The command ends by itself on Ctrl-C, with its own message and exit code.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run_command(["nearcopy", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
