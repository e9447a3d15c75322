"""Modules that are imported late."""

import sys

import pytest

from keys.late import FrequentModule, LateModule


def test_a_late_module_is_imported_with_its_first_use() -> None:
    """Not before; and then it has what the module has, and no more."""
    sys.modules.pop("colorsys", None)
    late = LateModule("colorsys")
    assert "colorsys" not in sys.modules

    convert = late.rgb_to_hsv

    assert convert is sys.modules["colorsys"].rgb_to_hsv
    assert late.rgb_to_hsv is convert
    with pytest.raises(AttributeError, match="nothing"):
        _ = late.nothing


def test_a_module_that_is_used_often_is_imported_then() -> None:
    """A few uses go without it; or it is imported at once, if that is asked for."""
    sys.modules.pop("colorsys", None)
    frequent = FrequentModule("colorsys", after=2)
    assert [frequent.get(), frequent.get()] == [None, None]
    assert frequent.loaded is None
    assert "colorsys" not in sys.modules

    assert frequent.get() is sys.modules["colorsys"]
    assert frequent.loaded is frequent.get()
    assert FrequentModule("colorsys", after=2).load() is sys.modules["colorsys"]
