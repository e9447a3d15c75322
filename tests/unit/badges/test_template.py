"""Credentials from a template are, byte for byte, what they are without one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.achievement import Evidence, Status
from badges.credential import CredentialFacts, build_credential, check_before_signing
from badges.instants import format_instant
from badges.proof import add_data_integrity_proof
from badges.template import NoTemplateError, Proof, Template, fits, name_of
from badges.written import serialize
from tests.credentials import BASE, LIST_URL, NOW, a_result, issuer_keys, some_facts

LEVELS = {"questions": {"ready": 3, "strong": 5}, "calm": {"ready": 3, "strong": 5}}
Values = dict[str, str]


def some_values(name: str = "Ada Lovelace") -> Values:
    """Values of one credential."""
    return {
        "id": str(uuid4()),
        "subject": str(uuid4()),
        "name": name,
        "page": str(uuid4()),
        "index": str(uuid4().int % 900_000_000 + 100_000_000),
        "at": format_instant(NOW + timedelta(seconds=uuid4().int % 1_000_000_000)),
    }


def facts_of(values: Mapping[str, str], questions: str, calm: str) -> CredentialFacts:
    """The same as facts, with these levels."""
    id_, at = f"{BASE}/credentials/{values['id']}", datetime.fromisoformat(values["at"])
    given_ = {"questions": questions, "calm": calm}
    return some_facts(
        id=id_,
        subject_id=f"urn:uuid:{values['subject']}",
        subject_name=values["name"],
        evidence=(
            Evidence(url=f"{BASE}/evidence/{values['page']}", name="Work", narrative="Assessed."),
        ),
        status=Status(list_url=LIST_URL, index=int(values["index"])),
        results=tuple(
            a_result(id_, criterion, level, LEVELS[criterion][level])
            for criterion, level in given_.items()
        ),
        awarded_at=at,
        valid_from=at,
    )


def results_of(document: dict[str, Any]) -> list[str]:
    """The names of a document's results."""
    return [name_of(one) for one in document["credentialSubject"]["result"]]


@pytest.fixture(scope="module")
def template() -> Template:
    """Learned from one document with each level once."""
    values = some_values("Stand In")
    template = Template(build_credential(facts_of(values, "ready", "strong")), values)
    values = some_values("Stand In")
    template.learn(build_credential(facts_of(values, "strong", "ready")), values)
    return template


NAMES = st.text(st.characters(max_codepoint=0xD7FF, exclude_categories=["C", "Z"]), min_size=1)


@given(
    name=NAMES.filter(fits),
    questions=st.sampled_from(["ready", "strong"]),
    calm=st.sampled_from(["ready", "strong"]),
)
def test_it_is_the_same_credential(
    template: Template, name: str, questions: str, calm: str
) -> None:
    """With other values, in any script, and results that never came together before."""
    values, key = some_values(name), issuer_keys()[0]
    document = build_credential(facts_of(values, questions, calm))
    filler = template.filler(results_of(document))
    assert filler is not None

    signed = filler.sign(tuple(values.values()), Proof(document["@context"], key, created=NOW))

    check_before_signing(document)
    assert signed == serialize(add_data_integrity_proof(document, key, created=NOW))


@given(st.text())
def test_text_that_fits_is_taken_by_whoever_signs(name: str) -> None:
    """Not all that may be signed fits, but all that fits may be signed."""
    values = some_values(name)
    if not fits(name):
        return
    check_before_signing(build_credential(facts_of(values, "ready", "ready")))


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a\nb",
        'a"b',
        "a\\b",
        "a\x7f",
        "a\ufffe",
        "a\ue000",
        "\U0001f600",
        "a\u2028",
        "a" * 201,
    ],
)
def test_other_text_does_not_fit(name: str) -> None:
    """It is escaped, sorts in two ways, is refused by some, or is too long to be a name."""
    assert not fits(name)


def test_a_key_may_be_called_whatever_the_template_calls_its_values() -> None:
    """Its name is an issuer's host and path, which anybody chooses."""
    key = replace(issuer_keys()[0], id="did:web:stand-in:issuers:harbour#key")
    values = some_values()
    facts = facts_of(values, "ready", "ready")
    document = build_credential(facts)
    template = Template(document, values)
    filler = template.filler(results_of(document))
    assert filler is not None

    proof = Proof(document["@context"], key, created=NOW)
    expected = serialize(add_data_integrity_proof(document, key, created=NOW))
    assert filler.sign(tuple(values.values()), proof) == expected


def test_results_that_were_not_learned_are_not_made_up() -> None:
    """Of one level, in another order, one too few: there is nothing that fills them in."""
    values = some_values("Stand In")
    document = build_credential(facts_of(values, "ready", "ready"))
    learned = Template(document, values)
    known = results_of(document)
    others = results_of(build_credential(facts_of(some_values(), "strong", "ready")))

    assert learned.filler(known)
    assert [learned.filler(one) for one in (others, known[::-1], known[:1], [])] == [None] * 4


def test_a_document_that_differs_in_more_is_not_learned(template: Template) -> None:
    """Results are all that a second document may add."""
    values = some_values("Stand In")
    facts = replace(facts_of(values, "ready", "ready"), narrative="For something else.")

    with pytest.raises(NoTemplateError, match="more than"):
        template.learn(build_credential(facts), values)


def test_what_the_values_could_move_is_no_template() -> None:
    """Two lines that differ first in values, or several nodes whose labels depend on them."""
    values = some_values("Stand In")
    facts = facts_of(values, "ready", "ready")
    pages = tuple(
        Evidence(url=f"{BASE}/evidence/{values[name]}", name="Work", narrative="Assessed.")
        for name in ("page", "subject")
    )
    with pytest.raises(NoTemplateError, match="order"):
        Template(build_credential(replace(facts, evidence=pages)), values)

    document: Any = build_credential(facts)
    document["credentialSubject"]["identifier"].append(
        {"type": "IdentityObject", "hashed": False, "identityHash": "1", "identityType": "lisId"}
    )
    with pytest.raises(NoTemplateError, match="blank"):
        Template(document, values)
