"""VC-JWT: sign and verify one credential with each algorithm that we sign with."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from openbadgeslib.ob3.verifier import OB3Verifier

from badges.proof import sign_vc_jwt, verify_vc_jwt
from benchmarks.measuring import Case
from benchmarks.peers import NodePeer
from benchmarks.samples import Samples, each, pem_of, private_of
from benchmarks.targets import Target, at_least, at_most
from keys.ring import HeldKey
from keys.signing import Algorithm

_COUNT, _SLOW = 900, 20
_ARGUMENTS: dict[Algorithm, tuple[Any, ...]] = {
    Algorithm.RS256: (PKCS1v15(), SHA256()),
    Algorithm.ES256: (ECDSA(SHA256()),),
}
_AT_MOST = {Algorithm.RS256: (1.1, 2.7), Algorithm.ES256: (1.7, 1.65)}
"""What signing and verifying may cost, as multiples of the bare ones."""


def _sign(algorithm: Algorithm) -> str:
    return f"{algorithm.value} sign"


def _verify(algorithm: Algorithm) -> str:
    return f"{algorithm.value} verify"


def _targets() -> tuple[Target, ...]:
    bounds = [
        at_most("VC-JWT", name(algorithm), bound, f"raw {name(algorithm)}")
        for algorithm, both in _AT_MOST.items()
        for name, bound in zip((_sign, _verify), both, strict=True)
    ]
    verify = _verify(Algorithm.RS256)
    return (
        *bounds,
        at_least("VC-JWT", verify, 5.5, f"PyJWT {verify}"),
        at_least("VC-JWT", verify, 12, f"openbadgeslib {verify}"),
    )


TARGETS = _targets()


def make_cases(samples: Samples, node: NodePeer | None) -> list[Case]:
    """Return our own, the bare signatures, and every peer that is there, for each algorithm."""
    return [case for key in samples.jwt_keys for case in _cases_of(samples, key, node)]


def _cases_of(samples: Samples, key: HeldKey, node: NodePeer | None) -> list[Case]:
    sign, verify = _sign(key.algorithm), _verify(key.algorithm)
    tokens = samples.tokens[key.algorithm]
    own = [
        each(
            sign,
            lambda one: sign_vc_jwt(one, key),
            samples.documents,
            count=_COUNT,
            peer=f"raw {sign}",
        ),
        each(
            verify,
            lambda token: verify_vc_jwt(token, key.public),
            tokens,
            count=_COUNT,
            peer=f"raw {verify}",
        ),
    ]
    others = [*_pyjwt(samples, key), *_joserfc(samples, key), *_openbadgeslib(samples, key)]
    if node is not None:
        others += [
            node.case(f"jose {sign}", f"sign {key.algorithm.value}", count=_COUNT, peer=sign),
            node.case(f"jose {verify}", f"verify {key.algorithm.value}", count=_COUNT, peer=verify),
        ]
    return [*own, *_raw(key, tokens), *others]


def _raw(key: HeldKey, tokens: Sequence[str]) -> list[Case]:
    """Return what the bare signatures of the very tokens take."""
    private: Any = private_of(key)
    public, arguments = private.public_key(), _ARGUMENTS[key.algorithm]
    inputs = [token.rpartition(".")[0].encode() for token in tokens]
    signed = [(private.sign(data, *arguments), data) for data in inputs]
    return [
        each(
            f"raw {_sign(key.algorithm)}",
            lambda data: private.sign(data, *arguments),
            inputs,
            count=_COUNT,
        ),
        each(
            f"raw {_verify(key.algorithm)}",
            lambda one: public.verify(*one, *arguments),
            signed,
            count=_COUNT,
        ),
    ]


def _pyjwt(samples: Samples, key: HeldKey) -> list[Case]:
    private: Any = private_of(key)
    public, name = private.public_key(), key.algorithm.value
    return _both(
        "PyJWT",
        samples,
        key,
        sign=lambda one: jwt.encode(one, private, algorithm=name, headers={"kid": key.id}),
        verify=lambda token: jwt.decode(token, public, algorithms=[name]),
    )


def _joserfc(samples: Samples, key: HeldKey) -> list[Case]:
    try:
        joserfc, jwk = import_module("joserfc.jwt"), import_module("joserfc.jwk")
    except ImportError:
        return []
    name, kind = key.algorithm.value, {"RS256": "RSA", "ES256": "EC"}[key.algorithm.value]
    own: Any = jwk.import_key(pem_of(key)[0], kind)
    header = {"alg": name, "typ": "JWT", "kid": key.id}
    return _both(
        "joserfc",
        samples,
        key,
        sign=lambda one: joserfc.encode(header, one, own, algorithms=[name]),
        verify=lambda token: joserfc.decode(token, own, algorithms=[name]),
    )


def _both(
    library: str,
    samples: Samples,
    key: HeldKey,
    *,
    sign: Callable[[Any], object],
    verify: Callable[[Any], object],
) -> list[Case]:
    """Return what a library takes to sign the documents and to verify the tokens."""
    return [
        each(f"{library} {name}", operate, values, count=_COUNT, peer=name)
        for name, operate, values in (
            (_sign(key.algorithm), sign, samples.documents),
            (_verify(key.algorithm), verify, samples.tokens[key.algorithm]),
        )
    ]


def _openbadgeslib(samples: Samples, key: HeldKey) -> list[Case]:
    verifier = OB3Verifier(pem_of(key)[1])
    return [
        each(
            f"openbadgeslib {_verify(key.algorithm)}",
            verifier.verify,
            samples.tokens[key.algorithm],
            count=_SLOW,
            peer=_verify(key.algorithm),
        )
    ]


def node_samples(samples: Samples) -> dict[str, object]:
    """Return what the peers on Node.js need of this: keys as PEM, and tokens."""
    return {
        key.algorithm.value: {
            "secret": pem_of(key)[0].decode(),
            "open": pem_of(key)[1].decode(),
            "tokens": samples.tokens[key.algorithm],
        }
        for key in samples.jwt_keys
    }
