"""A resolver that remembers: asked once for each name; every credential is verified whole."""

from badges.binding import Resolver
from badges.checks import CheckName
from badges.remembering import RememberingResolver
from badges.verification import verify
from badges.written import serialize
from tests.credentials import (
    LIST_URL,
    NOW,
    STATUS_INDEX,
    FakeResolver,
    a_jwt,
    a_signed_credential,
    a_signed_status_list,
    other_keys,
)
from tests.verifying import refused


def test_what_is_the_same_for_all_is_asked_for_once() -> None:
    """The issuer's document, its key and its list, for however many credentials."""
    asked = FakeResolver()
    resolver: Resolver = RememberingResolver(asked)

    for _ in range(3):
        verify(serialize(a_signed_credential()), resolver=resolver, now=NOW)
        verify(a_jwt(), resolver=resolver, now=NOW)

    assert len(asked.asked) == len(set(asked.asked)) == 3


def test_it_is_believed_about_nothing_else() -> None:
    """Behind a good one, another's signature and a revoked place are refused as ever."""
    resolver = RememberingResolver(FakeResolver(lists={LIST_URL: a_signed_status_list(7)}))
    verify(serialize(a_signed_credential()), resolver=resolver, now=NOW)

    forged = a_signed_credential() | {"name": "Another"}
    assert refused(forged, resolver)[0] is CheckName.PROOF
    assert refused(a_jwt(key=other_keys()[1]), resolver)[0] is CheckName.KEY

    revoked = FakeResolver(lists={LIST_URL: a_signed_status_list(STATUS_INDEX)})
    again = RememberingResolver(revoked)
    for _ in range(2):
        assert refused(a_signed_credential(), again) == (CheckName.STATUS, "revoked")
