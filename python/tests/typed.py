"""For type checkers, which must understand all of this; never run."""

from typing import Optional

import nearcopy


def scanned(texts: list[str]) -> dict[str, str]:
    report = nearcopy.scan(
        texts, preset="ocr", near_copy_larger=0.6, all_pairs=True, keep=["longest"], threads=2
    )
    first: nearcopy.Pair = report.pairs[0]
    some: list[nearcopy.Cluster] = report.clusters[:3]
    span: nearcopy.Span = first.matches[0].a
    start: int = span.start
    json: str = report.to_json()
    report.to_json("report.json")
    kept: list[bool] = report.keep()
    print(some, start, json, kept, [len(cluster) for cluster in report.clusters])
    return {removed.id: removed.partner for removed in report.removed(drop=["equal"])}


def crawled(index: nearcopy.Index, url: str, text: str) -> Optional[str]:
    checked = index.check_and_add(
        url,
        text,
        source="example",
        title="A title",
        read="part",
        read_share=0.5,
        unless=["equal", "near-copy", "contained-in"],
        min_match=8,
    )
    relation: nearcopy.Comparison = checked.sightings[0]
    document: Optional[nearcopy.Document] = index.get(url)
    print(
        relation.relation == "near-copy",
        document and document.text,
        url in index,
        len(index),
        list(index),
    )
    with nearcopy.Index("seen", read_only=True) as other:
        other.seen(text, id=7)
    return checked.sightings[0].id if checked.sightings else None


def cleaned(texts: dict[str, str], index: nearcopy.Index) -> list[str]:
    found = nearcopy.dedupe(texts, index=index, drop=["equal", "near-copy"], min_match=8)
    kept: list[bool] = found.keep()
    added: dict[str, int] = found.add_to_index()
    print(kept, added, nearcopy.dedupe(texts).removed()[0].partner)
    return found.known


def compared(a: str, b: str, background: nearcopy.Background) -> float:
    try:
        return nearcopy.compare(a, b, background=background, shingle=3).coverage_a
    except nearcopy.InputError:
        return 0.0
