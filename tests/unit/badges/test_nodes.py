"""An id belongs to one thing of a document."""

import pytest

from badges.nodes import embedded_documents, find_repeated_id


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


def signed(**members: object) -> dict[str, object]:
    """An embedded document with a proof, which nobody looks at here."""
    return {"proof": {"id": "p", "x": 1}, **members}


def test_embedded_documents_are_those_with_a_proof() -> None:
    """At any depth, but not inside each other, and the outer document is none itself."""
    first, second = signed(id="1"), signed(id="2", deep={"x": signed(id="3")})

    assert [*embedded_documents(signed(a=[[first], {"b": second}], c={"id": "4"}))] == [
        first,
        second,
    ]


SUBJECT = {"id": "s", "type": ["AchievementSubject"], "achievement": {"id": "a", "name": "A"}}


@pytest.mark.parametrize(
    "document",
    [
        {"id": "s", "type": ["ClrSubject"], "x": [signed(y=SUBJECT)]},
        {"id": "s", "x": [signed(y=SUBJECT), signed(y={**SUBJECT, "result": {"id": "r"}})]},
        {"x": SUBJECT, "y": signed(z=SUBJECT)},
        {"x": {"id": "p", "type": "Profile", "name": "P"}, "y": signed(id="p", type=["Profile"])},
        {"id": "s", "proof": {"id": "s", "y": 1}},
        {"id": "s", "type": ["T"], "x": signed(y={"id": "s", "z": signed(type=["U"], id="s")})},
        {"id": "s", "name": {"x": 1}, "x": signed(y={"id": "s", "name": {"x": 1}})},
        {"id": "s", "@context": ["c"], "x": signed(id="s", **{"@context": ["c"]})},
        {"id": "s", "name": 1, "x": signed(y={"id": "s", "name": [{"id": 5}, [1], None]})},
    ],
    ids=range(9),
)
def test_what_an_embedded_document_may_say_too(document: dict[str, object]) -> None:
    """The same, or other things; what two of them say differently is between their proofs."""
    assert find_repeated_id(document) is None


@pytest.mark.parametrize(
    "document",
    [
        {"id": "s", "name": "N", "x": signed(y={"id": "s", "name": "N", "z": 1})},
        {"id": "s", "name": ["M", "N"], "x": signed(y={"id": "s", "name": ["N"]})},
        {"id": "s", "a": "a", "x": signed(y={"id": "s", "a": {"id": "a", "name": "A"}, "z": 1})},
        {"id": "s", "x": signed(y={"id": "s", "z": 1, "x": {"id": "e"}}, id="e")},
        {"id": "s", "a": True, "x": [[signed(b={"c": signed(d={"id": "s", "a": [True]})})]]},
    ],
    ids=range(5),
)
def test_what_the_outer_document_could_have_copied_or_lost_is_found(
    document: dict[str, object],
) -> None:
    """A statement of an embedded document stands in the outer one, in a part of it."""
    assert find_repeated_id(document) == "s"


def test_an_embedded_document_is_not_searched_for_itself() -> None:
    """That is the business of its own verification."""
    inner = signed(x={"id": "a", "b": 1}, y={"id": "a", "b": 2})

    assert find_repeated_id(inner) == "a"
    assert find_repeated_id({"inner": inner}) is None
