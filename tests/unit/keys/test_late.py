"""Modules that are imported late."""

import sys

import pytest

from keys.late import LateModule


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
