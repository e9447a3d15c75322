"""VC-JWTs that somebody changed."""

import base64
import hmac
import json
from collections.abc import Mapping
from hashlib import sha256

from badges.checks import CheckName
from badges.credential import build_credential
from badges.written import serialize
from keys.jwk import public_jwk
from keys.ring import HeldKey
from tests.conformance.judges import TODAY, pem
from tests.conformance.tampering import REMOVED, Form, Judge, Tampering, edited
from tests.credentials import ACHIEVEMENT, BASE, a_jwt, issuer_keys, other_keys, some_facts
from tests.verifying import a_token

_RSA, _OTHER = issuer_keys()[1], other_keys()[1]
_CALM = ("credentialSubject", "result", 1)
_HEADER, _KEY = (CheckName.PARSE, "jwt_header"), CheckName.KEY
_SIGNED = (CheckName.PROOF, "signature")
_PARTS = (CheckName.PARSE, "jwt_parts")
_UNREACHED = (_KEY, "issuer_unreachable")

_HEADERS: tuple[tuple[str, dict[str, object], tuple[str, str]], ...] = (
    ("algorithm none", {"alg": "none"}, _HEADER),
    ("algorithm swapped", {"alg": "ES256"}, (CheckName.PROOF, "key_algorithm")),
    ("algorithm weakened", {"alg": "RS1"}, _HEADER),
    ("type swapped", {"typ": "at+jwt"}, _HEADER),
    ("critical extension", {"crit": ["exp"]}, _HEADER),
    ("critical extension with its value", {"crit": ["b64"], "b64": False}, _HEADER),
    ("key at an address of a stranger", {"kid": "https://mallory.example.com/key"}, _UNREACHED),
    ("key named by no address", {"kid": "a-key"}, (_KEY, "key_not_vouched_for")),
)
"""Members of the header that somebody changed, with the signature left as it was."""

_CLAIMS: tuple[tuple[str, str, object, tuple[str, str]], ...] = (
    ("claim of another credential", "jti", f"{BASE}/credentials/1", (CheckName.PROOF, "claim_jti")),
    ("claim of another subject", "sub", "urn:uuid:1", (CheckName.PROOF, "claim_sub")),
    (
        "claim of another issuer",
        "iss",
        "did:web:x.example.com",
        (CheckName.PROOF, "claim_iss"),
    ),
    ("claim of an earlier start", "nbf", 1_577_836_800, (CheckName.PROOF, "claim_nbf")),
    ("claim of an end", "exp", 4_070_908_800, (CheckName.PROOF, "claim_exp")),
    ("claim left out", "jti", REMOVED, (CheckName.PROOF, "claim_jti")),
    ("claim with the credential again", "vc", {}, (CheckName.PARSE, "jwt_vc_claim")),
)
"""Claims that say something else than the credential, though the issuer's key signed both."""

_UNCOMPARED = "it does not compare this claim with the credential"
_ACCEPTED = {
    "token, claim of an earlier start": {Judge.OPENBADGESLIB: _UNCOMPARED},
    "token, claim of an end": {
        Judge.OPENBADGESLIB: _UNCOMPARED,
        Judge.JOSE: "the script around it compares the end where the credential has one",
    },
    "token, claim with the credential again": {
        Judge.OPENBADGESLIB: "it passes over an empty claim of the former kind"
    },
}


def tampered_tokens() -> list[Tampering]:
    """Return every tampering of a VC-JWT."""
    token = _token()
    return [
        *_headers(token),
        *_claims(token),
        *_payloads(token),
        *_signatures(token),
    ]


def harmless_tokens() -> dict[str, bytes]:
    """Return what is as good as the token that we issue."""
    token = _token()
    header, payload = map(_decode, token.split(".")[:2])
    return {
        "issued.jwt": token.encode(),
        "claims-first.jwt": a_token(header, dict(reversed(payload.items()))).encode(),
        "no-type.jwt": a_token({n: v for n, v in header.items() if n != "typ"}, payload).encode(),
    }


def _token(name: str = "Ada Lovelace") -> str:
    facts = some_facts(awarded_at=TODAY, valid_from=TODAY, subject_name=name)
    return a_jwt(build_credential(facts))


def _headers(token: str) -> list[Tampering]:
    header, payload, signature = token.split(".")
    return [
        _tampering(
            f"token, {name}",
            ".".join((_encode({**_decode(header), **changes}), payload, signature)),
            said,
        )
        for name, changes, said in _HEADERS
    ]


def _claims(token: str) -> list[Tampering]:
    header, payload = map(_decode, token.split(".")[:2])
    return [
        _tampering(f"token, {name}", a_token(header, edited(payload, claim, to=to)), said)
        for name, claim, to, said in _CLAIMS
    ]


def _payloads(token: str) -> list[Tampering]:
    """Another payload under the signature as it was."""
    header, payload, signature = token.split(".")
    credential = _decode(payload)
    changed = {
        "subject swapped": edited(credential, "credentialSubject", "id", to="urn:uuid:1"),
        "level raised": edited(
            credential, *_CALM, "achievedLevel", to=f"{ACHIEVEMENT}#criterion/calm/strong"
        ),
        "name changed": edited(credential, "name", to="Leading Closely"),
        "status taken away": edited(credential, "credentialStatus", to=REMOVED),
        "payload of another token": _decode(_token("Eve").split(".")[1]),
    }
    return [
        _tampering(f"token, {name}", f"{header}.{_encode(value)}.{signature}", _SIGNED)
        for name, value in changed.items()
    ]


def _signatures(token: str) -> list[Tampering]:
    header, payload, signature = token.split(".")
    forged = f"{_encode({**_decode(header), 'alg': 'HS256'})}.{payload}"
    mac = hmac.digest(pem(_RSA.public), forged.encode(), sha256)
    other = a_jwt(_decode(payload, without_claims=True), _OTHER)
    in_our_name = HeldKey(id=_RSA.id, public=_OTHER.public, signing=_OTHER.signing)
    as_ours = a_jwt(_decode(payload, without_claims=True), in_our_name)
    brought = {"alg": "RS256", "typ": "JWT", "jwk": public_jwk(_OTHER.public)}
    brought_input = f"{_encode(brought)}.{payload}"
    middle = len(signature) // 2
    bit = "A" if signature[middle] != "A" else "B"
    return [
        _tampering(
            "token, a bit of the signature",
            f"{header}.{payload}.{signature[:middle]}{bit}{signature[middle + 1 :]}",
            _SIGNED,
        ),
        _tampering("token, signature taken away", f"{header}.{payload}.", _PARTS),
        _tampering("token, no signature part", f"{header}.{payload}", _PARTS),
        _tampering("token, the public key as a shared secret", f"{forged}.{_text(mac)}", _HEADER),
        _tampering("token, signed by another key", other, _UNREACHED),
        _tampering("token, signed by another key in our name", as_ours, _SIGNED),
        _tampering(
            "token, brings a key of its own",
            f"{brought_input}.{_text(_OTHER.sign(brought_input.encode()))}",
            (_KEY, "key_not_vouched_for"),
        ),
    ]


def _tampering(name: str, token: str, said: tuple[str, str]) -> Tampering:
    check, code = said
    return Tampering(
        name=name,
        form=Form.TOKEN,
        data=token.encode(),
        check=check,
        code=code,
        accepted_by=_ACCEPTED.get(name, {}),
    )


def _decode(part: str, *, without_claims: bool = False) -> dict[str, object]:
    members: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    claims = {"iss", "jti", "sub", "nbf", "exp"} if without_claims else set()
    return {name: value for name, value in members.items() if name not in claims}


def _encode(members: Mapping[str, object]) -> str:
    return _text(serialize(members))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
