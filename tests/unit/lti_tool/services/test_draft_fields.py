"""The fields of a draft: what the form has, what it takes, what is worth keeping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import InvalidFieldsError, InvalidInputError
from lti_tool.services.draft_fields import (
    Fields,
    StoredDraft,
    check_fields,
    is_field,
    stored_fields,
    texts_worth_keeping,
)
from lti_tool.store.rows import ArtefactRow, AttemptRow, EvidenceReferenceRow
from tests.desks import a_work_definition
from tests.rows import an_id

DEFINITION = a_work_definition()
ARTEFACT, REFERENCE = an_id(), an_id()


def a_stored_draft() -> Fields:
    """The fields of a draft with one artefact, one file on its way, and one reference."""
    file = {"people": "unknown", "visibility": "assessors"}
    return stored_fields(
        DEFINITION,
        StoredDraft(
            attempt=AttemptRow(name_on_badge="Ada", name_confirmed=True),
            answers={"story": "stored", "forgotten-prompt": "x"},
            artefacts=(
                ArtefactRow(id=ARTEFACT, kind="file", state="ready", attested="", **file),
                ArtefactRow(id=an_id(), kind="file", state="uploading", attested="", **file),
            ),
            references=(
                EvidenceReferenceRow(
                    id=REFERENCE, criterion_id="a", source="", locator="4", explanation="Shows it."
                ),
            ),
            self_ratings={},
        ),
    )


def test_every_field_of_the_form_is_there() -> None:
    """One for each prompt, three for each reference, two for each artefact that is in."""
    assert a_stored_draft() == {
        "answer.story": "stored",
        "answer.more": "",
        f"artefact.{ARTEFACT}.people": "",
        f"artefact.{ARTEFACT}.visibility": "assessors",
        f"reference.{REFERENCE}.source": "",
        f"reference.{REFERENCE}.locator": "4",
        f"reference.{REFERENCE}.explanation": "Shows it.",
        "name_on_badge": "Ada",
        "name_confirmed": "yes",
    }


@pytest.mark.parametrize(
    "name",
    ["answer.unknown", "", "revision", "state", "answer", "answer.story.x", "name_confirmed.x"],
)
def test_unknown_fields_are_refused(name: str) -> None:
    """A field that no form of this definition has is nobody's mistake."""
    with pytest.raises(InvalidInputError) as caught:
        check_fields(DEFINITION, a_stored_draft(), {"answer.story": "x", name: "x"})

    assert caught.value.code == "unknown_field"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("answer.story", "x" * 100_001, "too_many_characters"),
        ("answer.story", "x" * 10 * 1024 * 1024, "too_many_characters"),
        ("answer.story", None, "not_text"),
        ("answer.story", ["x"], "not_text"),
        ("answer.story", 7, "not_text"),
        ("name_on_badge", "x" * 201, "too_many_characters"),
        ("name_confirmed", "no", "unknown_choice"),
        ("name_confirmed", True, "unknown_choice"),
        (f"artefact.{ARTEFACT}.people", "everybody", "unknown_choice"),
        (f"artefact.{ARTEFACT}.people", "unknown", "unknown_choice"),
        (f"artefact.{ARTEFACT}.people", None, "unknown_choice"),
        (f"artefact.{ARTEFACT}.visibility", "", "unknown_choice"),
        (f"reference.{REFERENCE}.source", str(an_id()), "unknown_source"),
        (f"reference.{REFERENCE}.source", "answer:nowhere", "unknown_source"),
        (f"reference.{REFERENCE}.source", ["x"], "unknown_source"),
        (f"reference.{REFERENCE}.locator", "x" * 301, "too_many_characters"),
        (f"reference.{REFERENCE}.explanation", "x" * 10_001, "too_many_characters"),
        (f"reference.{an_id()}.source", "x", "gone"),
        ("artefact.x.people", "nobody", "gone"),
        ("reference.", "x", "gone"),
    ],
)
def test_refused_values_are_named(name: str, value: object, code: str) -> None:
    """Each field that cannot be taken says why; the others are not to blame."""
    with pytest.raises(InvalidFieldsError) as caught:
        check_fields(DEFINITION, a_stored_draft(), {name: value, "answer.more": "fine"})

    assert {field: fault[0] for field, fault in caught.value.faults.items()} == {name: code}


def test_a_reference_points_to_what_is_there() -> None:
    """To nothing yet, to an artefact that is in, or to an answer."""
    name = f"reference.{REFERENCE}.source"
    for source in ("", str(ARTEFACT), "answer:story", "answer:more"):
        assert check_fields(DEFINITION, a_stored_draft(), {name: source}) == {name: source}


def test_texts_worth_keeping_are_those_that_would_be_lost() -> None:
    """Written texts that are not stored; no choices, no fields of other forms."""
    sent = {
        "answer.story": "newer",
        "answer.more": "  ",
        "name_on_badge": "Ada",
        "name_confirmed": "yes",
        f"reference.{REFERENCE}.explanation": "better",
        f"reference.{REFERENCE}.source": "x",
        "reference.gone.explanation": "of a pointer that is gone",
        "link.url": "https://x.example",
        "answer." + "x" * 500: "no name of ours",
    }

    assert texts_worth_keeping(a_stored_draft(), sent) == {
        "answer.story": "newer",
        f"reference.{REFERENCE}.explanation": "better",
        "reference.gone.explanation": "of a pointer that is gone",
    }


JSON_VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(["x"])
NAMES = st.sampled_from(sorted(a_stored_draft())) | st.text(max_size=60)


@given(st.dictionaries(NAMES, JSON_VALUES, max_size=6))
def test_any_fields_are_taken_or_refused(sent: dict[str, object]) -> None:
    """Whatever is sent, the check gives storable fields of the form, or one of our errors."""
    stored = a_stored_draft()
    assert texts_worth_keeping(stored, sent).keys() <= {name for name in sent if is_field(name)}
    try:
        checked = check_fields(DEFINITION, stored, sent)
    except InvalidInputError:
        return

    assert checked.keys() == sent.keys()
    assert checked.keys() <= stored.keys()
    assert not any("\x00" in text for text in checked.values())
