"""A learner record holds a microcredential with its badges, and says how they go together."""

import copy
from typing import Any

import pytest

from badges.checks import CheckName, CheckState
from badges.clr import (
    build_learner_record,
    check_learner_record,
    holds,
)
from badges.document_checks import CredentialKind
from badges.errors import InvalidCredentialError, VerificationError
from badges.untrusted import parse_object
from badges.written import serialize
from tests.credentials import (
    ACHIEVEMENT,
    BASE,
    LIST_URL,
    STATUS_INDEX,
    FakeResolver,
    a_signed_credential,
    a_signed_status_list,
)
from tests.parts import (
    FOREIGN_ACHIEVEMENT,
    PARTS,
    RECORD,
    a_foreign_badge,
    a_part,
    a_record,
    a_signed_whole,
    a_world,
    foreign_facts,
)
from tests.verifying import check

SUBJECT = "credentialSubject"


def a_signed_record() -> dict[str, object]:
    """The record with its own proof."""
    return a_signed_credential(a_record())


def test_it_holds_every_credential_exactly_as_issued() -> None:
    """Compact JSON of what stands in it gives the issued bytes again."""
    record: Any = a_record()
    check_learner_record(record)
    held = [serialize(one) for one in record[SUBJECT]["verifiableCredential"]]

    assert held == [a_signed_whole(), *map(a_part, PARTS)]
    assert record["partial"] is False
    assert record[SUBJECT]["id"] == parse_object(a_part("1"))[SUBJECT]["id"]  # type: ignore[index]
    assert record["id"] == RECORD
    assert record["credentialStatus"] == parse_object(a_signed_whole())["credentialStatus"]


def test_the_whole_is_the_parent_of_each_badge() -> None:
    """By the ids of achievements, all of which are there."""
    record: Any = a_record()

    assert record[SUBJECT]["association"] == [
        {
            "type": "Association",
            "associationType": "isParentOf",
            "sourceId": ACHIEVEMENT,
            "targetId": f"{BASE}/achievements/{number}",
        }
        for number in PARTS
    ]


def _another_badge(record: Any) -> None:  # noqa: ANN401 - JSON
    record[SUBJECT]["verifiableCredential"].pop()


def _another_subject(record: Any) -> None:  # noqa: ANN401 - JSON
    record[SUBJECT]["verifiableCredential"][1][SUBJECT]["id"] = "urn:uuid:0"


def _elsewhere(record: Any) -> None:  # noqa: ANN401 - JSON
    record[SUBJECT]["association"][0]["targetId"] = "https://badges.example.edu/x"


def _partial(record: Any) -> None:  # noqa: ANN401 - JSON
    record["partial"] = True


def _bare(record: Any) -> None:  # noqa: ANN401 - JSON
    del record[SUBJECT]["verifiableCredential"][2]["proof"]


@pytest.mark.parametrize("change", [_another_badge, _another_subject, _elsewhere, _partial, _bare])
def test_nothing_else_is_signed(change: Any) -> None:  # noqa: ANN401 - a change of JSON
    """Before it is signed, it is checked that it holds what it says."""
    record = copy.deepcopy(a_record())
    change(record)

    with pytest.raises(InvalidCredentialError):
        check_learner_record(record)


def test_it_verifies_with_everything_in_it() -> None:
    """Its own proof, the five in it, the digests among them, and the associations."""
    verified = check(a_signed_record(), a_world(credentials={}))

    assert verified.kind is CredentialKind.RECORD
    assert {one.state for one in verified.checks} == {CheckState.PASSED}
    assert verified.checks[-1].name is CheckName.ASSOCIATIONS
    assert len(verified.parts) == 1 + len(PARTS)


def failed(document: object, world: FakeResolver | None = None) -> set[tuple[CheckName, str]]:
    """Which checks refuse it."""
    with pytest.raises(VerificationError) as raised:
        check(document, world or a_world())  # type: ignore[arg-type]  # JSON
    return {(one.name, one.code) for one in raised.value.checks if one.state is CheckState.FAILED}


def test_it_is_revoked_with_its_microcredential() -> None:
    """They share one entry of one list."""
    world = a_world(lists={LIST_URL: a_signed_status_list(STATUS_INDEX)})
    assert (CheckName.STATUS, "revoked") in failed(a_signed_record(), world)


def test_a_word_that_stands_twice_cannot_be_dropped_inside() -> None:
    """The record's proof would not notice: the name of the issuer stands beside it, too."""
    record: Any = a_signed_record()
    inside = record[SUBJECT]["verifiableCredential"][1]
    del inside["issuer"]["name"]

    assert failed(record) == {(CheckName.PARTS, "digest")}


def test_what_a_badge_says_cannot_move_out_of_it() -> None:
    """The record's subject is the badge's subject, and the record's proof joins both."""
    record: Any = a_signed_record()
    badge = record[SUBJECT]["verifiableCredential"][1]
    record[SUBJECT]["type"] = ["ClrSubject", "AchievementSubject"]
    record[SUBJECT]["narrative"] = badge[SUBJECT].pop("narrative")

    assert failed(record)


def test_a_badge_of_another_issuer_stands_last_and_is_a_child_too() -> None:
    """Its subject is called otherwise; what it is bound by is not its own id."""
    facts = foreign_facts(a_foreign_badge())
    record: Any = build_learner_record(facts)
    check_learner_record(record, foreign=1)

    assert serialize(record[SUBJECT]["verifiableCredential"][-1]) == a_foreign_badge()
    assert record[SUBJECT]["association"][-1]["targetId"] == FOREIGN_ACHIEVEMENT
    signed = serialize(a_signed_credential(record))
    assert holds(signed, facts.whole, facts.parts)
    for wrong in ({}, {"foreign": 1, "left_out": 1}, {"left_out": 1}):
        with pytest.raises(InvalidCredentialError):
            check_learner_record(record, **wrong)


@pytest.mark.parametrize(
    "foreign",
    [
        b"a.b.c",
        a_foreign_badge() + b"x",
        # The id of another thing in the record.
        a_foreign_badge(id=f"{BASE}/credentials/1"),
        # Shapes that the official schema of records does not take.
        serialize({**parse_object(a_foreign_badge()), "type": "OpenBadgeCredential"}),
        serialize({**parse_object(a_foreign_badge()), "proof": {"type": "DataIntegrityProof"}}),
        serialize({**parse_object(a_foreign_badge()), "@context": ["https://unknown.example/"]}),
        a_foreign_badge(description="x" * 990_000),
    ],
    ids=["token", "rest", "same id", "type", "proof", "context", "long"],
)
def test_what_cannot_stand_in_it_is_left_out(foreign: bytes) -> None:
    """The record says what the rest says, and is signed without it."""
    facts = foreign_facts(foreign, a_foreign_badge())

    assert facts.foreign == (a_foreign_badge(),)
    check_learner_record(build_learner_record(facts), foreign=1, left_out=1)
