"""Documents as bytes: what is spliced is what would be written in one piece."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.written import serialize

STAND_IN = "\0achievement"

TEXTS = st.text(max_size=5) | st.sampled_from([STAND_IN, json.dumps(STAND_IN), "\\u0000", '"'])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def in_one_piece(document: dict[str, Any]) -> bytes:
    """The document by the standard library alone."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


@given(
    st.dictionaries(TEXTS, VALUES, max_size=3),
    st.dictionaries(TEXTS, VALUES, max_size=3),
    VALUES,
)
def test_an_achievement_is_put_in_where_it_stands(
    document: dict[str, Any], subject: dict[str, Any], achievement: object
) -> None:
    """Whatever surrounds it, and whatever looks like what stands for it meanwhile."""
    whole = {**document, "credentialSubject": {"id": "x", **subject, "achievement": achievement}}

    # The second time it is known.
    for _ in range(2):
        assert serialize(whole) == in_one_piece(whole)


@pytest.mark.parametrize("subject", [None, [], "x", {"achievement": [{"id": "a"}]}, {}])
def test_a_subject_of_another_shape_is_written_as_it_is(subject: object) -> None:
    """Learner records and status lists have others."""
    assert serialize({"credentialSubject": subject}) == in_one_piece({"credentialSubject": subject})


def test_a_number_that_is_none_is_not_written() -> None:
    """Neither around an achievement nor in one."""
    for document in (
        {"x": float("nan")},
        {"credentialSubject": {"achievement": {"x": float("nan")}}},
    ):
        with pytest.raises(ValueError, match="not JSON compliant"):
            serialize(document)
