"""An item pipeline for Scrapy: pages that were seen before, by this crawl or an earlier one, are
dropped or flagged.

Owns: what an item's fields mean to an index, what is dropped, flagged, counted and said. Never: an
opinion on what is alike.

In a project's settings::

    ITEM_PIPELINES = {"nearcopy.scrapy.NearCopyPipeline": 300}
    NEARCOPY_INDEX = "seen.index"

``NEARCOPY_INDEX``
    Where the index is; it is made by the first crawl. Spiders, processes and crawls may share it.
    Without it the pipeline is disabled.
``NEARCOPY_ACTION``
    ``"drop"`` (default): of texts that are alike the first is passed on, the others are dropped.
    ``"flag"``: all are passed on, and ``NEARCOPY_FLAG_FIELD`` says what was seen.
``NEARCOPY_UNLESS``
    The relations that count as seen, by default ``["equal", "near-copy"]``. A page that has one of
    them to a page of the index is dropped or flagged, and not added to the index.
``NEARCOPY_TEXT_FIELD``, ``NEARCOPY_ID_FIELD``, ``NEARCOPY_SOURCE_FIELD``,
``NEARCOPY_DATE_FIELD``, ``NEARCOPY_TITLE_FIELD``
    Which field is which. By default the usual names are looked for: ``text``, ``content``,
    ``body``, …; ``url``, ``uri``, ``link``, ``id``, …; ``source``, ``outlet``, …; ``date``,
    ``published``, …; ``title``, ``headline``, …. Without a source the host of the id or url is
    one. A text may be a list of strings: each is a paragraph.
``NEARCOPY_FLAG_FIELD``
    By default ``"nearcopy"``: a list, nearest first, of the pages of the index that this one is
    related to, by whatever relation; empty if there are none, and None or not there if the item was
    not checked. Each is a dict that can be written as JSON: ``id``, ``title``, ``source``,
    ``date``, ``relation``, ``copies``, ``read`` (``"whole"`` or ``"part"`` of a page),
    ``resemblance``, ``coverage_a`` (share of this page's text that is there, too), ``coverage_b``
    (share of the other's that is here), and ``passage``, the first that both share, or None: its
    ``text``, cut at 200 characters, and in ``a`` and ``b`` its ``[start, end]`` in this text and
    the other, in code points.
``NEARCOPY_SETTINGS``
    A dict of what ``nearcopy.Index`` takes: ``{"preset": "news", "near_copy_larger": 0.7}``. What
    concerns keys is settled when the index is made.

A page that is crawled again and is in the index under its own id, unchanged, is *known*: it is
passed on, since it is no new copy, even if others of the index are like it. One whose text has
changed replaces what the index has of it, unless the new text is a copy of another page. A page
that was dropped is not in the index, so it is dropped again.

An item whose field ``read`` is ``"part"`` is a page that was read in part, as nearcopy writes it,
with ``read_share`` and, of the page's bytes, ``read_raw``. It is dropped only for a page of the
same bytes, or for a whole one of the same text, and no other page is dropped for it.

Nothing is dropped but what the index has seen. Items without a text or an id, and those the index
fails on (a full disk, say), are passed on, counted, and told of in the log. A page that is in the
index but was never stored, because the crawl was killed in between, say, is passed on when it is
crawled again. An index that cannot be opened, or a setting that is wrong, ends the crawl before it
begins.

A drop is one line of the log, without the item. A formatter that the project sets as
``LOG_FORMATTER``, with a ``dropped`` of its own, says it in its own way.

Stats: each item is one of ``nearcopy/no_text``, ``nearcopy/no_id``, ``nearcopy/errors`` and
``nearcopy/checked``; each that is checked is one of ``nearcopy/added``, ``nearcopy/replaced``,
``nearcopy/known``, and ``nearcopy/dropped`` or ``nearcopy/flagged``, which are also told by
relation, as ``nearcopy/dropped/near-copy``.

The index is asked and written in threads, so that downloads go on meanwhile. Needs Scrapy 2.8 or
newer.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, MutableMapping, Sequence
from contextlib import suppress
from datetime import date as Date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Optional, Union, cast, get_args

from itemadapter import ItemAdapter
from scrapy.exceptions import DropItem, NotConfigured
from scrapy.logformatter import LogFormatter

from ._errors import SettingError
from ._input import GUESSES, PAGE
from ._nearcopy import Index, _host
from ._scrapy_words import PASSAGE, clean, plain, words
from ._settings import Relation

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from typing_extensions import Self

__all__ = ["NearCopyPipeline", "SeenBefore"]

logger = logging.getLogger(__name__)

RELATIONS: tuple[Relation, ...] = get_args(Relation)
# Of a crawled page the address is what it is called, whatever number it has besides.
URLS = GUESSES["url"]
NAMES = {
    **{role: names for role, names in GUESSES.items() if role not in ("url", *PAGE)},
    "id": URLS + [name for name in GUESSES["id"] if name not in URLS],
}
SURROGATES = re.compile("[\ud800-\udfff]")

Fields = MutableMapping[str, Any]

try:
    from scrapy.utils.asyncio import run_in_thread as _in_thread
except ImportError:  # before Scrapy 2.15

    async def _in_thread(  # type: ignore[misc, unused-ignore]
        func: Callable[..., Any], *args: Any
    ) -> Any:
        from scrapy.utils.defer import maybe_deferred_to_future
        from twisted.internet.threads import deferToThread

        return await maybe_deferred_to_future(deferToThread(func, *args))


class SeenBefore(DropItem):  # type: ignore[misc, unused-ignore]
    """The item was dropped. ``seen`` is what the flag field would have said of the page that it is
    a copy of.
    """

    def __init__(self, seen: dict[str, Any]) -> None:
        super().__init__(words(seen))
        self.seen = seen

    def __reduce__(self) -> tuple[type[SeenBefore], tuple[dict[str, Any]]]:
        return type(self), (self.seen,)


class Page(NamedTuple):
    """What an item is to an index."""

    id: str
    text: str
    source: Optional[str]
    date: Union[str, float, Date, None]
    title: Optional[str]
    read: Optional[Literal["whole", "part"]]
    read_share: Optional[float]
    read_raw: Optional[str]


class Answer(NamedTuple):
    """What the index said of a page."""

    outcome: str
    seen: list[dict[str, Any]]


class NearCopyPipeline:
    """Drops or flags items whose text is in an index, and adds the others to it. The module's
    documentation has the settings.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        path = settings.get("NEARCOPY_INDEX")
        if not path:
            raise NotConfigured(
                'NEARCOPY_INDEX is not set: the path of the index, as NEARCOPY_INDEX = "seen.index"'
            )
        action = settings.get("NEARCOPY_ACTION", "drop")
        if action not in ("drop", "flag"):
            raise SettingError(f'NEARCOPY_ACTION: "drop" or "flag", not {action!r}')
        unless = settings.getlist("NEARCOPY_UNLESS", ["equal", "near-copy"])
        for name in unless:
            if name not in RELATIONS:
                raise SettingError(
                    f"NEARCOPY_UNLESS: {name!r} is no relation: {', '.join(RELATIONS)}"
                )
        self.crawler = crawler
        self.index: Optional[Index] = None
        self._stats: Any = crawler.stats
        self._path: Any = path
        self._unless = cast("list[Relation]", unless)
        self._flag: Optional[str] = (
            settings.get("NEARCOPY_FLAG_FIELD", "nearcopy") if action == "flag" else None
        )
        self._options: Any = settings.getdict("NEARCOPY_SETTINGS")
        self._fields: dict[str, Optional[str]] = {
            role: settings.get(f"NEARCOPY_{role.upper()}_FIELD") or None for role in NAMES
        }
        self._told: set[str] = set()
        _log_without_items(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    # Scrapy handed the spider on until 2.13, and warns of a method that wants it since.
    def open_spider(self, spider: Any = None) -> None:
        self.index = Index(self._path, **self._options)

    def close_spider(self, spider: Any = None) -> None:
        if self.index is not None:
            self.index.close()

    async def process_item(self, item: Any, spider: Any = None) -> Any:
        fields: Fields = ItemAdapter(item)
        kind = type(item).__name__
        page = self._page(fields, kind)
        if page is None or not self._can_flag(fields, kind):
            return item
        try:
            answer: Answer = await _in_thread(self._ask, page)
        except Exception as error:
            # Rather a page twice than a page lost.
            if self._flag is not None:
                with suppress(Exception):
                    fields[self._flag] = None
            self._count("errors")
            self._tell(
                type(error).__name__,
                logging.ERROR,
                f"passed on unchecked: {clean(page.id, PASSAGE)}: {error}",
            )
            return item
        self._count("checked")
        if self._flag is not None:
            fields[self._flag] = answer.seen
        if answer.outcome != "refused":
            self._count(answer.outcome if answer.outcome in ("known", "replaced") else "added")
            return item
        first = next(seen for seen in answer.seen if self._forbids(page, seen))
        done = "dropped" if self._flag is None else "flagged"
        self._count(done)
        self._count(f"{done}/{first['relation']}")
        if self._flag is None:
            raise SeenBefore(first)
        return item

    def _ask(self, page: Page) -> Answer:
        """In a thread: asks, adds, and takes from the sightings what is wanted."""
        assert self.index is not None
        checked = self.index.check_and_add(
            page.id,
            page.text,
            source=page.source,
            date=page.date,
            title=page.title,
            read=page.read,
            read_share=page.read_share,
            read_raw=page.read_raw,
            unless=self._unless,
        )
        if self._flag is not None:
            return Answer(checked.outcome, [plain(seen) for seen in checked.sightings])
        forbids = (seen for seen in map(plain, checked.sightings) if self._forbids(page, seen))
        return Answer(checked.outcome, [next(forbids)] if checked.refused else [])

    def _forbids(self, page: Page, seen: dict[str, Any]) -> bool:
        """Whether a refused page was refused for this one. What was read in part is refused for an
        exact copy alone, and forbids nothing else.
        """
        if seen["relation"] not in self._unless:
            return False
        in_part: bool = seen["read"] == "part"
        if page.read == "part":
            return in_part or bool(seen["relation"] == "equal")
        return not in_part

    # -- items

    def _page(self, fields: Fields, kind: str) -> Optional[Page]:
        """None for an item that no index can be asked about."""
        # A surrogate becomes one character, so that offsets stay.
        text = SURROGATES.sub("\ufffd", self._find(fields, "text", _text) or "")
        if not text.strip():
            self._count("no_text")
            self._tell(
                "no_text",
                logging.WARNING,
                f"an item without a text is passed on unchecked: "
                f"{self._looked(fields, kind, 'text')}",
            )
            return None
        name = self._find(fields, "id", _name)
        if name is None:
            self._count("no_id")
            self._tell(
                "no_id",
                logging.WARNING,
                f"an item without an id is passed on unchecked: {self._looked(fields, kind, 'id')}",
            )
            return None
        source = self._find(fields, "source", _name)
        if source is None:
            urls = [name, *(_name(fields.get(field)) for field in URLS)]
            source = next((host for url in urls if url and (host := _host(url))), None)
        title = self._find(fields, "title", _title if self._fields["title"] is None else _name)
        date = self._find(fields, "date", _when)
        return Page(name, text, source, date, title, *_read(fields))

    def _find(self, fields: Fields, role: str, read: Callable[[Any], Any]) -> Any:
        """The value of the field that has a role: as set, or the first usual name with a value."""
        given = self._fields[role]
        if given is not None:
            return read(fields.get(given))
        lower = {field.lower(): field for field in fields}
        names = NAMES[role]
        if role == "title":
            # What the settings name as something else is not guessed to be the title.
            taken = {field.lower() for field in self._fields.values() if field is not None}
            names = [name for name in names if name not in taken]
        values = (read(fields.get(name, fields.get(lower.get(name, name)))) for name in names)
        return next((value for value in values if value is not None), None)

    def _looked(self, fields: Fields, kind: str, role: str) -> str:
        given = self._fields[role]
        there = ", ".join(f"{field} ({type(value).__name__})" for field, value in fields.items())
        looked = ", ".join(NAMES[role]) if given is None else given
        return clean(f"looked for {looked}; a {kind} with {there or 'no fields'}", 1000) + (
            f"; NEARCOPY_{role.upper()}_FIELD says which field it is"
        )

    def _can_flag(self, fields: Fields, kind: str) -> bool:
        """Whether the item has a place for the flag. Else the index is not asked, so that it knows
        no page whose flag was lost.
        """
        if self._flag is None:
            return True
        try:
            fields[self._flag] = []
        except Exception as error:
            self._count("errors")
            wanted = (
                "declare the field, set NEARCOPY_FLAG_FIELD to one that it has, or "
                f"NEARCOPY_ACTION to drop ({error})"
            )
            self._tell(
                kind,
                logging.ERROR,
                f"items of {kind} are passed on unchecked, having no field {self._flag!r}: "
                f"{wanted}",
            )
            return False
        return True

    # -- telling

    def _count(self, what: str) -> None:
        self._stats.inc_value(f"nearcopy/{what}")

    def _tell(self, kind: str, level: int, message: str) -> None:
        """Once of each kind, and then in the debug log: a crawl has millions of items."""
        if kind in self._told:
            level = logging.DEBUG
        else:
            self._told.add(kind)
            message += " (told once; the stats count them)"
        logger.log(level, "%s", message, extra={"spider": self.crawler.spider})


def _text(value: Any) -> Optional[str]:
    if isinstance(value, (list, tuple)):
        parts: Sequence[Any] = cast("Sequence[Any]", value)
        value = "\n\n".join(part for part in parts if isinstance(part, str))
    return value if isinstance(value, str) and value.strip() else None


def _name(value: Any) -> Optional[str]:
    value = _when(value)
    return None if value is None or value == "" else SURROGATES.sub("\ufffd", str(value))


def _when(value: Any) -> Any:
    """A plain value, also where an item loader has made a list of it."""
    if isinstance(value, (list, tuple)) and value:
        value = cast("Sequence[Any]", value)[0]
    return value if isinstance(value, (str, int, float, Date)) else None


def _title(value: Any) -> Optional[str]:
    """A title that is only guessed: a number is none."""
    value = _when(value)
    return _name(value) if isinstance(value, str) else None


def _read(
    fields: Fields,
) -> tuple[Optional[Literal["whole", "part"]], Optional[float], Optional[str]]:
    """How much of the page the text has, where the item says so in the fields that nearcopy writes:
    what is something else under these names is passed over.
    """
    read, share, raw = (_when(fields.get(name)) for name in PAGE)
    if read not in ("whole", "part"):
        return None, None, None
    known = isinstance(share, (int, float)) and 0 <= share <= 1
    digits = isinstance(raw, str) and re.fullmatch("[0-9a-fA-F]{32}", raw)
    return read, share if known else None, raw if digits else None


def _log_without_items(crawler: Crawler) -> None:
    """Lets Scrapy log a drop of this pipeline in one line: its usual formatter adds the whole item.
    One that the project has set stays as it is.
    """
    formatter: Any = getattr(crawler, "logformatter", None)
    if getattr(type(formatter), "dropped", None) is not LogFormatter.dropped:
        return
    usual: Callable[..., Any] = formatter.dropped

    def dropped(item: Any, exception: BaseException, *rest: Any, **named: Any) -> Any:
        said = usual(item, exception, *rest, **named)
        if isinstance(exception, SeenBefore):
            return {**said, "msg": "Dropped: %(exception)s", "args": {"exception": exception}}
        return said

    formatter.dropped = dropped
