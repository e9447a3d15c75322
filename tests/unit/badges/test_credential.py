"""A credential says exactly what the facts say, in the shape that verifiers accept."""

import copy
import json
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.credential import build_credential, check_before_signing
from badges.errors import BadgesError, CanonicalizationError, InvalidCredentialError
from badges.written import serialize
from tests.credentials import (
    ACHIEVEMENT,
    BASE,
    DID,
    LIST_URL,
    a_document,
    a_result,
    a_result_description,
    an_achievement,
    an_issuer,
    some_facts,
)
from tests.spoiling import spoil

PROFILE = {"id": DID, "type": ["Profile"], "name": "Harbour College", "url": f"{BASE}/"}
IMAGE = {
    "id": f"{ACHIEVEMENT}/image.svg",
    "type": "Image",
    "caption": "Badge 2 of 4: Listening Closely",
}


def a_scale(criterion: str, title: str) -> dict[str, object]:
    """The result description of one criterion as it stands in the document."""
    id_ = f"{ACHIEVEMENT}#criterion/{criterion}"
    return {
        "id": id_,
        "type": ["ResultDescription"],
        "name": title,
        "resultType": "RubricCriterionLevel",
        "requiredLevel": f"{id_}/ready",
        "rubricCriterionLevel": [
            {
                "id": f"{id_}/{name.lower()}",
                "type": ["RubricCriterionLevel"],
                "name": name,
                "level": name,
                "points": points,
                "description": f"{name} work in {criterion}.",
            }
            for name, points in (("Emerging", "1"), ("Ready", "3"), ("Strong", "5"))
        ],
    }


def test_the_whole_document() -> None:
    """Every member, once: contexts, types, ids, arrays, points as text."""
    id_ = f"{BASE}/credentials/3f0c6d0e-8f0b-4d7e-9b57-5f8a2f8f3f10"

    assert build_credential(some_facts()) == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        ],
        "id": id_,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Listening Closely",
        "description": "Hears what a student means.",
        "image": IMAGE,
        "issuer": PROFILE,
        "validFrom": "2026-11-21T12:00:00Z",
        "awardedDate": "2026-11-21T12:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:0b7e2f3a-52e5-4c3e-9d0e-2b7b0c8a4f11",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Ada Lovelace",
                    "identityType": "name",
                }
            ],
            "achievement": {
                "id": ACHIEVEMENT,
                "type": ["Achievement"],
                "achievementType": "Badge",
                "name": "Listening Closely",
                "description": "Hears what a student means.",
                "version": "1",
                "inLanguage": "en",
                "creator": PROFILE,
                "image": IMAGE,
                "criteria": {
                    "id": f"{ACHIEVEMENT}/criteria",
                    "narrative": "Reach **Ready** in both competencies.",
                },
                "tag": ["coaching", "listening"],
                "alignment": [
                    {
                        "id": f"{ACHIEVEMENT}#alignment/1",
                        "type": ["Alignment"],
                        "targetName": "Listens",
                        "targetUrl": "https://example.org/skills/1",
                        "targetCode": "S.1",
                        "targetFramework": "Skills, 2026",
                    }
                ],
                "resultDescription": [a_scale("questions", "Questions"), a_scale("calm", "Calm")],
            },
            "result": [
                {
                    "id": f"{id_}#result/{criterion}",
                    "type": ["Result"],
                    "resultDescription": f"{ACHIEVEMENT}#criterion/{criterion}",
                    "achievedLevel": f"{ACHIEVEMENT}#criterion/{criterion}/{level}",
                    "value": value,
                    "status": "Completed",
                }
                for criterion, level, value in (
                    ("questions", "strong", "5"),
                    ("calm", "ready", "3"),
                )
            ],
        },
        "evidence": [
            {
                "id": f"{BASE}/evidence/9d2c1a7e1f0e4a55",
                "type": ["Evidence"],
                "name": "Submission",
                "narrative": "A recorded session, assessed on the rubric.",
            }
        ],
        "credentialStatus": {
            "id": f"{LIST_URL}#94567",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "94567",
            "statusListCredential": LIST_URL,
        },
        "credentialSchema": [
            {
                "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
                "ob_v3p0_achievementcredential_schema.json",
                "type": "1EdTechJsonSchemaValidator2019",
            }
        ],
    }
    check_before_signing(build_credential(some_facts()))


def test_what_there_is_not_is_left_out() -> None:
    """No name, tag or alignment: no member, never null or empty."""
    document: Any = build_credential(
        some_facts(subject_name=None, achievement=an_achievement(tags=(), alignments=()))
    )

    assert "identifier" not in document["credentialSubject"]
    assert "tag" not in document["credentialSubject"]["achievement"]
    assert "alignment" not in document["credentialSubject"]["achievement"]
    check_before_signing(document)


def test_an_issuer_may_say_more_of_itself() -> None:
    """E-mail and description come along when they are there."""
    issuer = an_issuer(email="badges@example.edu", description="A college.")
    document: Any = build_credential(some_facts(issuer=issuer))

    assert document["issuer"] == PROFILE | {
        "email": "badges@example.edu",
        "description": "A college.",
    }
    check_before_signing(document)


@given(points=st.decimals(min_value=0, max_value=1000, places=2))
def test_points_are_written_one_way(points: Decimal) -> None:
    """No exponent, no trailing zeros, whatever the number."""
    result = a_result("urn:x", "calm", "ready", 3)
    document: Any = build_credential(
        some_facts(results=(type(result)(**_fields(result) | {"value": points}),))
    )
    text = document["credentialSubject"]["result"][0]["value"]

    assert Decimal(text) == points
    assert text == "0" or not text.startswith("0") or text.startswith("0.")
    assert "E" not in text
    assert "." not in text or not text.endswith(("0", "."))


def _fields(value: object) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]


@given(name=st.text(min_size=1, max_size=40), narrative=st.text(min_size=1, max_size=80))
def test_a_credential_round_trips_through_json(name: str, narrative: str) -> None:
    """Serialized and read again, a document is the same; or its text is refused for signing."""
    document = build_credential(
        some_facts(subject_name=name, achievement=an_achievement(criteria_narrative=narrative))
    )
    try:
        check_before_signing(document)
    except BadgesError:
        return
    data = serialize(document)

    assert json.loads(data) == document
    assert serialize(json.loads(data)) == data
    assert b'": ' not in data.replace(narrative.encode(), b"").replace(name.encode(), b"")


def test_the_order_of_facts_is_kept() -> None:
    """The same facts give the same bytes."""
    assert serialize(build_credential(some_facts())) == serialize(build_credential(some_facts()))


Change = Callable[[Any], object]


def _set(*path: str | int, value: object) -> Change:
    """Return a change that puts `value` at `path`."""

    def change(document: Any) -> None:  # noqa: ANN401 - a document of any shape
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


RESULT = ("credentialSubject", "result", 0)
ACHIEVED = ("credentialSubject", "achievement")
SCALE = (*ACHIEVED, "resultDescription", 0)


@pytest.mark.parametrize(
    "change",
    [
        _set("surprise", value="x"),
        _set("credentialSubject", "email", value="ada@example.org"),
        _set(*RESULT, "note", value="x"),
        _set("issuer", "type", value=[]),
        _set("issuer", "type", value="Profile"),
        _set("issuer", value=DID),
        _set("@context", value=["https://www.w3.org/ns/credentials/v2"]),
        _set("type", value=["VerifiableCredential"]),
        _set("id", value="no uri"),
        _set("id", value=f"{BASE}/a b"),
        _set("name", value=""),
        _set("name", value="  "),
        _set("name", value="two\nlines"),
        _set("name", value=None),
        _set("name", value={"en": "x"}),
        _set("description", value="x" * 20_001),
        _set("image", "id", value="data:image/png;base64,AAAA"),
        _set("image", "id", value="javascript:alert(1)"),
        _set("validFrom", value="2026-11-21"),
        _set("validFrom", value="2026-11-21T12:00:00+01:00"),
        _set("proof", value=[]),
        _set("evidence", value=[]),
        _set("credentialSubject", "id", value="mailto:ada@example.org"),
        _set("credentialSubject", "identifier", value=[]),
        _set("credentialSubject", "identifier", 0, "identityType", value="emailAddress"),
        _set("credentialSubject", "result", value=[]),
        _set(*RESULT, "value", value=5),
        _set(*RESULT, "value", value="5.0"),
        _set(*RESULT, "value", value="-5"),
        _set(*RESULT, "value", value="3"),
        _set(*RESULT, "status", value="Failed"),
        _set(*RESULT, "achievedLevel", value=f"{ACHIEVEMENT}#criterion/questions/none"),
        _set(*RESULT, "achievedLevel", value=f"{ACHIEVEMENT}#criterion/calm/strong"),
        _set(*RESULT, "resultDescription", value=f"{ACHIEVEMENT}#criterion/none"),
        _set(*RESULT, "resultDescription", value=f"{ACHIEVEMENT}#criterion/calm"),
        _set(*SCALE, "requiredLevel", value=f"{ACHIEVEMENT}#criterion/calm/ready"),
        _set(*SCALE, "requiredLevel", value=f"{ACHIEVEMENT}#criterion/questions/none"),
        _set(*SCALE, "rubricCriterionLevel", value=[]),
        _set(*SCALE, "rubricCriterionLevel", 0, "points", value="9"),
        _set(*SCALE, "rubricCriterionLevel", 0, "points", value=1),
        _set(*SCALE, "id", value=f"{ACHIEVEMENT}#criterion/calm"),
        _set(*ACHIEVED, "alignment", 0, "targetUrl", value=""),
        _set(*ACHIEVED, "alignment", 0, "targetType", value="Skill"),
        _set(*ACHIEVED, "tag", value=["a", "a"]),
        _set(*ACHIEVED, "id", value=f"{BASE}/credentials/3f0c6d0e-8f0b-4d7e-9b57-5f8a2f8f3f10"),
        _set("credentialStatus", value=None),
        _set("credentialStatus", "statusListIndex", value=5),
        _set("credentialStatus", "statusListIndex", value="05"),
        _set("credentialStatus", "statusPurpose", value="suspension"),
        _set("credentialSchema", value=[]),
    ],
    ids=range(50),
)
def test_a_document_that_says_something_else_is_not_signed(change: Change) -> None:
    """Unknown members, other shapes, ids that lead nowhere or belong to two things."""
    document = copy.deepcopy(a_document())
    change(document)

    with pytest.raises(InvalidCredentialError):
        check_before_signing(document)


def outcome_of(document: Mapping[str, object]) -> tuple[str, str]:
    """How checking a document ends."""
    try:
        check_before_signing(document)
    except BadgesError as error:
        return type(error).__name__, str(error)
    return "accepted", ""


@pytest.mark.parametrize("seed", range(6))
def test_a_known_achievement_is_refused_with_what_it_would_be_refused_with(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random faults anywhere in a document: the same outcome when nothing is remembered."""
    chance = random.Random(seed)  # noqa: S311 - dice, not secrets
    check_before_signing(a_document())
    documents = [copy.deepcopy(a_document()) for _ in range(25)]
    for document in documents:
        spoil(chance, document)
    outcomes = [outcome_of(document) for document in documents]

    monkeypatch.setattr("badges.shapes.content_key", lambda _: None)

    assert [outcome_of(document) for document in documents] == outcomes
    assert len(set(outcomes)) > 5


@pytest.mark.parametrize("text", ["a\0b", "a\x7fb", "a\ufffeb", "a\ud800b", "a\x1bb"])
def test_text_that_verifiers_read_differently_is_not_signed(text: str) -> None:
    """Control characters and halves of characters are refused in every text."""
    for change in (
        _set("description", value=text),
        _set("credentialSubject", "identifier", 0, "identityHash", value=text),
        _set(*ACHIEVED, "criteria", "narrative", value=text),
    ):
        document = copy.deepcopy(a_document())
        change(document)

        with pytest.raises(CanonicalizationError):
            check_before_signing(document)


def test_the_place_of_a_fault_is_named() -> None:
    """Who builds a wrong document learns where it is wrong, not what it says."""
    document: Any = copy.deepcopy(a_document())
    document["credentialSubject"]["result"][1]["value"] = "Ada"

    with pytest.raises(InvalidCredentialError) as raised:
        check_before_signing(document)
    assert raised.value.path == "credentialSubject/result/1/value"
    assert "Ada" not in str(raised.value)


def test_a_criterion_without_its_result_is_not_signed() -> None:
    """There is one result for each result description, no more and no fewer."""
    facts = some_facts()
    for results in (facts.results[:1], (*facts.results, facts.results[0])):
        with pytest.raises(InvalidCredentialError):
            check_before_signing(build_credential(some_facts(results=results)))


def test_a_scale_without_a_required_level_is_signed() -> None:
    """An award rule of points alone requires no level."""
    descriptions = [a_result_description(criterion) for criterion in ("questions", "calm")]
    free = tuple(type(item)(**_fields(item) | {"required_level": None}) for item in descriptions)
    document: Any = build_credential(
        some_facts(achievement=an_achievement(result_descriptions=free))
    )

    check_before_signing(document)
    scales = document["credentialSubject"]["achievement"]["resultDescription"]
    assert all("requiredLevel" not in scale for scale in scales)
