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
from ._spark_tasks import SCHEMA, Input, Job, Task, carrying_out, sketching

# A stage asks for texts and is carried out again at most so often; more is a fault.
ROUNDS = 64
# The partitions for each task: engines divide them by a hash, so that some have none and others
# two.
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
        # The folders that have rows of a kind. They are read as one: Sail 0.7 refuses some plans
        # in which rows of two folders come together by a union.
        self.folders: dict[str, list[str]] = {}
        self.kept = 0

    def close(self) -> None:
        """Deletes what was kept, where it is the run's own."""
        if self._remove is not None:
            self._remove()

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
        with named():
            rows = self.spark.read.schema(SCHEMA).parquet(*folders)
            return rows.where(self.functions.col("kind") == kind)

    def rows(self, kind: str) -> Any:
        """The rows of a kind."""
        return self.read(kind, *self.folders[kind])

    def add(self, folders: Iterable[str], kinds: Iterable[str]) -> None:
        for kind in kinds:
            self.folders.setdefault(kind, []).extend(folders)

    def spread(self, frame: Any, tasks: int) -> Any:
        """The rows of each task in one place, nearly always one that no other task has."""
        return frame.repartition(PLACES * tasks if tasks > 1 else 1, "task")

    # -- stages

    def sketch(self, frame: Any, given: Input) -> None:
        """Reads the documents."""
        kept = self.keep(frame.mapInArrow(sketching(self.job, given), SCHEMA), "sketch")
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
        column = self.functions.col
        made: list[str] = []
        for _ in range(ROUNDS):
            calls = self._calls(tasks)
            inputs = [calls]
            for kind in own:
                rows = self.rows(kind).withColumn("task", column("part"))
                inputs.append(rows.where(column("task").isin(list(tasks))))
            numbers = calls.select("task")
            for kind in whole:
                rows = self.rows(kind).select(*BLOCK)
                inputs.append(_ordered(rows.crossJoin(numbers)))
            if wanted is not None:
                inputs.append(self._texts(wanted))
            rows = self.spread(_union(inputs), len(tasks))
            made.append(self.keep(rows.mapInArrow(work, SCHEMA), name))
            with named():
                wanted = self.read("again", made[-1])
                tasks = [row.task for row in wanted.select("task").distinct().collect()]
            if not tasks:
                return made
        raise Error(f"the stage {name} asks for texts again and again")

    def _calls(self, tasks: Sequence[int]) -> Any:
        rows = [(task, "task", 0, 0, 1, None, None) for task in tasks]
        return self.spark.createDataFrame(rows, SCHEMA)

    def _texts(self, wanted: Any) -> Any:
        wanted = wanted.select("task", "key").distinct()
        return _ordered(self.rows("text").select(*BLOCK).join(wanted, "key"))


# The kinds of blocks that each stage makes.
MAKES = {
    "classes": ("corpus",),
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
    "plan-documents": ("candidates-documents",),
    "compare-documents": ("compare-documents", "links"),
    "pairs-passages": ("pairs-passages",),
    "plan-passages": ("candidates-passages",),
    "compare-passages": ("compare-passages",),
    "cluster": ("detection",),
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
        of = re.search(r"nearcopy\._errors\.(\w+): ([^\n]*)", said)
        raised = getattr(_errors, of.group(1), None) if of else None
        if raised is not None and of is not None:
            raise raised(of.group(2).strip().rstrip('"')) from error


def named() -> _Named:
    """Where something is asked of an engine."""
    return _Named()
