"""What pages show of a credential, ours or anybody's."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from badges.summary import CredentialSummary, ResultSummary, read_summary
from tests.credentials import ACHIEVEMENT, BASE, DID, NOW, a_document, a_signed_credential
from tests.verifying import check


def test_the_summary_of_our_own_credential() -> None:
    """Every field, once."""
    assert read_summary(a_document()) == CredentialSummary(
        id=f"{BASE}/credentials/3f0c6d0e-8f0b-4d7e-9b57-5f8a2f8f3f10",
        achievement_id=ACHIEVEMENT,
        achievement_name="Listening Closely",
        achievement_description="Hears what a student means.",
        criteria_narrative="Reach **Ready** in both competencies.",
        criteria_url=f"{ACHIEVEMENT}/criteria",
        image_url=f"{ACHIEVEMENT}/image.svg",
        image_caption="Badge 2 of 4: Listening Closely",
        issuer_id=DID,
        issuer_name="Harbour College",
        issuer_url=f"{BASE}/",
        subject_name="Ada Lovelace",
        awarded_at=NOW,
        valid_from=NOW,
        valid_until=None,
        results=(
            ResultSummary(name="Questions", level="Strong", value="5"),
            ResultSummary(name="Calm", level="Ready", value="3"),
        ),
        evidence_urls=(f"{BASE}/evidence/9d2c1a7e1f0e4a55",),
    )


def test_results_come_in_the_order_of_their_descriptions() -> None:
    """The order of results is not signed, so it says nothing."""
    document: Any = a_document()
    document["credentialSubject"]["result"].reverse()

    assert read_summary(document) == read_summary(a_document())


def test_what_is_said_twice_is_shown_once() -> None:
    """A repeated result leaves the proof as it is, so it must not look like another one."""
    signed: Any = deepcopy(a_signed_credential())
    signed["credentialSubject"]["result"] *= 2
    signed["evidence"] *= 3

    assert read_summary(check(signed).document) == read_summary(a_document())


def a_foreign_document(**changes: object) -> dict[str, Any]:
    """A small credential with single values where others write arrays."""
    document: dict[str, Any] = {
        "@context": a_document()["@context"],
        "id": "urn:uuid:6f4a1f5e-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential", "AchievementCredential"],
        "issuer": DID,
        "validFrom": "2026-01-01T00:00:00+01:00",
        "credentialSubject": {
            "type": "AchievementSubject",
            "identifier": {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": "sha256$00",
                "identityType": "name",
            },
            "achievement": {
                "id": "urn:uuid:6f4a1f5e-0000-4000-8000-000000000002",
                "type": "Achievement",
                "name": "Knots",
                "description": "Ties knots.",
                "criteria": {"narrative": "Tie one."},
            },
        },
    }
    return document | changes


def test_a_credential_that_says_little_is_shown_too() -> None:
    """Issuers may leave out most of it, and a hashed name is no name."""
    summary = read_summary(a_foreign_document(evidence={"type": "Evidence"}))

    assert summary.achievement_name == "Knots"
    assert summary.issuer_name is None
    assert summary.subject_name is None
    assert summary.image_url is None
    assert summary.results == ()
    assert summary.evidence_urls == ()
    assert summary.valid_from == datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_results_without_a_scale_are_shown_as_far_as_they_go() -> None:
    """A value without levels; a result that describes nothing known is left out."""
    document = a_foreign_document(awardedDate="unknown")
    subject = document["credentialSubject"]
    subject["achievement"]["resultDescription"] = {"id": "urn:x", "type": "T", "name": "Score"}
    subject["result"] = [
        {"resultDescription": "urn:x", "value": "98"},
        {"resultDescription": "urn:y", "value": "1"},
        {"value": "2"},
    ]

    summary = read_summary(document)
    assert summary.results == (ResultSummary(name="Score", level=None, value="98"),)
    assert summary.awarded_at is None


def test_a_foreign_credential_verifies_before_it_is_shown() -> None:
    """The looser shape is one that verification accepts."""
    verified = check(a_signed_credential(a_foreign_document()))

    assert read_summary(verified.document).achievement_name == "Knots"
