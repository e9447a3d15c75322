"""JSON that comes with a package."""

import json
from importlib.resources import files

import pytest

from rubrics.packaged import read_packaged


def test_it_is_what_the_package_holds() -> None:
    """As the usual way finds it, which takes longer to import."""
    read = read_packaged("badges.terms", "learned.json")

    assert read == json.loads((files("badges.terms") / "learned.json").read_bytes())
    assert read["documents"]


def test_what_is_not_there_is_no_json() -> None:
    """Nothing is made up for it."""
    with pytest.raises(FileNotFoundError):
        read_packaged("badges.terms", "nowhere.json")
