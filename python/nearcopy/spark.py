"""Scans of data frames on a cluster: Spark, Spark Connect, Sail. The findings are those of
``nearcopy scan`` over the same documents, byte for byte.

>>> import nearcopy.spark                                                      # doctest: +SKIP
>>> found = nearcopy.spark.find(df, id="url", text="body")                     # doctest: +SKIP
>>> found.pairs.where("relation = 'near-copy'").show()                         # doctest: +SKIP

pyspark is imported when a function is called, and not before.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Optional, Sequence, Union

from . import _nearcopy
from ._errors import Error, InputError
from ._input import Fields
from ._spark_run import Run, named
from ._spark_tasks import Input, Job, keying, reading, removing, reporting

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._settings import Settings

__all__ = ["Findings", "against", "dedupe", "find"]

TABLES = ("documents", "clusters", "equal", "titles", "pairs", "matches", "repeats")
TEXT = ("string", "varchar", "char")
NUMBER = ("tinyint", "smallint", "int", "bigint")
# All executors must have this version.
VERSION = _nearcopy.__version__
# The pieces of a report that the driver fetches at once.
AT_ONCE = 64
# How the names of columns begin that are added on the way.
OWN = "__nearcopy_"
KEY = f"{OWN}key"


def find(
    df: Any,
    *,
    id: Optional[str] = None,
    text: Optional[str] = None,
    title: Optional[str] = None,
    source: Optional[str] = None,
    date: Optional[str] = None,
    on_bad: str = "skip",
    parts: int = 8,
    threads: int = 1,
    scratch: Optional[str] = None,
    **settings: Unpack[Settings],
) -> Findings:
    """Finds everything that is doubled in a data frame: what ``nearcopy.scan`` finds.

    df:
        The documents, a row each.
    id, text, title, source, date:
        Which column is which; by default the usual names are looked for, as in ``nearcopy.scan``.
        Every document needs an id; ids may be there twice.
    on_bad:
        ``"skip"`` rows whose text is null, which ``summary`` counts, or ``"raise"``.
    parts:
        Into how many parts each stage is divided: about as many as the cluster has cores, and so
        many that a part of the keys (two to four times the bytes of the texts) fits in a task. The
        findings do not depend on it.
    threads:
        How many each task uses, where an executor has several cores for a task.
    scratch:
        A folder that the driver and all executors reach, in which each stage keeps what the next
        one reads. On one machine it may be left out.
    settings:
        Those of the command line, with ``_`` for ``-``, as for ``nearcopy.scan``.
    """
    columns = _Columns(df, {"id": id, "text": text, "title": title, "source": source, "date": date})
    job = _job(dict(settings), parts, threads)
    run = Run(df.sparkSession, job, scratch)
    run.sketch(columns.documents(df), columns.input(on_bad))
    run.scan()
    return Findings(run)


def dedupe(
    df: Any,
    *,
    drop: Union[str, Sequence[str], None] = None,
    id: Optional[str] = None,
    text: Optional[str] = None,
    title: Optional[str] = None,
    source: Optional[str] = None,
    date: Optional[str] = None,
    parts: int = 8,
    threads: int = 1,
    scratch: Optional[str] = None,
    **settings: Unpack[Settings],
) -> Any:
    """The rows of a data frame without those that ``nearcopy dedupe`` removes. Rows whose text is
    null stay.

    drop:
        Names of the relations that make a copy, as for ``nearcopy.dedupe``.

    The other arguments are those of ``find``.
    """
    names = {"id": id, "text": text, "title": title, "source": source, "date": date}
    return _cleaned(df, None, names, drop, (parts, threads, scratch), dict(settings))


def against(
    df: Any,
    reference: Any,
    *,
    drop: Union[str, Sequence[str], None] = None,
    id: Optional[str] = None,
    text: Optional[str] = None,
    title: Optional[str] = None,
    source: Optional[str] = None,
    date: Optional[str] = None,
    parts: int = 8,
    threads: int = 1,
    scratch: Optional[str] = None,
    **settings: Unpack[Settings],
) -> Any:
    """The rows of a data frame without copies of each other and of the documents of another one,
    as ``nearcopy dedupe --against`` removes them. The columns of both have the same names.
    """
    names = {"id": id, "text": text, "title": title, "source": source, "date": date}
    return _cleaned(df, reference, names, drop, (parts, threads, scratch), dict(settings))


class Findings:
    """The findings of a scan on a cluster: data frames with the columns of the Parquet report."""

    def __init__(self, run: Run) -> None:
        self._run = run
        # The folders of the tables and of the JSON, once they are made.
        self._tables: Optional[str] = None
        self._json: Optional[str] = None

    @property
    def documents(self) -> Any:
        """The documents that the findings mention."""
        return self._table("documents")

    @property
    def clusters(self) -> Any:
        """Clusters of near-copies, a row for each member."""
        return self._table("clusters")

    @property
    def equal(self) -> Any:
        """Classes of equal texts, a row for each member."""
        return self._table("equal")

    @property
    def titles(self) -> Any:
        """Classes of equal texts that titles divide, a row for each member."""
        return self._table("titles")

    @property
    def pairs(self) -> Any:
        """Related pairs."""
        return self._table("pairs")

    @property
    def matches(self) -> Any:
        """Passages of the pairs."""
        return self._table("matches")

    @property
    def repeats(self) -> Any:
        """Paragraphs and passages that occur in several places."""
        return self._table("repeats")

    @property
    def summary(self) -> dict[str, Any]:
        """The numbers of documents, clusters, pairs and so on, and what was left out and why: the
        object ``summary`` of the JSON report.
        """
        import io
        import json

        import pyarrow.parquet as pq

        # Each table has it, and this one is short.
        data = b"".join(self._data(self._rows("table-titles")))
        found = pq.read_schema(io.BytesIO(data)).metadata[b"nearcopy.summary"]
        summary: dict[str, Any] = json.loads(found)
        return summary

    def _rows(self, kind: str) -> Any:
        self._run.check_open()
        if self._tables is None:
            self._tables = self._report("tables")
        return self._run.read(kind, self._tables)

    def _data(self, rows: Any) -> Iterator[bytes]:
        """The bytes of a block, some pieces at a time: an answer of an engine may not be as long as
        a report.
        """
        rows = rows.select("number", "of", "payload")
        first, of = 0, 1
        while first < of:
            with named():
                some = rows.where(rows.number.between(first, first + AT_ONCE - 1)).collect()
            of = max((row.of for row in some), default=of)
            if len(some) != min(of - first, AT_ONCE):
                self._tables = self._json = None
                raise Error("pieces of the report are missing: ask for it again")
            for row in sorted(some, key=lambda row: row.number):
                yield bytes(row.payload)
            first += AT_ONCE

    def _report(self, what: str) -> str:
        run = self._run
        whole = ("classes", "metadata", "detection")
        name = f"report-{what}"
        return run.carry_out(name, reporting(run.job, what), [1], (), whole)[-1]

    def _table(self, name: str) -> Any:
        from pyspark.sql.pandas.types import from_arrow_schema

        kind = f"table-{name}"
        rows = self._run.spread(self._rows(kind), 1)
        return rows.mapInArrow(reading(kind), from_arrow_schema(_schema(name)))

    def to_json(self, path: Optional[str] = None) -> Optional[str]:
        """The report as JSON, with the bytes of ``nearcopy scan --format json`` (``path`` and
        ``record`` of documents apart, which a row of a table has not); written to ``path`` if it is
        set. It passes through the driver, so it is for findings that fit there.
        """
        self._run.check_open()
        if self._json is None:
            self._json = self._report("json")
        data = self._data(self._run.read("json", self._json))
        if path is None:
            return b"".join(data).decode()
        path = os.path.realpath(path)
        if os.path.exists(path) and not os.path.isfile(path):
            # A pipe or a device.
            with open(path, "wb") as out:
                out.writelines(data)
            return None
        beside = f"{path}.{os.getpid()}.partial"
        try:
            with open(beside, "wb") as out:
                out.writelines(data)
            os.replace(beside, path)
        finally:
            if os.path.exists(beside):
                os.remove(beside)
        return None

    def close(self) -> None:
        """Deletes what the run has kept, if it has made its scratch folder itself. The data frames
        cannot be read any more.
        """
        self._run.close()

    def __enter__(self) -> Findings:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Columns:
    """Which columns of a data frame are which."""

    def __init__(self, df: Any, names: dict[str, Optional[str]]) -> None:
        listed = _listed(df)
        given: dict[str, Any] = {f"{role}_field": name for role, name in names.items()}
        fields = Fields(**given)
        for role, name in names.items():
            if name is not None and name not in df.columns:
                raise InputError(f"no column {name!r} ({role}=...); the columns are: {listed}")
        if fields.pick(df.columns)["text"] is None:
            raise InputError(
                f"no column with a text: name it (text=...); the columns are: {listed}"
            )
        picked = fields.columns(df.columns)
        if picked["id"] is None:
            raise InputError(
                "no column with an id: rows of a cluster have no order, so name the column that "
                f"tells documents apart (id=...); the columns are: {listed}"
            )
        kinds = dict(df.dtypes)
        self.roles = {role: name for role, name in picked.items() if name is not None}
        self.given = [role for role in names if names[role] is not None]
        for role, name in list(self.roles.items()):
            kind = kinds[name]
            if kind.startswith(TEXT) or (role in ("id", "source") and kind in NUMBER):
                continue
            if role == "date" and (kind == "date" or kind.startswith("timestamp")):
                continue
            if role == "read_share" and kind == "double":
                continue
            if role not in self.given and role not in ("id", "text"):
                del self.roles[role]
                continue
            wanted = {"id": "strings or whole numbers", "source": "strings or whole numbers"}
            wanted["date"] = "strings, dates or timestamps"
            raise InputError(
                f"column {name!r} ({role}) is of type {kind}, not of "
                f"{wanted.get(role, 'strings')}: cast it, or name another column"
            )

    def _cast(self, df: Any) -> list[Any]:
        from pyspark.sql import functions as f

        def one(role: str, name: str) -> Any:
            column = f.col(f"`{name}`")
            if dict(df.dtypes)[name].startswith("timestamp"):
                column = f.date_format(column, "yyyy-MM-dd'T'HH:mm:ss")
            return column.cast("string")

        return [one(role, name).alias(role) for role, name in self.roles.items()]

    def documents(self, df: Any) -> Any:
        """The columns of documents, by their roles."""
        return df.select(*self._cast(df))

    def beside(self, df: Any) -> tuple[Any, dict[str, str]]:
        """All columns, and those of documents with names of their own."""
        own = {role: f"{OWN}{role}" for role in self.roles}
        cast = [column.alias(own[role]) for role, column in zip(self.roles, self._cast(df))]
        return df.select("*", *cast), own

    def input(self, on_bad: str, reference: bool = False) -> Input:
        named_by_caller = ["text", "id", *(role for role in self.given if role in self.roles)]
        return Input({f"{role}_field": role for role in named_by_caller}, on_bad, reference)


def _listed(df: Any) -> str:
    """The columns of a data frame, for a message."""
    if not hasattr(df, "mapInArrow"):
        raise InputError(
            f"a data frame of Spark, Spark Connect or Sail is needed, not {type(df).__qualname__} "
            f"of {type(df).__module__}; nearcopy.scan takes other tables and lists"
        )
    own = [name for name in df.columns if name.startswith(OWN)]
    if own:
        raise InputError(f"columns {OWN}… are for nearcopy itself: rename {own[0]!r}")
    return ", ".join(df.columns)


def _job(settings: dict[str, Any], parts: int, threads: int) -> Job:
    for name, value in (("parts", parts), ("threads", threads)):
        if not isinstance(value, int) or not 1 <= value <= 10_000:
            raise InputError(f"{name}: a number from 1 to 10000, not {value!r}")
    _nearcopy.spark_removal_settings(settings)
    return Job(settings, parts, threads, VERSION)


def _schema(table: str) -> Any:
    """The columns of a table, as the report of no documents has them."""
    import io

    import pyarrow.parquet as pq

    return pq.read_schema(io.BytesIO(dict(_nearcopy.spark_empty_tables())[table]))


def _cleaned(
    df: Any,
    reference: Any,
    names: dict[str, Optional[str]],
    drop: Any,
    how: tuple[int, int, Optional[str]],
    settings: dict[str, Any],
) -> Any:
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    parts, threads, scratch = how
    referring = reference is not None
    columns = _Columns(df, names)
    settings = _nearcopy.spark_removal_settings(settings, drop, referring)
    run = Run(df.sparkSession, _job(settings, parts, threads), scratch)
    run.sketch(columns.documents(df), columns.input("skip"))
    if referring:
        of_reference = _Columns(reference, names)
        run.sketch(of_reference.documents(reference), of_reference.input("skip", True))
    run.scan()
    work = removing(run.job, drop, referring)
    made = run.carry_out("removal", work, [1], (), ("classes", "metadata", "detection"))[-1]
    removed = run.read("wanted", made).groupBy("key")
    removed = removed.count().withColumnRenamed("key", KEY).withColumnRenamed("count", f"{KEY}_n")
    whole, own = columns.beside(df)
    schema = _with(df.schema, KEY)
    rows = whole.mapInArrow(keying(run.job, columns.input("skip"), own, KEY), schema)
    stay = rows.join(removed, KEY, "left_anti").select(*df.columns)
    # Of documents that are equal in everything, as many go as are removed, whichever.
    of_key = Window.partitionBy(KEY).orderBy(f.lit(1))
    some = rows.join(removed, KEY).withColumn(f"{KEY}_row", f.row_number().over(of_key))
    some = some.where(f.col(f"{KEY}_row") > f.col(f"{KEY}_n")).select(*df.columns)
    return stay.union(some)


def _with(schema: Any, key: str) -> Any:
    from pyspark.sql.types import BinaryType, StructField, StructType

    return StructType([*schema.fields, StructField(key, BinaryType(), True)])
