"""Real crawls of a small site on loopback, each in a process of its own."""

import contextlib
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import threading

import pytest

pytest.importorskip("scrapy")

import nearcopy  # noqa: E402
import scrapy.settings.default_settings  # noqa: E402

CRAWL = pathlib.Path(__file__).with_name("crawl.py")
PACKAGE = str(pathlib.Path(nearcopy.__file__).parent.parent)

BRIDGE = """The harbour bridge will close for repairs on Monday, the port authority said, and \
reopen in the spring.

Traffic will be sent over the old causeway, and the ferry will run every ten minutes until \
midnight, a spokesman told reporters.

Traders in the fish market fear for their custom; the mayor promised them lower rents for as \
long as the works go on."""
REPRINT = BRIDGE.replace("spokesman told reporters", "spokeswoman told this newspaper").replace(
    "lower rents", "cheaper stalls"
)
REPRINT = "By our own correspondent, who stood at the pier.\n\n" + REPRINT
HARVEST = """Rain is expected over the weekend in most of the valley, with some sun on the \
coast, the weather service announced.

Farmers hope that it will last until the harvest, for the wells have been dry since early June \
and the cattle suffer.

A third of the barley is lost already, according to the cooperative, which asks the ministry for \
help with the seed."""
SCHOOL = """Pupils of the grammar school found a Roman coin when they dug a pond behind the \
gymnasium, their teacher reports.

The museum dates it to the reign of Hadrian. It will be shown in the town hall from Sunday, \
beside a map of the old road."""
LATER = (
    BRIDGE.replace("on Monday", "from Monday")
    .replace("fish market", "covered market")
    .replace("reporters", "the press")
)


class Site:
    """Pages by path, which a test may change between two crawls."""

    def __init__(self):
        self.pages, self.together = {}, {}
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path in site.together:
                    # Whoever waits in vain is answered all the same: the crawl says more than a
                    # broken connection.
                    with contextlib.suppress(threading.BrokenBarrierError):
                        site.together[self.path].wait(60)
                page = site.pages.get(self.path)
                body = (page or "nothing here").encode()
                self.send_response(404 if page is None else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def article(self, path, text):
        paragraphs = "".join(f"<p>{p}</p>" for p in text.split("\n\n") if p)
        self.pages[path] = f"<!doctype html><title>t</title><h1>{path}</h1>{paragraphs}"

    def front(self, path, links):
        self.pages[path] = "<!doctype html>" + "".join(
            f'<a href="{link}">{link}</a>' for link in links
        )


@pytest.fixture
def site():
    site = Site()
    for path, text in [
        ("/bridge", BRIDGE),
        ("/harvest", HARVEST),
        ("/school", SCHOOL),
        ("/empty", ""),
    ]:
        site.article(path, text)
    site.article("/reprint", REPRINT)
    site.article("/print-version", HARVEST)
    site.front("/", ["/bridge", "/reprint", "/harvest", "/print-version", "/school", "/empty"])
    yield site
    site.server.shutdown()
    site.server.server_close()


# Pages one after the other, in the order of their links: who comes first is then no matter of luck.
ORDERLY = {"CONCURRENT_ITEMS": 1}


def start(starts, item="dict", **settings):
    given = json.dumps(
        {
            "starts": starts,
            "settings": settings,
            "item": item,
            "together": "CONCURRENT_REQUESTS" in settings,
        }
    )
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(
            [PACKAGE, str(CRAWL.parent), os.environ.get("PYTHONPATH", "")]
        ),
        "no_proxy": "*",
    }
    command = [sys.executable, str(CRAWL), given]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def end(process):
    out, log = process.communicate(timeout=300)
    assert process.returncode == 0, log
    return json.loads(out), log


def crawl(starts, item="dict", **settings):
    return end(start(starts, item, **settings))


def paths(site, entries):
    return [entry["url"].replace(site.url, "") for entry in entries]


def counts(crawled):
    return {name[9:]: n for name, n in crawled["stats"].items() if name.startswith("nearcopy/")}


def lines(log, *words):
    return [line for line in log.splitlines() if all(word in line for word in words)]


def test_copies_are_dropped_and_a_second_crawl_remembers(site, tmp_path):
    settings = {"NEARCOPY_INDEX": str(tmp_path / "seen"), **ORDERLY}
    [first], log = crawl([site.url + "/"], **settings)
    assert paths(site, first["items"]) == ["/bridge", "/harvest", "/school", "/empty"]
    assert paths(site, first["dropped"]) == ["/reprint", "/print-version"]
    assert counts(first) == {
        "checked": 5,
        "added": 3,
        "dropped": 2,
        "dropped/near-copy": 1,
        "dropped/equal": 1,
        "no_text": 1,
    }
    reprint, equal = first["dropped"]
    assert reprint["said"].startswith(f"near-copy of {site.url}/bridge (")
    assert reprint["said"].endswith(
        '"The harbour bridge will close for repairs on Monday, the port authority said, a…"'
    )
    assert equal["said"].startswith(f"equal to {site.url}/harvest (100% of the text)")
    assert reprint["seen"]["relation"] == "near-copy" and reprint["seen"]["source"] == "127.0.0.1"
    assert lines(log, "WARNING", f"Dropped: near-copy of {site.url}/bridge") and lines(
        log, "WARNING", f"Dropped: equal to {site.url}/harvest"
    )
    # A line a drop, without the article, which only the scraped items have in their messages.
    assert "spokesman told reporters" in log and "spokeswoman told this newspaper" not in log
    assert log.count("Rain is expected") == 2 and log.count("third of the barley") == 1
    after = [
        line for line, before in zip(log.splitlines()[1:], log.splitlines()) if "Dropped" in before
    ]
    assert len(after) == 2 and all(
        re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[", line) for line in after
    )
    assert (
        len(
            lines(
                log, "WARNING", "an item without a text", "looked for text, content", "text (str)"
            )
        )
        == 1
    )
    assert not lines(log, "Deprecat", "NearCopy") and not lines(log, "Traceback")

    site.article("/later", LATER)
    site.article("/school", SCHOOL.replace("Sunday", "Monday"))
    site.front(
        "/", ["/later", "/bridge", "/reprint", "/harvest", "/print-version", "/school", "/empty"]
    )
    [second], _ = crawl([site.url + "/"], **settings)
    assert paths(site, second["items"]) == ["/bridge", "/harvest", "/school", "/empty"]
    assert paths(site, second["dropped"]) == ["/later", "/reprint", "/print-version"]
    assert second["dropped"][0]["seen"]["id"] == site.url + "/bridge"
    wanted = {
        "checked": 6,
        "known": 2,
        "replaced": 1,
        "dropped": 3,
        "dropped/near-copy": 2,
        "dropped/equal": 1,
        "no_text": 1,
    }
    assert counts(second) == wanted
    with nearcopy.Index(tmp_path / "seen", create=False) as index:
        assert sorted(index) == [site.url + path for path in ("/bridge", "/harvest", "/school")]
        assert "Monday" in index[site.url + "/school"].text


def test_an_item_says_how_its_page_was_read():
    read = pytest.importorskip("nearcopy.scrapy")._read
    raw = "0f" * 16
    assert read({"read": "part", "read_share": 0.2, "read_raw": raw}) == ("part", 0.2, raw)
    assert read({"read": ["whole"], "read_share": ["much"], "read_raw": 7}) == ("whole", None, None)
    for other in ({}, {"read": True}, {"read": "yes", "read_share": 0.5}):
        assert read(other) == (None, None, None)


@pytest.mark.parametrize("item", ["dict", "declared", "dataclass"])
def test_flags_say_what_was_seen_and_where(site, tmp_path, item):
    settings = {"NEARCOPY_INDEX": str(tmp_path / "seen"), "NEARCOPY_ACTION": "flag", **ORDERLY}
    [crawled], _ = crawl([site.url + "/"], item, **settings)
    assert paths(site, crawled["items"]) == [
        "/bridge",
        "/reprint",
        "/harvest",
        "/print-version",
        "/school",
        "/empty",
    ]
    assert crawled["dropped"] == []
    assert counts(crawled) == {
        "checked": 5,
        "added": 3,
        "flagged": 2,
        "flagged/near-copy": 1,
        "flagged/equal": 1,
        "no_text": 1,
    }
    flags = {
        path: entry.get("nearcopy")
        for path, entry in zip(paths(site, crawled["items"]), crawled["items"])
    }
    assert (
        flags["/bridge"] == flags["/harvest"] == flags["/school"] == [] and flags["/empty"] is None
    )
    [seen] = flags["/reprint"]
    assert (
        seen["id"] == site.url + "/bridge"
        and seen["relation"] == "near-copy"
        and seen["copies"] == 1
    )
    assert (
        0.6 < seen["coverage_a"] < 1
        and 0.6 < seen["coverage_b"] <= 1
        and 0 < seen["resemblance"] < 1
    )
    (a, b), (c, d) = seen["passage"]["a"], seen["passage"]["b"]
    text = crawled["items"][1]["text"]
    assert text[a:b].startswith(seen["passage"]["text"]) and len(seen["passage"]["text"]) == min(
        200, b - a
    )
    assert BRIDGE[c:d].split()[:9] == text[a:b].split()[:9] and a > 40 > c
    assert flags["/print-version"][0]["relation"] == "equal"


def test_an_item_class_without_the_flag_field_is_told_of_once(site, tmp_path):
    settings = {"NEARCOPY_INDEX": str(tmp_path / "seen"), "NEARCOPY_ACTION": "flag", **ORDERLY}
    [crawled], log = crawl([site.url + "/"], "undeclared", **settings)
    assert len(crawled["items"]) == 6 and counts(crawled) == {"errors": 5, "no_text": 1}
    assert len(lines(log, "ERROR", "Undeclared", "no field 'nearcopy'", "NEARCOPY_FLAG_FIELD")) == 1
    with nearcopy.Index(tmp_path / "seen") as index:
        assert len(index) == 0


def test_fields_of_an_item_loader_and_fields_by_name(site, tmp_path):
    settings = {"NEARCOPY_INDEX": str(tmp_path / "seen"), **ORDERLY}
    [guessed], _ = crawl([site.url + "/"], "listed", **settings)
    assert [item["url"][0].replace(site.url, "") for item in guessed["items"]] == [
        "/bridge",
        "/harvest",
        "/school",
        "/empty",
    ]
    named = {
        "NEARCOPY_TEXT_FIELD": "Body",
        "NEARCOPY_ID_FIELD": "title",
        "NEARCOPY_SOURCE_FIELD": "title",
    }
    [crawled], _ = crawl(
        [site.url + "/"],
        "listed",
        **{**settings, **named, "NEARCOPY_INDEX": str(tmp_path / "named")},
    )
    assert counts(crawled)["dropped"] == 2
    with nearcopy.Index(tmp_path / "named") as index:
        assert (
            sorted(index) == ["/bridge", "/harvest", "/school"]
            and index["/bridge"].source == "/bridge"
        )
    wrong = {
        **settings,
        "NEARCOPY_TEXT_FIELD": "content",
        "NEARCOPY_INDEX": str(tmp_path / "wrong"),
    }
    [crawled], log = crawl([site.url + "/"], **wrong)
    assert counts(crawled) == {"no_text": 6} and len(crawled["items"]) == 6
    assert len(lines(log, "WARNING", "looked for content", "NEARCOPY_TEXT_FIELD")) == 1
    [crawled], log = crawl([site.url + "/"], **{**settings, "NEARCOPY_ID_FIELD": "guid"})
    assert (
        counts(crawled) == {"no_id": 5, "no_text": 1}
        and len(lines(log, "WARNING", "without an id", "looked for guid")) == 1
    )


def test_what_counts_as_seen_and_other_thresholds(site, tmp_path):
    settings = {"NEARCOPY_INDEX": str(tmp_path / "seen"), "NEARCOPY_UNLESS": ["equal"], **ORDERLY}
    [crawled], _ = crawl([site.url + "/"], **settings)
    assert paths(site, crawled["dropped"]) == ["/print-version"] and counts(crawled)["added"] == 4
    strict = {
        **settings,
        "NEARCOPY_UNLESS": "equal,near-copy",
        "NEARCOPY_INDEX": str(tmp_path / "strict"),
    }
    thresholds = {"near_copy_smaller": 1.0, "near_copy_larger": 1.0}
    [crawled], _ = crawl([site.url + "/"], **strict, NEARCOPY_SETTINGS=thresholds)
    assert paths(site, crawled["dropped"]) == ["/print-version"]


SELECT = {"TWISTED_REACTOR": "twisted.internet.selectreactor.SelectReactor"}
ASYNCIO = {"TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor"}
NONE = {"TWISTED_REACTOR_ENABLED": False}


@pytest.mark.parametrize("reactor", [SELECT, ASYNCIO, NONE], ids=["select", "asyncio", "none"])
def test_any_reactor_and_none(site, tmp_path, reactor):
    if reactor is NONE and not hasattr(scrapy.settings.default_settings, "TWISTED_REACTOR_ENABLED"):
        pytest.skip("this version of Scrapy needs a reactor")
    [crawled], _ = crawl(
        [site.url + "/"], **ORDERLY, **reactor, NEARCOPY_INDEX=str(tmp_path / "seen")
    )
    assert paths(site, crawled["dropped"]) == ["/reprint", "/print-version"]


@pytest.mark.parametrize("without_texts", [False, True])
def test_pages_in_the_index_are_known_though_they_are_alike(site, tmp_path, without_texts):
    """An archive that others filled holds copies, too: a crawl of it must not come out empty."""
    with nearcopy.Index(tmp_path / "seen", without_texts=without_texts) as index:
        texts = {
            "/bridge": BRIDGE,
            "/reprint": REPRINT,
            "/harvest": HARVEST,
            "/print-version": HARVEST,
        }
        index.add_all({site.url + path: text for path, text in texts.items()})
    [crawled], _ = crawl([site.url + "/"], **ORDERLY, NEARCOPY_INDEX=str(tmp_path / "seen"))
    assert crawled["dropped"] == [] and counts(crawled) == {
        "checked": 5,
        "known": 4,
        "added": 1,
        "no_text": 1,
    }


FAMILIES = 24


def family(n, side):
    """A story of its own and, from the other side, the same with some words changed."""
    words = [
        f"{word}{n}"
        for word in (
            "alder",
            "birch",
            "cedar",
            "damson",
            "elder",
            "fig",
            "gorse",
            "hazel",
            "iris",
            "juniper",
        )
    ]
    story = " ".join(
        f"The {a} stands beside the {b} in the garden of number {n}, and nobody knows who planted "
        f"it."
        for a in words
        for b in words[:3]
    )
    return story if side == "a" else story.replace("nobody knows", "no one remembers", 4)


@pytest.fixture
def families(site):
    """Two front pages; a page of a family is answered when both spiders have asked for theirs."""
    for n in range(FAMILIES):
        together = threading.Barrier(2)
        for side in "ab":
            site.article(f"/{side}/{n}", family(n, side))
            site.together[f"/{side}/{n}"] = together
    for side in "ab":
        site.front(f"/{side}", [f"/{side}/{n}" for n in range(FAMILIES)])
    return site


ALL_AT_ONCE = {"CONCURRENT_REQUESTS": 2 * FAMILIES, "CONCURRENT_REQUESTS_PER_DOMAIN": 2 * FAMILIES}


def each_family_once(site, crawls):
    kept = [path for crawled in crawls for path in paths(site, crawled["items"])]
    dropped = [path for crawled in crawls for path in paths(site, crawled["dropped"])]
    assert sorted(int(path[3:]) for path in kept) == list(range(FAMILIES))
    assert sorted(int(path[3:]) for path in dropped) == list(range(FAMILIES))
    assert sum(counts(c)["checked"] for c in crawls) == 2 * FAMILIES


def test_two_processes_on_one_index_keep_each_story_once(families, tmp_path):
    settings = {"NEARCOPY_INDEX": str(tmp_path / "seen"), **ALL_AT_ONCE}
    both = [start([f"{families.url}/{side}"], **settings) for side in "ab"]
    each_family_once(families, [end(process)[0][0] for process in both])
    with nearcopy.Index(tmp_path / "seen") as index:
        assert len(index) == FAMILIES and index.verify()["wrong"] == 0


def test_two_spiders_of_one_process_share_an_index(families, tmp_path):
    settings = {"NEARCOPY_INDEX": str(tmp_path / "seen"), **ALL_AT_ONCE}
    crawls, log = crawl([f"{families.url}/{side}" for side in "ab"], **settings)
    each_family_once(families, crawls)
    assert not lines(log, "Traceback")


def test_without_an_index_the_pipeline_is_disabled(site):
    [crawled], log = crawl([site.url + "/"])
    assert len(crawled["items"]) == 6 and counts(crawled) == {}
    assert lines(log, "Disabled ", "NearCopyPipeline", "NEARCOPY_INDEX is not set")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"NEARCOPY_ACTION": "report"}, '"drop" or "flag", not \'report\''),
        ({"NEARCOPY_UNLESS": ["equal", "copy"]}, "'copy' is no relation: equal, near-copy"),
        ({"NEARCOPY_SETTINGS": {"presett": "news"}}, "did you mean"),
        ({"NEARCOPY_INDEX": __file__}, "test_scrapy.py"),
    ],
)
def test_wrong_settings_end_the_crawl_before_it_begins(site, tmp_path, settings, said):
    [crawled], log = crawl(
        [site.url + "/"], **{"NEARCOPY_INDEX": str(tmp_path / "seen"), **settings}
    )
    assert crawled["items"] == [] and lines(log, said)


@pytest.mark.parametrize("action", ["drop", "flag"])
def test_what_the_index_fails_on_is_passed_on(site, tmp_path, action):
    with nearcopy.Index(tmp_path / "seen"):
        pass
    settings = {
        "NEARCOPY_INDEX": str(tmp_path / "seen"),
        "NEARCOPY_SETTINGS": {"read_only": True},
        **ORDERLY,
    }
    settings["NEARCOPY_ACTION"] = action
    [crawled], log = crawl([site.url + "/"], **settings)
    assert len(crawled["items"]) == 6 and counts(crawled) == {"errors": 5, "no_text": 1}
    assert len(lines(log, "ERROR", "passed on unchecked", site.url + "/bridge", "reading")) == 1
    assert all(item.get("nearcopy") is None for item in crawled["items"])


def test_a_formatter_of_the_project_has_its_say(site, tmp_path):
    settings = {"NEARCOPY_INDEX": str(tmp_path / "seen"), **ORDERLY}
    [crawled], log = crawl([site.url + "/"], **settings, LOG_FORMATTER="crawl_formatter.Formatter")
    assert len(crawled["dropped"]) == 2
    assert len(lines(log, "INFO", "gone: ", "from now on")) == 2 and "Dropped" not in log


def test_hostile_text_stays_on_its_line():
    from nearcopy._scrapy_words import clean

    assert (
        clean("\x1b[2Jhttps://a\n2026 [x] INFO: fine\u202e\u200b", 80)
        == "\ufffd[2Jhttps://a 2026 [x] INFO: fine\ufffd\ufffd"
    )
    assert len(clean("x" * 10**6, 80)) == 80
