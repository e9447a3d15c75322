"""What the credentials' cases work on: credentials of one rubric badge, each to somebody else.

4.8 kB of JSON unsigned: two criteria with three levels each, two results, an alignment,
evidence and a place in a status list, as the product builds it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import cycle
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from badges.achievement import Status
from badges.credential import build_credential
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.written import serialize
from benchmarks.measuring import Case, in_process
from keys.ring import HeldKey
from keys.signing import Algorithm
from tests.conformance.judges import pem
from tests.credentials import (
    BASE,
    LIST_URL,
    NOW,
    a_result,
    an_achievement,
    es256_key,
    issuer_keys,
    some_facts,
)

CREDENTIALS = 40
"""No operation gets the credential of the one before it."""
_ACHIEVEMENT = an_achievement()


@dataclass(frozen=True)
class Samples:
    """Credentials and the keys that sign them."""

    ed25519: HeldKey
    jwt_keys: tuple[HeldKey, ...]

    @cached_property
    def documents(self) -> tuple[dict[str, Any], ...]:
        """Unsigned credentials."""
        return tuple(map(_document, range(CREDENTIALS)))

    @cached_property
    def signed(self) -> tuple[bytes, ...]:
        """The credentials with a Data Integrity proof, as bytes."""
        sign = partial(add_data_integrity_proof, signer=self.ed25519, created=NOW)
        return tuple(serialize(sign(one)) for one in self.documents)

    @cached_property
    def tokens(self) -> dict[Algorithm, tuple[str, ...]]:
        """The credentials as compact JWTs."""
        return {
            key.algorithm: tuple(sign_vc_jwt(one, key) for one in self.documents)
            for key in self.jwt_keys
        }


def make_samples() -> Samples:
    """Return samples of the issuer that the tests know."""
    ed25519, rsa = issuer_keys()
    return Samples(ed25519, (rsa, es256_key()))


def each(
    name: str,
    operate: Callable[[Any], object],
    values: Sequence[Any],
    *,
    count: int,
    peer: str = "",
) -> Case:
    """Return a case that does something with one value after the other."""
    left = cycle(values)

    def prepare(asked: int) -> list[Any]:
        return [partial(operate, next(left)) for _ in range(asked)]

    return in_process(name, prepare, count=count, peer=peer)


def _document(number: int) -> dict[str, Any]:
    id_ = f"{BASE}/credentials/{UUID(int=number)}"
    facts = some_facts(
        id=id_,
        achievement=_ACHIEVEMENT,
        subject_id=f"urn:uuid:{UUID(int=number)}",
        subject_name=f"Ada Lovelace {number}",
        results=(
            a_result(id_, "questions", "strong", 5),
            a_result(id_, "calm", "ready", 3),
        ),
        status=Status(list_url=LIST_URL, index=number * 1009),
    )
    return build_credential(facts)


def private_of(key: HeldKey) -> object:
    """Return the private key as the cryptography library has it."""
    assert key.signing is not None
    return load_der_private_key(key.signing.private_bytes(), password=None)


def pem_of(key: HeldKey) -> tuple[bytes, bytes]:
    """Return the private and the public half as PEM."""
    private: Any = private_of(key)
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        pem(key.public),
    )
