"""The progress of a scan on standard error, in a terminal and in a notebook."""

from __future__ import annotations

import sys
from typing import Callable, Optional, TypeVar, Union

Progress = Callable[[str, int, int], object]
T = TypeVar("T")
WIDTH = 30


class Bar:
    """A line that shows the stage and how much of it is done, and is gone at the end."""

    def __init__(self) -> None:
        self.shown = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        share = min(done / total, 1.0) if total else 0.0
        full = int(share * WIDTH)
        line = f"{stage:12} [{'#' * full}{' ' * (WIDTH - full)}] {share:4.0%}"
        if line != self.shown:
            sys.stderr.write(f"\r{line}")
            sys.stderr.flush()
            self.shown = line

    def close(self) -> None:
        if self.shown:
            sys.stderr.write(f"\r{' ' * len(self.shown)}\r")
            sys.stderr.flush()


def shown(progress: Union[bool, Progress, None], work: Callable[[Optional[Progress]], T]) -> T:
    """What ``work`` returns for what is called with the progress: a bar where it is ``True``."""
    if not isinstance(progress, bool):
        return work(progress)
    if not progress:
        return work(None)
    bar = Bar()
    try:
        return work(bar)
    finally:
        bar.close()
