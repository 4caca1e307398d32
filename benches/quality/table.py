"""Owns: tables for a terminal and for a page. Never: a figure."""

import unicodedata


def cell(value):
    if isinstance(value, float):
        return f"{value:.3f}" if value < 10 else f"{value:.1f}"
    return "–" if value is None else str(value)


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Table:
    """Rows under a head; the first column is words, the others are figures."""

    def __init__(self, title, head, long=False):
        self.title, self.head, self.rows, self.long = title, head, [], long

    def row(self, *cells):
        self.rows.append([cell(c) for c in cells])

    def plain(self):
        rows = [self.head, *self.rows]
        widths = [max(width(r[k]) for r in rows if k < len(r)) for k in range(len(self.head))]
        lines = [self.title]
        for r in rows:
            padded = [" " * (widths[k] - width(c)) for k, c in enumerate(r)]
            lines.append(
                "  "
                + "  ".join(
                    p + c if k else c + p for k, (c, p) in enumerate(zip(r, padded))
                ).rstrip()
            )
        return "\n".join(lines) + "\n"

    def markdown(self):
        line = lambda cells: "| " + " | ".join(cells) + " |"
        under = ["---"] + ["---:"] * (len(self.head) - 1)
        title, end = (
            (f"<details><summary>{self.title}</summary>", "\n</details>\n")
            if self.long
            else (f"**{self.title}**", "")
        )
        return (
            "\n".join([title, "", line(self.head), line(under), *map(line, self.rows)]) + "\n" + end
        )
