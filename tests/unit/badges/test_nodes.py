"""An id belongs to one thing of a document."""

import pytest

from badges.nodes import find_repeated_id


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": "a", "b": {"id": "b", "type": "B"}},
        {"id": "a", "issuer": {"id": "a"}},
        {"id": "a", "list": [{"id": "b"}, {"id": "b"}, "b"]},
        {"x": {"id": "p", "type": ["Profile"]}, "y": {"id": "p", "type": "Profile", "name": "P"}},
        {"x": {"id": "i", "type": "Image"}, "y": {"id": "i", "type": "Image", "caption": "I"}},
        {"x": {"id": 5, "a": 1}, "y": {"id": 5, "a": 2}},
        {"list": [{"id": "a", "x": 1}, {"id": "a", "x": 1}]},
    ],
    ids=range(8),
)
def test_what_may_stand_more_than_once(document: dict[str, object]) -> None:
    """References, profiles, images, and the same said twice."""
    assert find_repeated_id(document) is None


@pytest.mark.parametrize(
    "document",
    [
        {"id": "a", "evidence": {"id": "a", "validUntil": "2020-01-01T00:00:00Z"}},
        {"list": [{"id": "a", "x": 1}, {"id": "a", "x": 2}]},
        {"list": [{"id": "a", "x": 1}, {"id": "a", "y": 1}]},
        {"deep": [[{"x": {"id": "a", "x": 1}}]], "id": "a"},
        {
            "id": "a",
            "type": ["Profile"],
            "x": {"id": "a", "type": "Image"},
            "y": {"id": "a", "z": 1},
        },
        {"x": {"id": "a", "type": ["Profile"]}, "y": {"id": "a", "type": ["Profile", "Evidence"]}},
    ],
    ids=range(6),
)
def test_a_second_description_is_found(document: dict[str, object]) -> None:
    """Two objects that say different things of one id could trade their members unseen."""
    assert find_repeated_id(document) == "a"
