"""Documents from outside, without surprises: JSON and YAML."""

import json
import re
from decimal import Decimal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.definition import SCHEMA
from rubrics.documents import (
    JSON,
    MAXIMUM_BYTES,
    Notation,
    check_document,
    find_mark,
    load_validator,
    points_text,
    read_document,
    read_json,
    without_empty,
    write_json,
)
from rubrics.errors import InvalidDocumentError

HOSTILE_BYTES = {
    "empty": b"",
    "no JSON": b"{",
    "two documents": b"{}{}",
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a fraction": b'{"a": 1.5}',
    "a whole fraction": b'{"a": 1.0}',
    "an exponent": b'{"a": 1e3}',
    "not a number": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "a repeated key": b'{"a": 1, "a": 2}',
    "a repeated key deep inside": b'{"a": [{"b": 1, "b": 1}]}',
    "an endless number": b'{"a": ' + b"9" * 10_000 + b"}",
    "deep arrays": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a megabyte and more": b'"' + b"a" * MAXIMUM_BYTES + b'"',
}


@pytest.mark.parametrize("data", HOSTILE_BYTES.values(), ids=HOSTILE_BYTES.keys())
def test_hostile_bytes_end_in_our_error(data: bytes) -> None:
    """Whatever is not small, plain, unambiguous JSON is refused with a short reason."""
    with pytest.raises(InvalidDocumentError) as caught:
        read_json(data)

    assert 0 < len(caught.value.reason) <= 200


def test_written_documents_are_read_again() -> None:
    """Writing keeps the order of keys, the words of any script, and ends in a line break."""
    document = {"b": "\u4f60\u597d \u2013 d\u00e9j\u00e0\n\u2022 x", "a": [1, {"c": True}]}

    data = write_json(document)

    assert data.endswith(b"}\n")
    assert read_json(data) == document
    assert list(json.loads(data)) == ["b", "a"]


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        1,
        True,
        {1: 2},
        {},
        {"id": []},
        {"id": "a\n", "title": "A", "criteria": []},
    ],
    ids=repr,
)
def test_what_the_schema_refuses_ends_in_our_error(document: object) -> None:
    """Wrong types and shapes end in our error, which repeats no value."""
    with pytest.raises(InvalidDocumentError):
        check_document(document, load_validator(SCHEMA))


def test_a_document_too_deep_to_look_at_ends_in_our_error() -> None:
    """A value made in memory may be deeper than JSON can be; it is refused all the same."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(InvalidDocumentError):
        check_document({"id": deep, "title": "A", "criteria": []}, load_validator(SCHEMA))


def test_empty_values_are_left_out_and_falsehood_is_not() -> None:
    """Absent means empty; False and 0 are values."""
    document: JSON = {"a": None, "b": "", "c": [], "d": {}, "e": False, "f": 0}

    assert without_empty(document) == {"e": False, "f": 0}


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=99_999, allow_nan=False, places=4))
def test_points_have_one_spelling(points: Decimal) -> None:
    """Equal points have equal text, without exponent, and come back from it."""
    text = points_text(points)

    assert "E" not in text
    assert Decimal(text) == points
    assert points_text(points * 1) == points_text(points.normalize()) == text


REFUSED_YAML: dict[str, tuple[str, str, str]] = {
    # what stands there, the place, the mark
    "an alias": ("a: 1\nb: *a", "b", "line 2, column 4"),
    "a bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "a", "line 1, column 4"),
    "a merge": ("a: &a {b: 1}\nc:\n  <<: *a", "a", "line 1, column 4"),
    "a tag": ("a:\n  - !!python/object/apply:os.system [x]", "a/0", "line 2, column 5"),
    "our own tag": ("a: !thing x", "a", "line 1, column 4"),
    "a key that comes twice": ("a: {b: x,\n    b: y}", "a/b", "line 2, column 5"),
    "a key that is a list": ("a:\n  ? [b]\n  : c", "a", "line 2, column 5"),
    "two documents": ("a: 1\n--- \nb: 2", "", "line 2, column 1"),
    "a tab": ("a:\n\tb: 1", "", "line 2, column 1"),
    "a control character": ("a: b\nc: \x07", "", "line 2, column 4"),
    "an open quote": ("a: 'b\n", "", "line 2, column 1"),
    "a fraction": ("a: [x, 1.5]", "a/1", "line 1, column 8"),
    "an exponent": ("a: 1e3", "a", "line 1, column 4"),
    "infinity": ("a: -.inf", "a", "line 1, column 4"),
    "no number": ("a: .NaN", "a", "line 1, column 4"),
    "an octal": ("a: 0o17", "a", "line 1, column 4"),
    "an old octal": ("a: 017", "a", "line 1, column 4"),
    "a hexadecimal": ("a: 0xFF", "a", "line 1, column 4"),
    "a number with a plus": ("a: +1", "a", "line 1, column 4"),
    "a number with lines": ("a: 1_000", "a", "line 1, column 4"),
    "minutes": ("a: 12:30", "a", "line 1, column 4"),
    "a date": ("a: 2026-11-21", "a", "line 1, column 4"),
    "an instant without a zone": ("a: 2026-11-21 10:00:00", "a", "line 1, column 4"),
    "Norway": ("a: NO", "a", "line 1, column 4"),
    "yes": ("a: yes", "a", "line 1, column 4"),
    "a loud truth": ("a: TRUE", "a", "line 1, column 4"),
    "a letter": ("a: n", "a", "line 1, column 4"),
    "nothing": ("a:\nb: 1", "a", "line 1, column 3"),
    "null": ("a: null", "a", "line 1, column 4"),
    "a tilde": ("a: ~", "a", "line 1, column 4"),
    "forty lists and one": ("[" * 41, "", "line 1, column 41"),
}


@pytest.mark.parametrize(("text", "place", "mark"), REFUSED_YAML.values(), ids=REFUSED_YAML.keys())
def test_what_yaml_may_hide_is_refused(text: str, place: str, mark: str) -> None:
    """Each trap ends in one error that says where it is."""
    with pytest.raises(InvalidDocumentError) as caught:
        read_document(text.encode(), Notation.YAML)

    assert caught.value.place == place
    assert str(caught.value.mark) == mark
    assert str(caught.value).startswith(mark)
    assert 0 < len(caught.value.reason) <= 200


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: true\nb: false", {"a": True, "b": False}),
        ("a: 12\nb: -3\nc: 0", {"a": 12, "b": -3, "c": 0}),
        ("a: '12'\nb: \"yes\"\nc: ''", {"a": "12", "b": "yes", "c": ""}),
        ("a: '2026-11-21'", {"a": "2026-11-21"}),
        ("a: Some plain words, and more", {"a": "Some plain words, and more"}),
        ("a: 2-3 pages\nb: 1st\nc: No way", {"a": "2-3 pages", "b": "1st", "c": "No way"}),
        ("a: |\n  one\n  • two\n\nb: x", {"a": "one\n• two", "b": "x"}),
        ("a: >\n  one\n  two\n", {"a": "one two"}),
        ("yes: x\n1: z", {"yes": "x", "1": "z"}),
        ("- a\n- [b, {c: d}]\n- []\n- {}", ["a", ["b", {"c": "d"}], [], {}]),
        ("\ufeffa: שלום\nb: é", {"a": "שלום", "b": "é"}),
        ('{"a": [1, true, "x\\n"]}', {"a": [1, True, "x\n"]}),
        ("# only words\na: x # more", {"a": "x"}),
        ("[" * 40 + "]" * 40, None),
    ],
)  # fmt: skip
def test_yaml_means_what_stands_there(text: str, value: object) -> None:
    """Text is text, in whatever script; whole numbers and two truth values are themselves."""
    read = read_document(text.encode(), Notation.YAML)

    assert value is None or read == value


@pytest.mark.parametrize("data", [b"", b"# nothing", b"\xff", b"a: " + b"x" * MAXIMUM_BYTES])
def test_no_yaml_at_all_ends_in_our_error(data: bytes) -> None:
    """Empty, not UTF-8, too large."""
    with pytest.raises(InvalidDocumentError):
        read_document(data, Notation.YAML)


@pytest.mark.parametrize(
    ("text", "place", "mark"),
    [
        ('{"a": 1,\n "b": [0, {"c": 1.5}]}', "b/1/c", "line 2, column 17"),
        ('{"a":\n  NaN}', "a", "line 2, column 3"),
        ('{"a": {"b": 1,\n "b": 2}}', "a/b", "line 2, column 2"),
        ('{"a": "x{,]:\\"",\n "a": 2}', "a", "line 2, column 2"),
        ('{"a": 1,\n}', "", "line 2, column 1"),
    ],
)
def test_json_names_the_line(text: str, place: str, mark: str) -> None:
    """Also of what the parser takes and we do not."""
    with pytest.raises(InvalidDocumentError) as caught:
        read_json(text.encode())

    assert (caught.value.place, str(caught.value.mark)) == (place, mark)


TREE = {
    "title": "Plan",
    "rubric": {
        "criteria": [
            {"id": "7", "title": "A"},
            {"id": "b", "criteria": [{"id": "c", "levels": [{"id": "p5", "points": "5"}]}]},
        ]
    },
    "prompts": [{"id": "story", "criterion_id": "b"}],
}


@pytest.mark.parametrize(
    ("place", "at"),
    [
        ("title", "title"),
        ("rubric/criteria/1", "b"),
        ("criteria/b", "b"),
        ("criteria/c", "c"),
        ("criteria/c/levels/p5/points", "points"),
        ("rubric/criteria/1/criteria/0/title", "c"),
        ("prompts/story/criterion_id", "criterion_id"),
        ("prompts/0/criterion_id", "criterion_id"),
        ("criteria/7/title", "title"),
    ],
)
@pytest.mark.parametrize("notation", Notation)
def test_a_place_is_found_in_the_text(place: str, at: str, notation: Notation) -> None:
    """By keys, positions or ids; what is missing is where it should stand."""
    if notation is Notation.JSON:
        data = json.dumps(TREE, indent=1).replace("{\n", "{ ").encode()
    else:
        data = yaml.safe_dump(TREE, sort_keys=False).encode()

    mark = find_mark(data, notation, place)

    lines = data.decode().splitlines()[mark.line - 1 :][:2]
    assert any(re.search(rf"\b{at}\b", line) for line in lines[:1]), (mark, lines)
