"""The way of a run through an engine: which rows go to which task, and what is kept between two
stages. Written for the DataFrame API that Spark, Spark Connect and Sail share. Never: looks into a
block.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Callable, Optional

from . import _errors, _nearcopy
from ._errors import Error, InputError
from ._spark_tasks import SCHEMA, SKETCHED, Input, Job, Task, carrying_out, sketching

# A stage asks for texts and is carried out again at most so often; more is a fault.
ROUNDS = 64
# The partitions for each task where no value is known for each partition: engines divide them by a
# hash, so that some have none and others two.
PLACES = 4
# The columns of a row, whichever task takes it.
BLOCK = ("kind", "part", "number", "of", "key", "payload")


class Run:
    """The stages of one scan, and the rows that they have made, kept as Parquet in a folder."""

    def __init__(self, spark: Any, job: Job, scratch: Optional[str]) -> None:
        from pyspark.sql import functions

        self.spark = spark
        self.job = job
        self.functions = functions
        own = f"nearcopy-{uuid.uuid4().hex}"
        self._remove: Optional[Callable[[], object]] = None
        if scratch is None:
            folder = _temporary(spark)
            self.folder = f"file://{folder}/{own}"
            # Frames that read the folder may outlive all that knows of the run.
            self._remove = partial(shutil.rmtree, folder, ignore_errors=True)
            atexit.register(self._remove)
        else:
            self.folder = f"{scratch.rstrip('/')}/{own}"
        # The folders that have rows of a kind. They are read as one, which is the shorter plan, and
        # Sail 0.7 refuses some plans in which rows of two folders come together by a union.
        self.folders: dict[str, list[str]] = {}
        self.kept = 0
        self._places: Optional[list[int]] = None
        self._closed = False

    def close(self) -> None:
        """Deletes what was kept, where it is the run's own."""
        if self._remove is not None:
            self._closed = True
            self._remove()

    def check_open(self) -> None:
        if self._closed:
            raise Error(
                "these findings are closed, and what they were read from is deleted: take what you "
                "need before close(), or find again"
            )

    # -- rows

    def keep(self, frame: Any, name: str) -> str:
        """Carries out what makes a frame, and keeps its rows in a folder, which it returns."""
        self.kept += 1
        path = f"{self.folder}/{self.kept:03}-{name}"
        with named():
            frame.write.mode("overwrite").parquet(path)
        return path

    def read(self, kind: str, *folders: str) -> Any:
        """The rows of a kind in these folders."""
        return self._read([kind], folders, SCHEMA)

    def _read(self, kinds: Sequence[str], folders: Iterable[str], schema: str) -> Any:
        with named():
            rows = self.spark.read.schema(schema).parquet(*folders)
            return rows.where(self.functions.col("kind").isin(list(kinds)))

    def add(self, folders: Iterable[str], kinds: Iterable[str]) -> None:
        for kind in kinds:
            self.folders.setdefault(kind, []).extend(folders)

    def spread(self, frame: Any, tasks: int) -> Any:
        """The rows of each task in one partition, which no other task has."""
        if tasks == 1:
            return frame.repartition(1)
        if self._places is None:
            self._places = self._found_places()
        if not self._places:
            return frame.repartition(PLACES * self.job.parts, "task")
        values = ", ".join(map(str, self._places))
        place = self.functions.expr(f"element_at(array({values}), task)")
        return frame.withColumn("place", place).repartition(self.job.parts, "place").drop("place")

    def _found_places(self) -> list[int]:
        """For each partition of as many as there are parts, a value that the engine puts there: its
        hash is not ours to know. None, if some partition has no value.
        """
        f, parts = self.functions, self.job.parts
        some = self.spark.range(0, 32 * parts, 1, 1).select(f.col("id").cast("int").alias("place"))
        some = some.repartition(parts, "place").select("place", f.spark_partition_id().alias("at"))
        with named():
            found = {row["at"]: row["place"] for row in some.collect()}
        return list(found.values()) if len(found) == parts else []

    # -- stages

    def sketch(self, frame: Any, given: Input) -> None:
        """Reads the documents."""
        kept = self.keep(frame.mapInArrow(sketching(self.job, given), SKETCHED), "sketch")
        self.add([kept], ("documents", "keys", "text"))

    def scan(self) -> None:
        """Carries out all stages behind the first one."""
        wanted = None
        for name, has_parts, own, whole in _nearcopy.spark_stages():
            tasks = list(range(1, self.job.parts + 1)) if has_parts else [1]
            work = carrying_out(self.job, name)
            made = self.carry_out(name, work, tasks, own, whole, wanted)
            wanted = self.read("wanted", made[-1]) if name.startswith("plan-") else None
            self.add(made, MAKES[name])

    def carry_out(
        self,
        name: str,
        work: Task,
        tasks: Sequence[int],
        own: Sequence[str],
        whole: Sequence[str],
        wanted: Any = None,
    ) -> list[str]:
        """One stage over these tasks: until no part of it needs another text. Returns the folder of
        each round.
        """
        of_all = len(tasks)
        made: list[str] = []
        for _ in range(ROUNDS):
            inputs = [self._calls(tasks), self._blocks(tasks, own, whole)]
            if wanted is not None:
                inputs.append(self._texts(wanted))
            rows = self.spread(_union(inputs), of_all)
            made.append(self.keep(rows.mapInArrow(work, SCHEMA), name))
            tasks = self._unfinished(name, tasks, made[-1])
            if not tasks:
                return made
            wanted = self.read("again", made[-1])
        raise Error(f"the stage {name} asks for texts again and again")

    def _calls(self, tasks: Sequence[int]) -> Any:
        f = self.functions
        rows = self.spark.range(1, max(tasks) + 1, 1, 1)
        rows = rows.select(f.col("id").cast("int").alias("task"))
        null, zero = f.lit(None).cast("binary"), f.lit(0)
        columns = (f.lit("task"), zero, zero, f.lit(1), null, null)
        named_columns = [column.alias(name) for name, column in zip(BLOCK, columns)]
        return rows.where(f.col("task").isin(list(tasks))).select("task", *named_columns)

    def _blocks(self, tasks: Sequence[int], own: Sequence[str], whole: Sequence[str]) -> Any:
        """Blocks of these kinds, read at once: ``own`` for the task of their part, ``whole`` for
        each task.
        """
        f, kinds = self.functions, [*own, *whole]
        # No folder twice, in the order in which they were made.
        folders = dict.fromkeys(folder for kind in kinds for folder in self.folders[kind])
        rows = self._read(kinds, folders, SCHEMA).select(*BLOCK)
        numbers = f.expr(f"array({', '.join(map(str, tasks))})")
        if own:
            of_all = f.col("kind").isin(list(whole))
            rows = rows.where(of_all | f.col("part").isin(list(tasks)))
            numbers = f.when(of_all, numbers).otherwise(f.array("part"))
        return _ordered(rows.withColumn("task", f.explode(numbers)))

    def _unfinished(self, name: str, tasks: Sequence[int], folder: str) -> list[int]:
        """The tasks that ask for more texts. An engine that has lost one, or carried one out with
        some of its rows here and others there, must not go unnoticed.
        """
        with named():
            ended = self.read("done", folder).select("task", "number").collect()
        if sorted(row.task for row in ended) != sorted(tasks):
            raise Error(
                f"the stage {name} was begun for {len(tasks)} tasks, and {len(ended)} have ended: "
                "the engine has lost some, or divided one; run it again"
            )
        return sorted(row.task for row in ended if row.number)

    def _texts(self, wanted: Any) -> Any:
        texts = self._read(["text"], self.folders["text"], SKETCHED)
        # A column of their own, so that keys are not read with texts, nor texts with keys.
        texts = texts.drop("payload").withColumnRenamed("text", "payload").select(*BLOCK)
        return _ordered(texts.join(wanted.select("task", "key"), "key"))


# The kinds of blocks that each stage makes.
MAKES = {
    "classes": ("classes", "new-classes", "metadata"),
    "sort": (
        "run-bands",
        "run-paragraph-bands",
        "run-anchors",
        "run-paragraphs",
        "run-same-text",
        "counts",
    ),
    "background": ("background", "titles"),
    "pairs-documents": ("pairs-documents",),
    "plan-documents": ("candidates-documents", "metadata-documents", "chosen-documents"),
    "compare-documents": ("compare-documents", "links", "related-documents"),
    "pairs-passages": ("pairs-passages", "frequent-anchors"),
    "plan-passages": ("candidates-passages", "metadata-passages", "chosen"),
    "compare-passages": ("compare-passages", "related-passages"),
    "plan-clusters": ("cluster-plan", "metadata-clusters", "families", "near-anchors"),
    "clusters": ("clustered", "windows", "occurrences-inside", "twice"),
    "shared-windows": ("shared-passages", "holders"),
    "plan-reported": ("report-plan", "metadata-reported"),
    "reported": ("pairs-between", "occurrences"),
    "findings": ("detection",),
}


def _ordered(frame: Any) -> Any:
    return frame.select("task", *BLOCK)


def _union(frames: Sequence[Any]) -> Any:
    first, *others = frames
    for other in others:
        first = first.union(other)
    return first


def _temporary(spark: Any) -> str:
    """A folder of this machine, if the tasks run on it."""
    try:
        here = spark.conf.get("spark.master").startswith("local")
    except Exception:
        # Sail has no master; a server on this machine runs its tasks here, too.
        client = getattr(spark, "client", None)
        here = getattr(client, "host", "") in ("localhost", "127.0.0.1", "[::1]")
    if not here:
        raise InputError(
            "scratch: name a folder that the driver and all executors reach, such as "
            "scratch='hdfs:///tmp/nearcopy' or 's3a://bucket/tmp'; what one stage hands to the "
            "next is kept there"
        )
    return tempfile.mkdtemp(prefix="nearcopy-spark-")


def _reason(said: str) -> str:
    """The line of an engine's message, which may be a trace of Java, that says why."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    # Some causes have the name of a class and no more.
    causes = [line for line in lines if re.match(r"Caused by: \S+: \S", line)]
    others = [line for line in lines if not line.startswith(("An error occurred while", "at "))]
    return (causes[-1:] or others[:1] or lines[:1] or ["nothing"])[0].lstrip(": ")[:300]


class _Named:
    """Gives what went wrong inside an engine the name that it has in nearcopy."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is None or isinstance(error, Error):
            return
        said = str(error)
        if re.search(r"No module named '?nearcopy", said):
            raise Error(
                "an executor has no nearcopy, or an older one: install the wheel that the driver "
                "has on every executor (docs/spark.md says how)"
            ) from error
        if re.search(r"No module named '?pyarrow", said):
            raise Error("an executor has no pyarrow: pip install 'nearcopy[spark]'") from error
        if re.search(r"Python worker (exited unexpectedly|.*crashed)|ExecutorLostFailure", said):
            raise Error(
                "a process of the engine ended while it carried out a task, and so did those that "
                "tried it again; mostly the memory of an executor does not hold a part: take more "
                "parts, or give each task more (spark.executor.memoryOverhead). The engine said: "
                + _reason(said)
            ) from error
        of = re.search(r"nearcopy\._errors\.(\w+): ([^\n]*)", said)
        raised = getattr(_errors, of.group(1), None) if of else None
        if raised is not None and of is not None:
            raise raised(of.group(2).strip().rstrip('"')) from error
        if type(error).__name__ == "Py4JJavaError":
            # Its first line says which method of which object was called, and no more.
            raise Error(f"the engine failed: {_reason(said)}") from error


def named() -> _Named:
    """Where something is asked of an engine."""
    return _Named()
