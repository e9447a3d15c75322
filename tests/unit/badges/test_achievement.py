"""The Open Badges values are plain and do not change."""

from dataclasses import FrozenInstanceError

import pytest

from tests.credentials import an_achievement, an_issuer


def test_values_are_equal_by_content() -> None:
    """Two achievements that say the same are the same."""
    assert an_achievement() == an_achievement()
    assert an_achievement() != an_achievement(version="2")


def test_values_do_not_change() -> None:
    """What is about to be signed cannot be altered on the way."""
    with pytest.raises(FrozenInstanceError):
        an_issuer().name = "Somebody else"  # type: ignore[misc]  # the point of the test
