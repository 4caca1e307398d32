"""What a project may set as LOG_FORMATTER.

Owns: a formatter with a message of its own for drops. Never: what is right.
"""

import logging

from scrapy.logformatter import LogFormatter


class Formatter(LogFormatter):
    def dropped(self, item, exception, response, spider):
        return {
            "level": logging.INFO,
            "msg": "gone: %(url)s, from now on",
            "args": {"url": item["url"]},
        }
