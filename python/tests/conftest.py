"""Little texts that the tests share."""

import pytest

STORY = (
    "The harbour bridge will close for repairs on Monday, the port authority said, and reopen in "
    "the spring of next year. "
    "Ferries will run every ten minutes until then."
)


@pytest.fixture
def story() -> str:
    return STORY


@pytest.fixture
def retold() -> str:
    return STORY.replace("said", "told reporters").replace("Ferries", "The ferries")


@pytest.fixture
def other() -> str:
    return (
        "Rain is expected over the weekend in most of the valley, with some sun on the coast "
        "and strong wind in the hills."
    )
