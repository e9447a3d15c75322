"""The form of a credential that says it was earned, and not how well."""

import json
from datetime import timedelta
from typing import Any

import pytest

from badges.credential import build_credential, check_before_signing
from badges.disclosure import WITHOUT_LEVELS, has_levels, says_the_same, without_levels
from badges.errors import InvalidCredentialError
from badges.written import serialize
from tests.credentials import BASE, NOW, a_signed_credential, some_facts

FORM_ID = f"{BASE}/credentials/another"
LATER = NOW + timedelta(days=3)


def signed() -> bytes:
    """A credential with its levels and its proof."""
    return serialize(a_signed_credential())


def a_form(document: bytes | None = None) -> dict[str, Any]:
    """The form of a signed credential, before it is signed itself."""
    return without_levels(document or signed(), id_=FORM_ID, valid_from=LATER)


def test_a_form_says_everything_but_the_results() -> None:
    """It has an id and a date of its own, and says why there are no results."""
    whole: dict[str, Any] = json.loads(signed())
    form = a_form()

    check_before_signing(form)
    assert form["id"] == FORM_ID
    assert form["validFrom"] == "2026-11-24T12:00:00Z"
    assert form["credentialSubject"]["narrative"] == WITHOUT_LEVELS
    changed = {"id", "validFrom", "credentialSubject", "proof"}
    assert {name: form[name] for name in form if name not in changed} == {
        name: whole[name] for name in whole if name not in changed
    }
    kept = {"id", "type", "identifier", "achievement"}
    assert {name: form["credentialSubject"][name] for name in kept} == {
        name: whole["credentialSubject"][name] for name in kept
    }
    assert form["credentialSubject"].keys() == kept | {"narrative"}


def test_a_form_never_names_the_whole() -> None:
    """Its id is the only door to the results, which hang on it."""
    whole: dict[str, Any] = json.loads(signed())

    assert f"{whole['id']}#result" in json.dumps(whole)
    assert whole["id"] not in json.dumps(a_form())
    assert not has_levels(a_form())
    assert has_levels(whole)


def test_what_says_nothing_about_levels_has_no_such_form() -> None:
    """An attested badge, or the form itself."""
    attested = build_credential(some_facts(results=(), narrative="Attested from before."))

    for document in (serialize(attested), serialize(a_form())):
        with pytest.raises(InvalidCredentialError, match="nothing about levels"):
            a_form(document)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, True), ({"subject_name": "Another Name"}, False), ({"subject_name": None}, False)],
)
def test_a_form_is_compared_with_what_the_credential_says_now(
    changes: dict[str, Any], *, expected: bool
) -> None:
    """Dates and proofs aside: those differ whenever something is issued anew."""
    now = serialize(build_credential(some_facts(valid_from=LATER, **changes)))

    assert says_the_same(serialize(a_form()), now) is expected
