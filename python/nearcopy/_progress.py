"""The progress of a scan: on standard error, and in the output of a cell in a notebook."""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional, TypeVar, Union

Progress = Callable[[str, int, int], object]
T = TypeVar("T")
WIDTH = 30


def _share(done: int, total: int) -> float:
    return min(done / total, 1.0) if total else 0.0


class Bar:
    """A line that shows the stage and how much of it is done, and is gone at the end."""

    def __init__(self) -> None:
        self.shown = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        share = _share(done, total)
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


class CellBar:
    """The same in the output of a cell: what stands on standard error looks like an error there,
    and leaves a coloured line behind.
    """

    def __init__(self, display: Callable[..., Any]) -> None:
        self.display, self.shown = display, ""
        self.handle: Any = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        share = _share(done, total)
        text = f"{stage} {share:.0%}"
        if text != self.shown:
            self._show(text, f'<progress value="{share:.2f}"></progress> {text}')
            self.shown = text

    def _show(self, text: str, html: str) -> None:
        content = {"text/plain": text, "text/html": html}
        if self.handle is None:
            self.handle = self.display(content, raw=True, display_id=True)
        else:
            self.handle.update(content, raw=True)

    def close(self) -> None:
        if self.handle is not None:
            self._show("", "")


def _bar() -> Union[Bar, CellBar]:
    """The bar for where this runs. Only a notebook has a kernel."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if getattr(shell, "kernel", None) is None:
        return Bar()
    from IPython.display import display

    return CellBar(display)


def shown(progress: Union[bool, Progress, None], work: Callable[[Optional[Progress]], T]) -> T:
    """What ``work`` returns for what is called with the progress: a bar where it is ``True``."""
    if not isinstance(progress, bool):
        return work(progress)
    if not progress:
        return work(None)
    bar = _bar()
    try:
        return work(bar)
    finally:
        bar.close()
