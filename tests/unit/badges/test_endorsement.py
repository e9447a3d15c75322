"""An endorsement is built closed, and holds in a badge only where it is about it."""

from typing import Any

import pytest

from badges.checks import CheckName, CheckState
from badges.credential import check_before_signing
from badges.document_checks import CredentialKind
from badges.endorsement import check_endorsement
from badges.errors import InvalidCredentialError, VerificationError
from badges.written import serialize
from tests.credentials import ACHIEVEMENT, a_signed_credential
from tests.parts import (
    AGENCY,
    a_world,
    an_endorsed_badge,
    an_endorsement,
    an_endorsement_jwt,
    signed_by_agency,
    with_endorsement,
)
from tests.verifying import check


def test_it_says_who_endorses_what() -> None:
    """And where its status is published."""
    document: Any = an_endorsement()

    check_endorsement(document)
    assert document["type"] == ["VerifiableCredential", "EndorsementCredential"]
    assert document["issuer"]["id"] == AGENCY
    assert document["credentialSubject"] == {
        "id": ACHIEVEMENT,
        "type": ["EndorsementSubject"],
        "endorsementComment": "We looked at the rubric.",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"surprise": "x"},
        {"type": ["VerifiableCredential"]},
        {"credentialSubject": {"id": ACHIEVEMENT, "type": ["Achievement"]}},
        {"credentialSubject": {"id": AGENCY, "type": ["EndorsementSubject"]}},
    ],
    ids=range(5),
)
def test_nothing_else_is_signed(change: dict[str, object]) -> None:
    """Not even a praise of oneself: the endorser and what it endorses are two."""
    with pytest.raises(InvalidCredentialError):
        check_endorsement({**an_endorsement(), **change})


def test_it_verifies_by_itself_in_both_forms() -> None:
    """As a file that somebody hands on."""
    for data in (signed_by_agency(), an_endorsement_jwt()):
        verified = check(data, a_world())
        assert (verified.kind, verified.issuer_id) == (CredentialKind.ENDORSEMENT, AGENCY)


def test_it_travels_in_a_badge() -> None:
    """Whose proof covers it, and which is verified with it."""
    badge = an_endorsed_badge()
    check_before_signing(badge)
    verified = check(a_signed_credential(badge), a_world())

    assert (verified.checks[-1].name, verified.checks[-1].state) == (
        CheckName.ENDORSEMENTS,
        CheckState.PASSED,
    )


def refusals(document: object) -> set[tuple[CheckName, str]]:
    """Which checks refuse a badge."""
    with pytest.raises(VerificationError) as raised:
        check(serialize(document), a_world())  # type: ignore[arg-type]  # an object
    return {(one.name, one.code) for one in raised.value.checks if one.state is CheckState.FAILED}


def achievement_of(badge: Any) -> Any:  # noqa: ANN401 - JSON
    """The achievement in a badge."""
    return badge["credentialSubject"]["achievement"]


def test_it_cannot_be_taken_out_or_changed() -> None:
    """The badge's own proof covers every word."""
    for place in ("out", "comment"):
        badge = a_signed_credential(an_endorsed_badge())
        (endorsement,) = achievement_of(badge)["endorsement"]
        if place == "out":
            del achievement_of(badge)["endorsement"]
        else:
            endorsement["credentialSubject"]["endorsementComment"] = "The best."

        assert (CheckName.PROOF, "signature") in refusals(badge)


def test_its_words_cannot_move_to_the_achievement() -> None:
    """Both have one id, so the badge's proof would still fit; the endorsement's does not."""
    badge = a_signed_credential(an_endorsed_badge())
    achievement = achievement_of(badge)
    (endorsement,) = achievement["endorsement"]
    achievement["type"] = ["Achievement", "EndorsementSubject"]
    comment = endorsement["credentialSubject"].pop("endorsementComment")
    achievement["endorsementComment"] = comment

    assert refusals(badge) <= {(CheckName.SHAPE, "repeated_id"), (CheckName.ENDORSEMENTS,
                                                                  "signature")}  # fmt: skip


def test_the_badge_cannot_hide_its_words_in_it() -> None:
    """What an endorsement may say of the achievement is closed, whoever signed it."""
    badge = a_signed_credential(an_endorsed_badge())
    achievement = achievement_of(badge)
    subject = achievement["endorsement"][0]["credentialSubject"]
    subject["type"] = ["EndorsementSubject", "Achievement"]
    subject["criteria"] = achievement["criteria"]

    assert refusals(badge)


def test_a_signed_document_stands_only_where_it_is_looked_for() -> None:
    """Elsewhere nobody would verify it."""
    document: Any = an_endorsed_badge()
    document["evidence"].append(signed_by_agency(an_endorsement(subject_id="urn:x:y")))
    del achievement_of(document)["endorsement"]

    assert refusals(a_signed_credential(document)) == {(CheckName.SHAPE, "embedded_elsewhere")}


def test_an_endorsement_of_another_badge_fails_the_badge() -> None:
    """Whoever built it took the word for another version."""
    other = signed_by_agency(an_endorsement(subject_id=f"{ACHIEVEMENT}/2"))
    badge = a_signed_credential(with_endorsement(an_endorsed_badge(), other))

    assert refusals(badge) == {(CheckName.ENDORSEMENTS, "another_subject")}
