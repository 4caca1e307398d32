"""Whatever holds documents, to columns. What a cell means is decided in the native part."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike, fspath
from os.path import exists
from typing import Any, Callable, NamedTuple, Optional, Union

from ._errors import InputError
from ._nearcopy import FIELD_NAMES, Files, Index

# What nearcopy itself writes of pages, which no caller names otherwise.
PAGE = ("read", "read_share", "read_raw")
ROLES = ("text", "id", "source", "date", "title", "url", *PAGE, "score")
GUESSES: dict[str, list[str]] = {
    **dict(FIELD_NAMES),
    **{role: [role] for role in PAGE},
    # The number by which documents are preferred is never guessed.
    "score": [],
}
BATCH = 8192


class Columns(NamedTuple):
    """Columns of documents: each a list, the number of a column of ``table``, or None."""

    text: Any
    id: Any
    source: Any
    date: Any
    title: Any
    url: Any
    read: Any
    read_share: Any
    read_raw: Any
    score: Any
    table: Any
    first: int
    path: Optional[str]
    skip: bool
    named: bool
    derive_source: bool
    title_given: bool


class Fields:
    """Which field or column has which role."""

    def __init__(
        self,
        text_field: Optional[str] = None,
        id_field: Optional[str] = None,
        source_field: Optional[str] = None,
        date_field: Optional[str] = None,
        title_field: Optional[str] = None,
        path: Optional[str] = None,
        on_bad: str = "raise",
        named: bool = False,
        score_field: Optional[str] = None,
    ) -> None:
        if on_bad not in ("raise", "skip"):
            raise InputError(f'on_bad: "raise" or "skip", not {on_bad!r}')
        # The text is no title of itself.
        self.untitled = title_field is not None and title_field == text_field
        if self.untitled:
            title_field = None
        self.given: dict[str, Optional[str]] = dict(
            zip(ROLES, (text_field, id_field, source_field, date_field, title_field))
        )
        self.given.update((role, None) for role in ("url", *PAGE))
        self.given["score"] = score_field
        self.path = None if path is None else str(path)
        self.skip = on_bad == "skip"
        self.named = named

    def pick(self, names: Sequence[Any]) -> dict[str, Any]:
        """For each role the name that has it, if there is one: as given, or the first guess that is
        there.
        """
        lower = {n.lower(): n for n in names if isinstance(n, str)}
        picked = {}
        taken = {
            given.lower()
            for role, given in self.given.items()
            if given is not None and role != "score"
        }
        for role, given in self.given.items():
            wanted = GUESSES[role] if given is None else [given]
            if role == "score" and given is not None:
                # Several are tried by preference, as on the command line.
                wanted = [given, *(name.strip() for name in given.split(","))]
            if role == "title" and given is None:
                # What the caller names as something else is not guessed to be the title.
                wanted = [n for n in wanted if n not in taken and not self.untitled]
            fit = [n for n in wanted if n in names] or [
                lower[n] for n in wanted if given is None and n in lower
            ]
            picked[role] = fit[0] if fit else None
        # Nor is the text, and where the caller says which field is the source, nothing else is.
        if picked["title"] == picked["text"]:
            picked["title"] = None
        if self.given["source"] is not None:
            picked["url"] = None
        return picked

    def columns(self, names: Sequence[Any]) -> dict[str, Any]:
        """As ``pick``, for a table: a column that is asked for must be there, and so must one with
        texts.
        """
        picked = self.pick(names)
        listed = ", ".join(str(n) for n in names[:12]) + (", …" if len(names) > 12 else "")
        for role, given in self.given.items():
            if given is not None and picked[role] is None:
                raise InputError(
                    f"no column {given!r} ({_option(role, given)}); the columns are: {listed}"
                )
        if picked["text"] is None:
            looked = ", ".join(GUESSES["text"])
            raise InputError(
                f"no column with a text (looked for {looked}; the columns are: {listed}): name it "
                f"with text_field"
            )
        for role, name in picked.items():
            if name is not None and list(names).count(name) > 1:
                if role in ("title", "url", *PAGE) and self.given[role] is None:
                    picked[role] = None
                    continue
                raise InputError(
                    f"column {name!r} ({role}) is there {list(names).count(name)} times"
                )
        return picked

    def make(self, cells: Mapping[str, Any], table: Any, first: int) -> Columns:
        text, ident, source, date, title, url, *page = (cells.get(role) for role in ROLES)
        read, read_share, read_raw, score = page
        return Columns(
            text,
            ident,
            source,
            date,
            title,
            url,
            read,
            read_share,
            read_raw,
            score,
            table=table,
            first=first,
            path=self.path,
            skip=self.skip,
            named=self.named,
            derive_source=self.given["source"] is None,
            title_given=self.given["title"] is not None,
        )


def _option(role: str, given: str) -> str:
    """What names a role, for a message."""
    return f'keep="field:{given}"' if role == "score" else f"{role}_field"


def score_field(settings: Mapping[str, Any]) -> Optional[str]:
    """The field that ``keep="field:NAME"`` names."""
    keep = settings.get("keep")
    rules = [keep] if isinstance(keep, str) else keep or []
    if not isinstance(rules, Sequence):
        # It is no list, which the reading of settings refuses.
        return None
    fields = (rule[6:] for rule in rules if isinstance(rule, str) and rule.startswith("field:"))
    return next(fields, None) or None


Part = Callable[[int, Optional[int]], Columns]


def columns(documents: Any, **options: Any) -> Union[Columns, Files]:
    """All documents at once."""
    fields = Fields(**options)
    paths = _paths(documents)
    if paths is not None:
        return _files(paths, fields)
    part = _table(documents, fields)
    if part is not None:
        return part[1](0, None)
    return _gather(_rows(documents), fields, 0)


def batches(documents: Any, **options: Any) -> Iterator[Columns]:
    """Documents some thousands at a time."""
    fields = Fields(**options)
    part = _table(documents, fields)
    if part is not None:
        length, make = part
        for first in range(0, length, BATCH):
            yield make(first, BATCH)
        return
    rows = _rows(documents)
    for first in itertools.count(0, BATCH):
        some = list(itertools.islice(rows, BATCH))
        if not some:
            return
        yield _gather(iter(some), fields, first)


def reopen(path: str, options: dict[str, Any], moment: object) -> Index:
    """An index that was pickled, in another process; its moment is there for caches only."""
    return Index(path, create=False, **options)


# -- files


def _paths(documents: Any) -> Optional[list[str]]:
    """The paths and patterns that name files; None for what is no path. A text in a list is a text,
    so only a path by itself may be a string.
    """
    if isinstance(documents, str):
        if not (any(mark in documents for mark in "*?[") or exists(documents)):
            shown = documents if len(documents) <= 60 else documents[:59] + "…"
            raise InputError(
                f"documents are wanted, or a path of files: there is no file {shown!r} (a text by "
                f"itself goes into a list)"
            )
        return [documents]
    if isinstance(documents, PathLike):
        return [fspath(documents)]
    if isinstance(documents, (list, tuple)) and documents:
        if all(isinstance(path, PathLike) for path in documents):
            return [fspath(path) for path in documents]
    return None


def _files(paths: list[str], fields: Fields) -> Files:
    if fields.path is not None:
        raise InputError("path: files have a path of their own; it is for documents of other kinds")
    named = ("text", "id", "source", "date", "title", "score")
    return Files(paths, tuple(fields.given[role] for role in named), fields.skip)


# -- rows


def _rows(documents: Any) -> Iterator[Any]:
    if isinstance(documents, (str, bytes, PathLike)):
        raise InputError(
            f"documents are wanted, not {type(documents).__name__}: a list of texts or dicts, a "
            f"table, a generator "
            "(files are read by `nearcopy.scan(path)` and by the command `nearcopy index add`)"
        )
    if isinstance(documents, Index):
        if not documents.has_texts:
            raise InputError(f"the index {documents.path} keeps no texts: there is nothing to read")
        return (documents[ident] for ident in documents)
    if isinstance(documents, Mapping):
        return iter([_Named(key, value) for key, value in documents.items()])
    if not isinstance(documents, Iterable):
        raise InputError(
            f"documents are wanted, not {type(documents).__name__}: a list of texts or dicts, a "
            f"table, a generator"
        )
    return iter(documents)


class _Named(NamedTuple):
    """An entry of a dict: its key is the id."""

    key: Any
    value: Any


def _gather(rows: Iterator[Any], fields: Fields, first: int) -> Columns:
    cells: dict[str, list[Any]] = {role: [] for role in ROLES}
    known: dict[tuple[Any, ...], list[Any]] = {}
    never: set[str] = {
        role for role, given in fields.given.items() if given is not None and role != "text"
    }
    for number, row in enumerate(rows, first):
        key = None
        if isinstance(row, _Named):
            key, row = row
        if type(row).__module__ == "numpy" and hasattr(row, "tolist"):
            row = row.tolist()
        names_of = getattr(row, "_asdict", None) if isinstance(row, tuple) else None
        if names_of is not None:
            row = names_of()
        if isinstance(row, Mapping):
            names = tuple(row)
            picked = known.get(names)
            if picked is None:
                found = fields.pick(names)
                never -= {role for role, name in found.items() if name is not None}
                picked = known[names] = list(found.values())
            if picked[0] is None and not fields.skip:
                raise _textless(number, fields, names)
            values = [None if name is None else row[name] for name in picked]
        elif row is None or isinstance(row, (str, bytes, int, float)):
            values = [row]
        elif isinstance(row, (tuple, list)):
            if len(row) != 2:
                raise InputError(
                    f"document {number} is a {type(row).__name__} of {len(row)}, not of an id and "
                    f"a text"
                )
            values = [row[1], row[0]]
        else:
            known_as = [n for role in ROLES for n in GUESSES[role]] + [
                n for n in fields.given.values() if n is not None
            ]
            there = fields.pick([n for n in known_as if hasattr(row, n)])
            values = [None if n is None else getattr(row, n) for n in there.values()]
            if values[0] is None:
                values[0] = row
        values += [None] * (len(ROLES) - len(values))
        if key is not None:
            values[1] = key
        for role, value in zip(ROLES, values):
            cells[role].append(value)
    if known and never and first == 0:
        role = sorted(never)[0]
        listed = ", ".join(str(n) for n in next(iter(known))[:12])
        count = len(cells["text"])
        some = f"the first {count} documents" if count == BATCH else "any document"
        raise InputError(
            f"no field {fields.given[role]!r} ({_option(role, str(fields.given[role]))}) in "
            f"{some}; the fields of the first are: {listed}"
        )
    return fields.make(cells, None, first)


def _textless(number: int, fields: Fields, names: Sequence[Any]) -> InputError:
    given = fields.given["text"]
    looked = ", ".join(GUESSES["text"]) if given is None else given
    listed = ", ".join(str(n) for n in names[:12]) + (", …" if len(names) > 12 else "") or "none"
    return InputError(
        f"document {number}: no field with a text (looked for {looked}; its fields are: "
        f"{listed}): name it with text_field; "
        'on_bad="skip" leaves such documents out'
    )


# -- tables


def _table(documents: Any, fields: Fields) -> Optional[tuple[int, Part]]:
    """The length of a table and what makes columns of a part of it; None for what is no table."""
    module = type(documents).__module__.partition(".")[0]
    name = type(documents).__name__
    kinds = {(base.__module__.partition(".")[0], base.__name__) for base in type(documents).__mro__}
    if kinds & {("pandas", "DataFrame"), ("pandas", "Series")}:
        return _pandas(documents, fields)
    if module == "polars":
        if name == "LazyFrame":
            raise InputError("a polars LazyFrame has no rows yet: collect() it first")
        return _polars(documents, fields) if name in ("DataFrame", "Series") else None
    if name in ("DatasetDict", "IterableDatasetDict"):
        raise InputError(
            f"a {name} holds several datasets: give one of them, documents['train'] say"
        )
    if (
        module == "datasets"
        and hasattr(documents, "with_format")
        and hasattr(documents, "select_columns")
    ):
        return _dataset(documents, fields) if hasattr(documents, "__len__") else None
    if module == "pyarrow":
        return _arrow(documents, fields)
    if name == "DuckDBPyRelation":
        table = getattr(documents, "to_arrow_table", None) or documents.fetch_arrow_table
        return _arrow(table(), fields)
    if hasattr(documents, "__arrow_c_stream__"):
        try:
            import pyarrow
        except ImportError:
            raise InputError(f"reading a {name} takes pyarrow: pip install pyarrow") from None
        return _arrow(pyarrow.table(documents), fields)
    if hasattr(documents, "columns") and not isinstance(documents, Mapping):
        raise InputError(
            f"a {name} is no table that can be read here: make a DataFrame of pandas or a table "
            f"of pyarrow of it"
        )
    return None


def _pandas(frame: Any, fields: Fields) -> tuple[int, Part]:
    index = frame.index
    counted = type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1
    # The labels of two frames may be the same numbers: in an index, which is to keep them, only
    # what has a name is a name.
    labels = (
        None if counted or index.nlevels > 1 or (fields.named and index.name is None) else index
    )
    if frame.ndim == 1:
        frame = frame.to_frame("text")
        fields = _only_text(fields)
    picked = fields.columns(list(frame.columns))

    def part(first: int, count: Optional[int]) -> Columns:
        some = frame if count is None else frame.iloc[first : first + count]
        cells: dict[str, Any] = {}
        strings: dict[str, Any] = {}
        for role, name in picked.items():
            if name is None:
                continue
            column = some[name]
            array = _pandas_arrow(column)
            if array is None:
                cells[role] = _whole(column) if role == "id" else column.tolist()
            else:
                cells[role] = len(strings)
                strings[role] = array
        if picked["id"] is None and labels is not None:
            cells["id"] = some.index.tolist()
        table = None
        if strings:
            import pyarrow

            table = pyarrow.table(strings)
        return fields.make(cells, table, first)

    return len(frame), part


def _whole(column: Any) -> list[Any]:
    """Ids that were whole numbers before something missing made floats of them."""
    values: list[Any] = column.tolist()
    if getattr(column.dtype, "kind", "") == "f" and all(v != v or v.is_integer() for v in values):
        return [None if v != v else int(v) for v in values]
    return values


def _pandas_arrow(column: Any) -> Any:
    """A column that pandas keeps in Arrow; None for all others."""
    dtype = column.dtype
    if "pyarrow" not in sys.modules or not hasattr(
        sys.modules["pyarrow"].Table, "__arrow_c_stream__"
    ):
        return None
    if getattr(dtype, "storage", None) == "pyarrow" or str(getattr(dtype, "pyarrow_dtype", "")) in (
        "string",
        "large_string",
    ):
        array = column.array.__arrow_array__()
        return array if str(array.type) in ("string", "large_string", "string_view") else None
    return None


def _polars(frame: Any, fields: Fields) -> tuple[int, Part]:
    import polars

    if isinstance(frame, polars.Series):
        frame = frame.to_frame("text") if not frame.name else frame.rename("text").to_frame()
        fields = _only_text(fields)
    picked = fields.columns(list(frame.columns))
    return len(frame), _part(
        frame,
        picked,
        fields,
        is_string=lambda name: frame.schema[name] == polars.String,
        select=lambda some, names: some.select(names),
        values=lambda some, name: some[name].to_list(),
    )


def _arrow(table: Any, fields: Fields) -> Optional[tuple[int, Part]]:
    import pyarrow

    if isinstance(table, pyarrow.RecordBatchReader):
        table = table.read_all()
    elif isinstance(table, pyarrow.RecordBatch):
        table = pyarrow.Table.from_batches([table])
    elif isinstance(table, (pyarrow.Array, pyarrow.ChunkedArray)):
        table = pyarrow.table({"text": table})
        fields = _only_text(fields)
    elif hasattr(table, "to_table"):  # a pyarrow.dataset
        table = table.to_table()
    if not isinstance(table, pyarrow.Table):
        return None
    picked = fields.columns(table.column_names)
    streams = hasattr(table, "__arrow_c_stream__")
    return len(table), _part(
        table,
        picked,
        fields,
        is_string=lambda name: (
            streams
            and str(table.schema.field(name).type) in ("string", "large_string", "string_view")
        ),
        select=lambda some, names: some.select(names),
        values=lambda some, name: some[name].to_pylist(),
    )


def _dataset(dataset: Any, fields: Fields) -> Optional[tuple[int, Part]]:
    """A dataset of Hugging Face: rows in its own order, read where they are mapped."""
    picked = fields.columns(dataset.column_names)
    names = list(dict.fromkeys(n for n in picked.values() if n is not None))
    return _arrow(dataset.select_columns(names).with_format("arrow")[:], fields)


def _part(
    table: Any,
    picked: Mapping[str, Any],
    fields: Fields,
    is_string: Callable[[Any], bool],
    select: Callable[[Any, list[Any]], Any],
    values: Callable[[Any, Any], list[Any]],
) -> Part:
    """Strings are read where they are, other columns as lists."""
    strings = list(dict.fromkeys(n for n in picked.values() if n is not None and is_string(n)))

    def part(first: int, count: Optional[int]) -> Columns:
        some = table if count is None else table.slice(first, count)
        cells = {
            role: strings.index(name) if name in strings else values(some, name)
            for role, name in picked.items()
            if name is not None
        }
        return fields.make(cells, select(some, strings) if strings else None, first)

    return part


def _only_text(fields: Fields) -> Fields:
    """For a column alone, whatever it is called."""
    return Fields(
        text_field="text",
        path=fields.path,
        on_bad="skip" if fields.skip else "raise",
        named=fields.named,
    )
