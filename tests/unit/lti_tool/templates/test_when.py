"""Sizes on pages, in the operator's own numbers."""

import pytest
from flask import Flask, get_template_attribute

from lti_tool.config import settings_from
from tests.unit.lti_tool.test_config import a_good_environment

SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def size(app: Flask, count: int | None) -> str:
    """A number of bytes as a page shows it."""
    with app.test_request_context():
        return str(get_template_attribute("components/when.html", "size")(count)).strip()


@SQLITE_ONLY
@pytest.mark.parametrize("mebibytes", ["1", "5", "10", "100", "500", "1024", "1500", "4096"])
def test_a_limit_is_the_number_that_was_set(app: Flask, mebibytes: str) -> None:
    """Neither 524 for 500, nor rounded to another one."""
    environment = a_good_environment() | {"QUATREFOIL_MAX_FILE_MEBIBYTES": mebibytes}
    limit = settings_from(environment).max_file_bytes

    assert size(app, limit).replace(",", "") == f"{mebibytes} MB"


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, ""),
        (1, "1 KB"),
        (1024, "1 KB"),
        (1025, "2 KB"),
        (1024**2 + 1, "1 MB"),
        (1536 * 1024, "1.5 MB"),
        (20 * 1024**3, "20 GB"),
    ],
)
def test_sizes_are_short(app: Flask, count: int | None, words: str) -> None:
    """A tail only where it tells something."""
    assert size(app, count) == words
