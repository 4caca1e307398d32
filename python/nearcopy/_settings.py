"""The settings of the command line as keyword arguments, for type checkers."""

from __future__ import annotations

from typing import Literal, Optional, TypedDict, Union

Relation = Literal["equal", "near-copy", "contains", "contained-in", "quotes", "template"]


class Thresholds(TypedDict, total=False):
    """What decides which findings are reported. Shares run from 0 to 1, lengths are in tokens."""

    near_copy_smaller: float
    near_copy_larger: float
    contains: float
    min_match: int
    min_paragraph: int
    min_telling: int
    copy_telling: int
    alignment: Literal["runs", "forms", "words"]
    min_evidence: int
    min_identity: float
    max_gap: int
    template_facts: int
    template_agreement: float
    templates_are_copies: bool
    min_tokens: int
    repeat_paragraph: int
    repeat_passage: int
    repeat_classes: int
    max_places: int
    boilerplate_classes: int
    note_classes: int
    series_days: int
    boilerplate_share: float
    boilerplate_left_tokens: int
    boilerplate_left_share: float
    sources: Literal["any", "within", "across"]
    since: Optional[str]
    until: Optional[str]
    keep: Union[str, list[str]]
    all_pairs: bool
    compare_budget: int
    pairs_as_repeats: int
    report_budget: int


class Settings(Thresholds, total=False):
    """The same, and how keys are made."""

    preset: Optional[Literal["news", "ocr", "strict", "rewritten"]]
    shingle: int
    lanes: int
    target_resemblance: float
    target_chance: float
    paragraph_resemblance: float
    paragraph_chance: float
    paragraph_lanes: int
    paragraph_shingles: int
    anchor: int
    anchor_rate: int
    min_anchors: int
    max_bucket: int
    max_frequency: int
    seed: int
