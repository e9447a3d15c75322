"""JSON bodies: in the known shape, or refused; nothing in between."""

import json

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import InvalidInputError
from lti_tool.views.bodies import SentFields, revision_of, sent_fields

APP = Flask("bodies")
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=8,
)


def read(body: str) -> SentFields:
    """Read a posted body."""
    data = body.encode("utf-8", "surrogatepass")
    with APP.test_request_context(method="POST", data=data, content_type="application/json"):
        return sent_fields()


def test_a_save_is_a_revision_and_fields() -> None:
    """Values are passed on unchecked: whoever knows the fields checks them."""
    assert read('{"revision": 7, "fields": {"a": "x", "b": 3}, "more": 1}') == SentFields(
        revision=7, fields={"a": "x", "b": 3}
    )


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "7",
        "{}",
        '{"revision": 0}',
        '{"revision": 0, "fields": []}',
        '{"revision": 0, "fields": null}',
        '{"revision": "x", "fields": {}}',
        '{"revision": -1, "fields": {}}',
        '{"revision": true, "fields": {}}',
        '{"revision": 0.0, "fields": {}}',
        '{"revision": 1e400, "fields": {}}',
        '{"revision": NaN, "fields": {}}',
        '{"revision": null, "fields": {}}',
        '{"revision": "\u0663", "fields": {}}',
        '{"revision": 4294967296, "fields": {}}',
        '{"revision": ' + "9" * 5000 + ', "fields": {}}',
        "[" * 100_000,
        '{"a":' * 100_000,
        "\ud800",
        "\x00",
    ],
)
def test_hostile_bodies_are_refused(body: str) -> None:
    """Every other shape ends in our own error."""
    with pytest.raises(InvalidInputError) as caught:
        read(body)

    assert caught.value.code == "malformed"


@given(ANY_JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    """Whatever JSON is sent, it is a save or it is malformed."""
    try:
        found = read(json.dumps(value))
    except InvalidInputError:
        return

    assert found.revision >= 0


@given(st.text(max_size=20))
def test_a_forms_revision_is_ascii_digits(text: str) -> None:
    """Any other text is refused."""
    try:
        revision = revision_of(text)
    except InvalidInputError:
        return

    assert text.isascii()
    assert str(revision) == text.lstrip("0").rjust(1, "0")
