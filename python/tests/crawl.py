"""Crawls as a user's project would, in a process of its own: a reactor runs once.

Owns: the spider of test_scrapy.py. Never: what is right.

    crawl.py '{"starts": [URL, …], "settings": {…}, "item": "dict", "together": false}'

There is a spider for each start. Standard output has one JSON list: for each spider its items, what
was dropped and its stats.
"""

import dataclasses
import json
import sys

import scrapy
from itemadapter import ItemAdapter
from scrapy import crawler as crawlers
from scrapy import signals


class Declared(scrapy.Item):
    url = scrapy.Field()
    title = scrapy.Field()
    text = scrapy.Field()
    nearcopy = scrapy.Field()


class Undeclared(scrapy.Item):
    url = scrapy.Field()
    title = scrapy.Field()
    text = scrapy.Field()


@dataclasses.dataclass
class Plain:
    url: str
    title: str
    text: str
    nearcopy: object = None


def listed(**fields):
    """As an item loader leaves it."""
    return {"Body" if name == "text" else name: [value] for name, value in fields.items()}


ITEMS = {
    "dict": dict,
    "declared": Declared,
    "undeclared": Undeclared,
    "dataclass": Plain,
    "listed": listed,
}


class Site(scrapy.Spider):
    name = "site"

    def parse(self, response):
        links = response.css("a::attr(href)").getall()
        if self.together:
            yield from response.follow_all(links, self.article)
        else:
            yield from self.follow(response, links)

    def article(self, response, links=()):
        text = "\n\n".join(response.css("p::text").getall())
        yield ITEMS[self.item](
            url=response.url, title=response.css("h1::text").get() or "", text=text
        )
        yield from self.follow(response, links)

    def follow(self, response, links):
        """The first link; its page follows the others. With CONCURRENT_ITEMS = 1 that is when its
        item is done.
        """
        for link in links[:1]:
            yield response.follow(link, self.article, cb_kwargs={"links": links[1:]})


def main(starts, settings, item="dict", together=False):
    usual = {
        "ITEM_PIPELINES": {"nearcopy.scrapy.NearCopyPipeline": 300},
        "LOG_LEVEL": "DEBUG",
        "TELNETCONSOLE_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "RETRY_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
    }
    # Newer versions crawl without a reactor, too.
    kind = (
        "CrawlerProcess" if settings.get("TWISTED_REACTOR_ENABLED", True) else "AsyncCrawlerProcess"
    )
    process = getattr(crawlers, kind)({**usual, **settings})
    told = []
    for start in starts:
        crawler = process.create_crawler(Site)
        told.append(watch(crawler))
        process.crawl(crawler, start_urls=[start], item=item, together=together)
    process.start()
    for crawl, crawler in told:
        stats = crawler.stats.get_stats() if crawler.stats else {}
        crawl["stats"] = {
            name: value for name, value in stats.items() if isinstance(value, (int, str))
        }
    json.dump([crawl for crawl, _ in told], sys.stdout)


def watch(crawler):
    crawl = {"items": [], "dropped": []}

    def scraped(item):
        crawl["items"].append(ItemAdapter(item).asdict())

    def dropped(item, exception):
        crawl["dropped"].append(
            {"url": item["url"], "said": str(exception), "seen": exception.seen}
        )

    # Signals hold their receivers weakly unless told not to.
    crawler.signals.connect(scraped, signals.item_scraped, weak=False)
    crawler.signals.connect(dropped, signals.item_dropped, weak=False)
    return crawl, crawler


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
