"""What the documentation prints is what happens."""

import contextlib
import doctest
import inspect
import io
import re
from pathlib import Path

import pytest

import nearcopy

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.S)


@pytest.mark.parametrize("code, printed", SHOWN, ids=range(len(SHOWN)))
def test_the_readme(code, printed):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert out.getvalue() == printed


def documented():
    """The package, its classes and functions, and their methods."""
    yield "nearcopy", nearcopy.__doc__
    for name in nearcopy.__all__:
        thing = getattr(nearcopy, name)
        yield name, inspect.getdoc(thing)
        if inspect.isclass(thing):
            for part, value in vars(thing).items():
                if not part.startswith("_"):
                    yield f"{name}.{part}", inspect.getdoc(value)


def test_everything_is_documented():
    assert [name for name, doc in documented() if not doc and name != "__version__"] == []


def test_examples_run():
    tried = 0
    for name, doc in documented():
        test = doctest.DocTestParser().get_doctest(
            doc or "", {"nearcopy": nearcopy, "scan": nearcopy.scan}, name, None, 0
        )
        result = doctest.DocTestRunner().run(test)
        assert result.failed == 0, name
        tried += result.attempted
    assert tried > 10
