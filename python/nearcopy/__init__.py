"""Finds duplicate and near-duplicate articles, repeated paragraphs and reused passages, and shows
where the overlap is, in both texts.

>>> import nearcopy
>>> story = "The harbour bridge will close for repairs on Monday, the port authority"
>>> report = nearcopy.scan([
...     {"id": "courier", "text": f"{story} said."},
...     {"id": "ledger", "text": f"{story} told us."},
...     {"id": "gazette", "text": "Rain is expected over the weekend in most of the valley."},
... ])
>>> [cluster.members for cluster in report.clusters]
[['courier', 'ledger']]
>>> match = report.pairs[0].matches[0]
>>> match.a.text
'The harbour bridge will close for repairs on Monday, the port authority'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Iterable, Optional, Sequence, Union

from . import _nearcopy
from ._errors import (
    ClosedError,
    Error,
    InputError,
    MalformedError,
    MixedError,
    SameIdError,
    SettingError,
    StorageError,
)
from ._input import columns as _columns
from ._input import score_field as _score_field
from ._nearcopy import (
    Background,
    Checked,
    Cluster,
    Comparison,
    Deduped,
    Document,
    Facts,
    Findings,
    Index,
    Match,
    Pair,
    Place,
    Removed,
    Repeat,
    Report,
    Sighting,
    Span,
    __version__,
    compare,
)
from ._progress import shown as _shown

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._settings import Settings

__all__ = [
    "Background",
    "Checked",
    "ClosedError",
    "Cluster",
    "Comparison",
    "Deduped",
    "Document",
    "Error",
    "Facts",
    "Findings",
    "Index",
    "InputError",
    "MalformedError",
    "Match",
    "MixedError",
    "Pair",
    "Place",
    "Removed",
    "Repeat",
    "Report",
    "SameIdError",
    "SettingError",
    "Sighting",
    "Span",
    "StorageError",
    "__version__",
    "compare",
    "dedupe",
    "scan",
]


def scan(
    documents: Any,
    *,
    text_field: Optional[str] = None,
    id_field: Optional[str] = None,
    source_field: Optional[str] = None,
    date_field: Optional[str] = None,
    title_field: Optional[str] = None,
    path: Optional[str] = None,
    on_bad: str = "raise",
    threads: Optional[int] = None,
    background: Optional[Background] = None,
    boilerplate_from: Union[str, Iterable[str], None] = None,
    progress: Union[bool, Callable[[str, int, int], object], None] = None,
    **settings: Unpack[Settings],
) -> Report:
    """Finds everything that is doubled: classes of equal texts, clusters of near-copies, related
    pairs
    with their passages, repeats.

    documents:
        A list or generator of texts, of dicts, of ``(id, text)`` or of objects with such
        attributes; a dict of ids to texts or to dicts; a DataFrame or Series of pandas or polars; a
        table of pyarrow, a relation of DuckDB or a dataset of Hugging Face. Texts in Arrow are read
        where they are. Or a path (``"articles/"``, ``Path("corpus.jsonl")``), a pattern
        (``"data/*.jsonl"``) or a list of ``Path``: files are read as the command line reads them.
    text_field, id_field, source_field, date_field, title_field:
        Which field or column is which; by default the usual names are looked for: ``text``,
        ``content``, …; ``id``, ``url``, …. A document without an id is called by its place in the
        input, from 0; a row of pandas by its label. The source of a document without one is the
        host of its id or of its field ``url``, ``uri`` or ``link``, unless ``source_field`` is
        given.
    path:
        What the input is called in the report, a file's name say. Documents without an id are then
        ``path:1``, ``path:2``, ….
    on_bad:
        ``"raise"`` an ``InputError`` for a document whose text is no string, or ``"skip"`` such
        documents; ``report.summary`` counts them.
    threads:
        How many to use; by default as many as there are cores. The findings do not depend on it.
    background:
        Score as another corpus does: ``report.background`` of its scan.
    boilerplate_from:
        Texts that were handed out (an exercise, a licence, a press kit): what stands in them makes
        no relation.
    progress:
        Called with the stage, how much of it is done, and how much there is, some times a second;
        ``True`` shows a bar on standard error, in a terminal and in a notebook.
    settings:
        Those of the command line, with ``_`` for ``-``: ``preset="ocr"``, ``near_copy_larger=0.6``,
        ``all_pairs=True``, ``keep=["longest"]``, ….

    The interpreter's lock is released; Ctrl-C ends the scan.

    >>> text = "One text, and a few more words of it."
    >>> report = scan({"a": text, "b": text})
    >>> report.equal
    [['a', 'b']]
    """
    found = _columns(
        documents,
        text_field=text_field,
        id_field=id_field,
        source_field=source_field,
        date_field=date_field,
        title_field=title_field,
        path=path,
        on_bad=on_bad,
        score_field=_score_field(settings),
    )
    return _shown(
        progress,
        lambda told: _nearcopy.scan(
            found, dict(settings), threads, background, boilerplate_from, told
        ),
    )


def dedupe(
    documents: Any,
    *,
    index: Optional[Index] = None,
    drop: Union[str, Sequence[str], None] = None,
    text_field: Optional[str] = None,
    id_field: Optional[str] = None,
    source_field: Optional[str] = None,
    date_field: Optional[str] = None,
    title_field: Optional[str] = None,
    path: Optional[str] = None,
    on_bad: str = "raise",
    threads: Optional[int] = None,
    boilerplate_from: Union[str, Iterable[str], None] = None,
    progress: Union[bool, Callable[[str, int, int], object], None] = None,
    **settings: Unpack[Settings],
) -> Deduped:
    """Decides which documents go because a copy stays, as ``nearcopy dedupe`` does; against an
    index,
    as ``dedupe --index`` does.

    documents, text_field, id_field, source_field, date_field, title_field, path, on_bad, threads,
    boilerplate_from, progress, settings:
        As for ``scan``. With an index, its own settings hold where no others are given, and its
        background counts once it was compacted.
    index:
        What was seen before: documents go too that it holds. One that it holds under its own id
        with the same text is ``known``; one with another text is a new version, which is not
        compared with the old one. The index must keep texts. Nothing is added before
        ``add_to_index``.
    drop:
        Names of the relations that make a copy, as ``--drop`` has them: by default ``equal``,
        ``near-copy`` and ``abridged``, with an index also ``contained-in``.

    >>> story = "The harbour bridge will close for repairs on Monday, the port authority said."
    >>> story += " It will reopen in the spring."
    >>> import tempfile
    >>> index = nearcopy.Index(tempfile.mkdtemp() + "/seen")
    >>> index.add("yesterday", story)
    'new'
    >>> fresh = "Rain is expected over the weekend in most of the valley."
    >>> today = {"again": story.replace("said", "told us"), "fresh": fresh}
    >>> found = nearcopy.dedupe(today, index=index)
    >>> found.keep(), found.removed()
    ([False, True], [Removed("again", near-copy of "index:yesterday")])
    >>> found.add_to_index()
    {'new': 1, 'copies': 0, 'replaced': 0, 'known': 0}
    """
    found = _columns(
        documents,
        text_field=text_field,
        id_field=id_field,
        source_field=source_field,
        date_field=date_field,
        title_field=title_field,
        path=path,
        on_bad=on_bad,
        score_field=_score_field(settings),
    )
    return _shown(
        progress,
        lambda told: _nearcopy.dedupe(
            found, dict(settings), index, drop, threads, boilerplate_from, told
        ),
    )
