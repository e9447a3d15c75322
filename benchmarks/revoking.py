"""One revocation in a list with one entry in a hundred set: flip, encode, sign, serialize."""

import random
from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from openbadgeslib.ob3 import status_list

from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.status_list import StatusList, build_status_list_credential, serialize_list
from benchmarks.measuring import Case
from benchmarks.peers import NodePeer
from benchmarks.samples import Samples, each, pem_of
from benchmarks.targets import at_least, at_most
from tests.credentials import DID, LIST_URL, NOW

SMALL, LARGE = 131_072, 1_048_576
_SET = 100
"""One of so many entries is set."""
_OWN, _SLOW, _SLOWEST = 300, 10, 2
CHECK = "status from a decoded list"


def _own(entries: int) -> str:
    return f"revoke, {entries:,}"


def _library(entries: int) -> str:
    return f"openbadgeslib revoke, {entries:,}"


def _node(entries: int) -> str:
    return f"npm revoke, {entries:,}"


BOTH = f"{_own(SMALL)}, both forms"
TARGETS = (
    at_least("revocation", _own(LARGE), 200, _library(LARGE)),
    at_least("revocation", _own(LARGE), 35, _node(LARGE)),
    at_most("revocation", _own(LARGE), 1.5, _own(SMALL)),
    at_most("revocation", CHECK, 1e-6),
)


@cache
def revoked(entries: int) -> tuple[int, ...]:
    """Return the entries that are set."""
    return tuple(random.Random(entries).sample(range(entries), entries // _SET))  # noqa: S311


def make_cases(samples: Samples, node: NodePeer | None) -> list[Case]:
    """Return both sizes by each who can, and the look at one bit."""
    large = StatusList.empty(LARGE).with_set(revoked(LARGE))
    cases = [
        _case(samples, SMALL, peer=""),
        _case(samples, LARGE, peer=_own(SMALL)),
        _both_forms(samples),
        each(CHECK, large.is_set, range(0, LARGE, 4099), count=20_000),
    ]
    for entries, count in ((SMALL, _SLOW), (LARGE, _SLOWEST)):
        cases.append(_openbadgeslib(samples, entries, count))
        if node is not None:
            peer = _own(entries)
            cases.append(node.case(_node(entries), f"revoke {entries}", count=_SLOW, peer=peer))
    return cases


def _case(samples: Samples, entries: int, *, peer: str) -> Case:
    before = StatusList.empty(entries).with_set(revoked(entries))
    before.encode()

    def revoke(index: int) -> bytes:
        unsigned = _unsigned(before.with_set([index]))
        return serialize_list(add_data_integrity_proof(unsigned, samples.ed25519, created=NOW))

    return each(_own(entries), revoke, _fresh(entries), count=_OWN, peer=peer)


def _both_forms(samples: Samples) -> Case:
    """As the product signs its lists."""
    before = StatusList.empty(SMALL).with_set(revoked(SMALL))
    before.encode()

    def revoke(index: int) -> tuple[bytes, str]:
        unsigned = _unsigned(before.with_set([index]))
        signed = serialize_list(add_data_integrity_proof(unsigned, samples.ed25519, created=NOW))
        return signed, sign_vc_jwt(unsigned, samples.jwt_keys[0])

    return each(BOTH, revoke, _fresh(SMALL), count=_OWN, peer=_own(SMALL))


def _unsigned(status_list: StatusList) -> dict[str, object]:
    return build_status_list_credential(
        status_list,
        url=LIST_URL,
        issuer_id=DID,
        valid_from=NOW,
        valid_until=NOW + timedelta(days=60),
    )


def _openbadgeslib(samples: Samples, entries: int, count: int) -> Case:
    private, _ = pem_of(samples.ed25519)
    before = list(revoked(entries))

    def revoke(index: int) -> str:
        document = status_list.build_status_list_credential(
            DID, LIST_URL, "revocation", [*before, index], entries, issued=NOW
        )
        return str(status_list.sign_status_list_credential(document, private, "EdDSA"))

    return each(_library(entries), revoke, _fresh(entries), count=count, peer=_own(entries))


def _fresh(entries: int) -> Sequence[int]:
    """Entries that are not set, far from each other."""
    taken = set(revoked(entries))
    return [index for index in range(1, entries, entries // 9973) if index not in taken]
