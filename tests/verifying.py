"""Verify in one line, and say which check refuses."""

import base64
from collections.abc import Mapping
from datetime import datetime

import pytest

from badges.binding import Resolver
from badges.checks import EVERY_CREDENTIAL, CheckName, CheckState
from badges.errors import VerificationError
from badges.verification import VerifiedCredential, verify
from badges.written import serialize
from tests.credentials import NOW, FakeResolver, a_document, a_signed_credential, issuer_keys


def check(
    data: bytes | str | Mapping[str, object],
    resolver: Resolver | None = None,
    now: datetime = NOW,
) -> VerifiedCredential:
    """Verify with the issuer's own documents and at the time of issuing, unless told."""
    given = serialize(data) if isinstance(data, Mapping) else data
    return verify(given, resolver=resolver or FakeResolver(), now=now)


def refused(
    data: bytes | str | Mapping[str, object],
    resolver: Resolver | None = None,
    now: datetime = NOW,
) -> tuple[CheckName, str]:
    """Return which check fails and why; the checks before it have to have passed."""
    with pytest.raises(VerificationError) as raised:
        check(data, resolver, now)
    checks = raised.value.checks
    assert [item.name for item in checks][: len(EVERY_CREDENTIAL)] == list(EVERY_CREDENTIAL)
    (failed,) = (item for item in checks if item.state is CheckState.FAILED)
    assert all(
        item.state is CheckState.PASSED
        for item in checks[: checks.index(failed)]
        if item.code != "no_status"
    )
    proof = checks[EVERY_CREDENTIAL.index(CheckName.PROOF)]
    assert (raised.value.document is not None) == (proof.state is CheckState.PASSED)
    return failed.name, failed.code


def signed_with(**changes: object) -> dict[str, object]:
    """A credential with other members, properly signed by its issuer."""
    return a_signed_credential(a_document(**changes))


def a_token(header: Mapping[str, object], payload: Mapping[str, object]) -> str:
    """A token of the issuer with exactly this header and payload."""
    parts = [base64.urlsafe_b64encode(serialize(part)).rstrip(b"=") for part in (header, payload)]
    signature = base64.urlsafe_b64encode(issuer_keys()[1].sign(b".".join(parts))).rstrip(b"=")
    return b".".join((*parts, signature)).decode()
