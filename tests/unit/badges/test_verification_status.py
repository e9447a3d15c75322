"""A revoked credential fails, and so does one whose status cannot be found out."""

from collections.abc import Callable
from typing import Any

import pytest

from badges.checks import Check, CheckName, CheckState
from badges.errors import VerificationError
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.written import serialize
from keys.ring import HeldKey
from tests.credentials import (
    DID,
    LIST_URL,
    NOW,
    STATUS_INDEX,
    FakeResolver,
    a_document,
    a_jwt,
    a_signed_credential,
    a_signed_status_list,
    a_status_list_credential,
    issuer_keys,
    other_keys,
)
from tests.verifying import check, refused, signed_with

ED25519, RSA = issuer_keys()
OTHER_ED25519, OTHER_RSA = other_keys()
STATUS: dict[str, Any] = a_document()["credentialStatus"]  # type: ignore[assignment]


def statuses(*checks: Check) -> dict[CheckName, CheckState]:
    """The states by name."""
    return {item.name: item.state for item in checks}


def test_a_revoked_credential_fails_in_both_forms() -> None:
    """The bit decides; proof and dates still hold, and the document is still known."""
    resolver = FakeResolver(lists={LIST_URL: a_signed_status_list(STATUS_INDEX)})

    for data in (serialize(a_signed_credential()), a_jwt()):
        assert refused(data, resolver) == (CheckName.STATUS, "revoked")
        with pytest.raises(VerificationError) as raised:
            check(data, resolver)
        assert raised.value.document == a_document()


def test_the_bits_of_others_change_nothing() -> None:
    """Only the credential's own bit counts."""
    lists = {LIST_URL: a_signed_status_list(STATUS_INDEX - 1, STATUS_INDEX + 1, 0)}

    check(a_signed_credential(), FakeResolver(lists=lists))


def test_a_list_may_be_a_jwt() -> None:
    """Both forms of a list are read."""
    for revoked in ((), (STATUS_INDEX,)):
        token = sign_vc_jwt(a_status_list_credential(*revoked), RSA)
        resolver = FakeResolver(lists={LIST_URL: token.encode()})
        if revoked:
            assert refused(a_signed_credential(), resolver) == (CheckName.STATUS, "revoked")
        else:
            check(a_signed_credential(), resolver)


def test_a_list_may_be_for_several_purposes() -> None:
    """Revocation has to be one of them."""
    served = _list_subject(statusPurpose=["suspension", "revocation"])

    check(a_signed_credential(), FakeResolver(lists={LIST_URL: served}))


def test_an_expired_and_revoked_credential_says_both() -> None:
    """One fault does not hide the other."""
    resolver = FakeResolver(lists={LIST_URL: a_signed_status_list(STATUS_INDEX)})
    data = signed_with(validUntil="2026-11-21T12:00:00Z")

    with pytest.raises(VerificationError) as raised:
        check(data, resolver)
    failed = [item.code for item in raised.value.checks if item.state is CheckState.FAILED]
    assert failed == ["expired", "revoked"]
    assert str(raised.value) == "dates: expired, status: revoked"


def test_a_credential_without_status_is_not_checked_for_one() -> None:
    """It can never be revoked; the page says so."""
    document = a_document()
    del document["credentialStatus"]

    for data in (serialize(a_signed_credential(document)), a_jwt(document)):
        checks = check(data).checks
        assert statuses(*checks)[CheckName.STATUS] is CheckState.NOT_CHECKED
        assert checks[-1].code == "no_status"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "1EdTechRevocationList"},
        {"statusPurpose": "suspension"},
        {"statusPurpose": ["revocation"]},
        {"statusListIndex": 94567},
        {"statusListIndex": "-1"},
        {"statusListIndex": "0x1"},
        {"statusListIndex": " 1"},
        {"statusListIndex": "٣"},
        {"statusListIndex": "9" * 5000},
        {"statusListCredential": None},
        {"statusListCredential": [LIST_URL]},
        {"statusSize": 2},
        {"statusSize": "1"},
    ],
    ids=range(13),
)
def test_a_status_that_we_do_not_read_fails(change: dict[str, object]) -> None:
    """The credential may well be revoked, so it is not called valid."""
    resolver = FakeResolver()
    data = a_jwt(a_document(credentialStatus=STATUS | change))

    assert refused(data, resolver) == (CheckName.STATUS, "status_not_supported")
    assert LIST_URL not in resolver.asked


def test_an_index_outside_the_list_fails() -> None:
    """An index beyond the end is not "not revoked"."""
    data = a_jwt(a_document(credentialStatus=STATUS | {"statusListIndex": "131072"}))

    assert refused(data) == (CheckName.STATUS, "status_list_not_valid")


def test_an_unreachable_list_fails() -> None:
    """What cannot be looked up is not called valid."""
    resolver = FakeResolver(lists={})

    assert refused(a_signed_credential(), resolver) == (CheckName.STATUS, "status_list_unreachable")


LIST_SUBJECT: dict[str, Any] = a_status_list_credential()["credentialSubject"]  # type: ignore[assignment]


def _signed_list(signer: HeldKey = ED25519, **changes: object) -> bytes:
    document = {**a_status_list_credential(), **changes}
    return serialize(add_data_integrity_proof(document, signer, created=NOW))


def _list_subject(**changes: object) -> bytes:
    return _signed_list(credentialSubject=LIST_SUBJECT | changes)


@pytest.mark.parametrize(
    ("served", "reason"),
    [
        (lambda: b"", "jwt_parts"),
        (lambda: b"<html>404</html>", "jwt_parts"),
        (lambda: b"{}", "no_proof_that_we_verify"),
        (lambda: serialize(a_status_list_credential()), "no_proof_that_we_verify"),
        (lambda: b"x" * 1_000_001, "too_large"),
        (lambda: serialize(a_signed_credential()), "wrong_shape"),
        (lambda: _signed_list(id=f"{LIST_URL}/other"), "another_issuer_or_list"),
        (lambda: _signed_list(issuer="did:web:evil.example"), "another_issuer_or_list"),
        (lambda: _signed_list(OTHER_ED25519), "key_not_vouched_for"),
        (lambda: _signed_list(validUntil="2026-11-21T12:00:00Z"), "expired"),
        (lambda: _signed_list(validFrom="2026-11-22T12:00:00Z"), "not_yet_valid"),
        (lambda: _signed_list(type=["VerifiableCredential"]), "wrong_shape"),
        (lambda: _list_subject(statusPurpose="suspension"), "wrong_shape"),
        (lambda: _list_subject(statusPurpose=["suspension"]), "wrong_shape"),
        (lambda: _list_subject(encodedList="uAAAA"), "status_list_invalid"),
        (lambda: _list_subject(encodedList="u" + "A" * 100), "status_list_invalid"),
        (
            lambda: a_signed_status_list(STATUS_INDEX).replace(
                b'"encodedList":"u', b'"encodedList":"uA'
            ),
            "signature",
        ),
    ],
    ids=range(17),
)
def test_a_hostile_list_fails(served: Callable[[], bytes], reason: str) -> None:
    """Unsigned, of somebody else, expired, of another purpose, broken: none says "not revoked"."""
    resolver = FakeResolver(lists={LIST_URL: served()})

    with pytest.raises(VerificationError) as raised:
        check(a_signed_credential(), resolver)
    failed = raised.value.checks[-1]
    assert (failed.code, failed.facts["reason"]) == ("status_list_not_valid", reason)


def test_no_list_is_fetched_for_what_nobody_signed() -> None:
    """A forger does not choose what we fetch, beyond the issuer's document."""
    resolver = FakeResolver()
    status = STATUS | {"statusListCredential": "http://169.254.169.254/latest"}
    refused({**a_signed_credential(), "credentialStatus": status}, resolver)

    assert resolver.asked == [DID]
