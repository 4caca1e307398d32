"""What runs inside the tasks of an engine: batches of rows to batches of rows. Never: plans a task,
needs pyspark, or decides what is alike (that is the native part).

A row is a block of bytes, or a piece of a long one, or a text:

==========  ========================================================================
task        the part of the stage that takes the row
kind        what it is: a kind of block; ``text``; ``wanted`` or ``again``, a text that is needed;
            ``task``, which calls a task; ``done``, a task that has ended: number is 1 if it is to
            be carried out again
part        the part that the block belongs to, 0 where it is for all
number, of  which piece of the block it is
key         of the block that the piece is of, or of the document whose text it is
payload     the bytes
==========  ========================================================================
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Callable, NamedTuple, Optional

from . import _nearcopy
from ._errors import Error, InputError, MixedError
from ._input import columns as _columns

SCHEMA = "task int, kind string, part int, number int, of int, key binary, payload binary"
NAMES = ("task", "kind", "part", "number", "of", "key", "payload")
# What the sketch stage makes: texts have a column of their own.
SKETCHED = f"{SCHEMA}, text binary"
# The longest piece of a block, and the most bytes of a batch that a task hands on. A row is not
# divided on its way, and workers of Sail 0.7 refuse messages of more than four mebibytes.
PIECE = 1 << 20
BATCH = 64 << 20

Row = tuple[int, str, int, int, int, Optional[bytes], Optional[bytes]]
Block = tuple[str, int, bytes]
Text = tuple[bytes, bytes]
Batches = Iterable[Any]
Task = Callable[[Batches], Iterator[Any]]
# Whether the work is to be done again with the texts that are wanted, its blocks, and those texts.
Output = tuple[bool, list[Block], list[tuple[int, bytes]]]


class Job(NamedTuple):
    """What all tasks of a run are told."""

    settings: dict[str, Any]
    parts: int
    threads: int
    version: str

    def check(self) -> None:
        if self.version != _nearcopy.__version__:
            raise MixedError(
                f"an executor has nearcopy {_nearcopy.__version__}, and the run was begun with "
                f"{self.version}: install the same wheel on the driver and on every executor"
            )


class Input(NamedTuple):
    """Which of the columns ``text``, ``id``, … of the batches were named by the caller."""

    fields: dict[str, str]
    on_bad: str
    reference: bool

    def columns(self, table: Any) -> Any:
        import pyarrow as pa

        if not isinstance(table, pa.Table):
            table = pa.Table.from_batches([table])
        nulls = table.column("id").null_count
        if nulls:
            raise InputError(
                f"{nulls} of {table.num_rows} documents of a batch have no id (null): give each "
                f"document an id of its own, or leave these out: df.where(df.id.isNotNull())"
            )
        return _columns(table, on_bad=self.on_bad, **self.fields)


def sketching(job: Job, given: Input) -> Task:
    """Documents to blocks and texts."""

    def work(batches: Batches) -> Iterator[Any]:
        job.check()
        for batch in batches:
            if batch.num_rows:
                yield from _sketched(batch, job, given)

    return work


def _sketched(batch: Any, job: Job, given: Input) -> Iterator[Any]:
    import pyarrow as pa

    settings, parts = job.settings, job.parts
    columns = given.columns(batch)
    blocks, keys, rows = _nearcopy.spark_sketch(columns, settings, parts, given.reference)
    pieces = [piece for block in blocks for piece in _pieces(0, block)]
    for made in _batches(pieces):
        no_text = pa.nulls(made.num_rows, pa.binary())
        yield pa.RecordBatch.from_arrays([*made.columns, no_text], names=[*NAMES, "text"])
    texts = batch.column("text").take(pa.array(rows, pa.int64()))
    count = len(rows)

    def same(value: Any, kind: Any) -> Any:
        return pa.array([value] * count, kind)

    whole = pa.int32()
    yield pa.RecordBatch.from_arrays(
        [
            same(0, whole),
            same("text", pa.string()),
            same(0, whole),
            same(0, whole),
            same(1, whole),
            pa.array(keys, pa.binary()),
            same(None, pa.binary()),
            texts.cast(pa.string()).cast(pa.binary()),
        ],
        names=[*NAMES, "text"],
    )


def keying(job: Job, given: Input, roles: dict[str, str], key: str) -> Task:
    """Rows of any table to the same rows with the key of the document that each is, or null. The
    columns of the document, which ``roles`` names, are left out.
    """

    def work(batches: Batches) -> Iterator[Any]:
        import pyarrow as pa

        job.check()
        for batch in batches:
            table = pa.Table.from_batches([batch])
            document = table.select(list(roles.values())).rename_columns(list(roles))
            keys: list[Optional[bytes]] = [None] * table.num_rows
            if table.num_rows:
                columns = given.columns(document)
                found, rows = _nearcopy.spark_keys(columns, given.reference)
                for row, own in zip(rows, found):
                    keys[row] = own
            table = table.drop_columns(list(roles.values()))
            table = table.append_column(key, pa.array(keys, pa.binary()))
            yield from table.to_batches()

    return work


def carrying_out(job: Job, stage: str) -> Task:
    """One stage, over the parts whose rows come."""

    def one(task: int, blocks: list[Block], texts: list[Text]) -> Output:
        settings, parts, threads = job.settings, job.parts, job.threads
        return _nearcopy.spark_stage(stage, task, blocks, texts, settings, parts, threads)

    return _tasks(job, one)


def reporting(job: Job, what: str) -> Task:
    """The report: ``json`` or ``tables``."""

    def one(task: int, blocks: list[Block], texts: list[Text]) -> Output:
        return _nearcopy.spark_report(what, blocks, texts, job.settings, job.parts)

    return _tasks(job, one)


def removing(job: Job, drop: Any, referring: bool) -> Task:
    """The documents that a removal takes away, as wanted texts."""

    def one(task: int, blocks: list[Block], texts: list[Text]) -> Output:
        settings, parts = job.settings, job.parts
        return _nearcopy.spark_removal(blocks, texts, settings, parts, drop, referring)

    return _tasks(job, one)


def reading(name: str) -> Task:
    """The pieces of a table in Parquet to its rows."""

    def work(batches: Batches) -> Iterator[Any]:
        import io

        import pyarrow.parquet as pq

        for _, blocks, _ in _gathered(batches, called=True):
            for kind, _, data in blocks:
                if kind == name:
                    yield from pq.ParquetFile(io.BytesIO(data)).iter_batches()

    return work


def _tasks(job: Job, one: Callable[[int, list[Block], list[Text]], Output]) -> Task:
    def work(batches: Batches) -> Iterator[Any]:
        job.check()
        for task, blocks, texts in _gathered(batches):
            again, made, wanted = one(task, blocks, texts)
            rows = [piece for block in made for piece in _pieces(task, block)]
            kind = "again" if again else "wanted"
            rows += [(task if again else part, kind, 0, 0, 1, key, None) for part, key in wanted]
            rows.append((task, "done", 0, int(again), 1, None, None))
            yield from _batches(rows)

    return work


# -- rows


def _pieces(task: int, block: Block) -> Iterator[Row]:
    kind, part, data = block
    of = max(1, -(-len(data) // PIECE))
    # What tells the pieces of a long block from those of others; a short one has its own checksum.
    key = hashlib.blake2b(data, digest_size=16).digest() if of > 1 else None
    for number in range(of):
        piece = data[number * PIECE : (number + 1) * PIECE]
        yield task, kind, part, number, of, key, piece


def _batches(rows: Iterable[Row]) -> Iterator[Any]:
    some: list[Row] = []
    size = 0
    for row in rows:
        some.append(row)
        size += 64 + len(row[-1] or b"")
        if size > BATCH:
            yield _batch(some)
            some, size = [], 0
    if some:
        yield _batch(some)


def _batch(rows: list[Row]) -> Any:
    import pyarrow as pa

    whole = pa.int32()
    kinds = (whole, pa.string(), whole, whole, whole, pa.binary(), pa.binary())
    arrays = [pa.array(column, kind) for column, kind in zip(zip(*rows), kinds)]
    return pa.RecordBatch.from_arrays(arrays, names=list(NAMES))


def _gathered(
    batches: Batches, called: bool = False
) -> Iterator[tuple[int, list[Block], list[Text]]]:
    """The blocks and texts of each task of a partition, in any order: an engine may not keep to the
    order that it was asked for. Only the tasks are carried out that a row of the kind ``task``
    calls for, unless all are ``called``.
    """
    tasks: dict[int, _Gathered] = {}
    for batch in batches:
        for task, *row in zip(*(batch.column(name).to_pylist() for name in NAMES)):
            of_task = tasks.get(task)
            if of_task is None:
                of_task = tasks[task] = _Gathered(called)
            of_task.add(*row)
    for task in sorted(tasks):
        of_task = tasks.pop(task)
        if of_task.called:
            blocks, texts = of_task.finish()
            yield task, blocks, texts


class _Gathered:
    """What came for one task."""

    def __init__(self, called: bool) -> None:
        self.called = called
        self.blocks: list[Block] = []
        self.texts: list[Text] = []
        self.pieces: dict[tuple[str, int, bytes], list[tuple[int, bytes]]] = {}

    def add(self, kind: str, part: int, number: int, of: int, key: Any, payload: Any) -> None:
        if kind == "task":
            self.called = True
        elif kind == "text":
            self.texts.append((bytes(key), bytes(payload)))
        elif of == 1:
            self.blocks.append((kind, part, bytes(payload)))
        else:
            pieces = self.pieces.setdefault((kind, part, bytes(key)), [])
            pieces.append((number, bytes(payload)))

    def finish(self) -> tuple[list[Block], list[Text]]:
        for (kind, part, key), pieces in self.pieces.items():
            # Two long blocks may be equal; then each piece comes twice.
            pieces.sort(key=lambda piece: piece[0])
            times = sum(number == 0 for number, _ in pieces)
            data = b"".join(piece for _, piece in pieces[:: max(1, times)])
            if hashlib.blake2b(data, digest_size=16).digest() != key:
                raise Error(f"pieces of the block {kind} {part} are missing: run it again")
            self.blocks += [(kind, part, data)] * times
        return self.blocks, self.texts
