"""Findings as data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._nearcopy import Report

STRINGS = {
    "id",
    "title",
    "source",
    "date",
    "read",
    "representative",
    "a",
    "b",
    "relation",
    "why",
    "earlier",
    "text",
    "text_a",
    "text_b",
    "document",
}
FLOATS = {
    "read_share",
    "resemblance",
    "containment_a",
    "containment_b",
    "coverage_a",
    "coverage_b",
    "equal_words_a",
    "equal_words_b",
    "identity",
}
FLAGS = {"duplicate", "paragraph", "boilerplate", "note"}


def pandas(report: Report, what: str) -> Any:
    import pandas

    # Before pandas 3, "str" would make words of what is missing.
    words = "str" if int(pandas.__version__.partition(".")[0]) >= 3 else "object"

    def kind(name: str) -> str:
        if name in STRINGS:
            return words
        # A number for some only: whole numbers stay whole, where pandas would make floats of them.
        return (
            "float64"
            if name in FLOATS
            else "bool"
            if name in FLAGS
            else "Int64"
            if name == "cluster"
            else "int64"
        )

    columns = report._columns(what)
    return pandas.DataFrame(
        {name: pandas.Series(values, dtype=kind(name)) for name, values in columns.items()}
    )


def arrow(report: Report, what: str) -> Any:
    import pyarrow

    def kind(name: str) -> Any:
        if name in STRINGS:
            return pyarrow.large_string()
        return (
            pyarrow.float64()
            if name in FLOATS
            else pyarrow.bool_()
            if name in FLAGS
            else pyarrow.int64()
        )

    columns = report._columns(what)
    return pyarrow.table(columns, schema=pyarrow.schema([(name, kind(name)) for name in columns]))


def polars(report: Report, what: str) -> Any:
    import polars

    def kind(name: str) -> Any:
        if name in STRINGS:
            return polars.String
        return (
            polars.Float64 if name in FLOATS else polars.Boolean if name in FLAGS else polars.Int64
        )

    columns = report._columns(what)
    return polars.DataFrame(columns, schema={name: kind(name) for name in columns})
