"""What is said of an item that was seen before: in its flag, and in one line of a log.

Owns: these words. Never: what is dropped or flagged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._nearcopy import Sighting

PREPOSITIONS = {"equal": " to", "near-copy": " of", "template": " with"}
PASSAGE = 200


def plain(seen: Sighting) -> dict[str, Any]:
    """A sighting as JSON has it."""
    passage = None
    for match in seen.matches[:1]:
        a, b = match.a, match.b
        passage = {"text": a.text[:PASSAGE], "a": [a.start, a.end], "b": [b.start, b.end]}
    return {
        "id": seen.id,
        "title": seen.title,
        "source": seen.source,
        "date": seen.date,
        "relation": seen.relation,
        "copies": seen.copies,
        "read": seen.read,
        "resemblance": seen.resemblance,
        "coverage_a": seen.coverage_a,
        "coverage_b": seen.coverage_b,
        "passage": passage,
    }


def words(seen: dict[str, Any]) -> str:
    """Why an item is dropped, on one line of a log."""
    relation = seen["relation"]
    partner = f"{PREPOSITIONS.get(relation, '')} {clean(seen['id'], PASSAGE)}"
    said = f"{relation}{partner} ({seen['coverage_a']:.0%} of the text)"
    passage = seen["passage"]
    return said if passage is None else f'{said}: "{clean(passage["text"], 80)}"'


def clean(text: str, most: int) -> str:
    """Text from outside for a log: one line, without what moves a cursor or turns the direction of
    writing.
    """
    line = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text[: 4 * most].split()))
    return line if len(line) <= most else line[: most - 1] + "…"
