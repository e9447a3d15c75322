"""The compact JWS that carries a launch: taken apart, verified, checked in time.

The signature is checked here, on key objects that the JWKS cache keeps: it costs
a tenth of what PyJWT takes with a PEM key. Nothing of a token counts until
`verify_signature` has returned.

Source: RFC 7515 section 5.2, RFC 7519, 1EdTech Security Framework 1.0 section 5.1.3.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NoReturn

from keys.errors import InvalidSignatureError
from keys.signing import PublicKey
from lti_tool.lti.refusals import Refusal, refused

# Launches with long course histories reach some 20 KB.
TOKEN_MAXIMUM_CHARACTERS: Final = 64 * 1024
LEEWAY_SECONDS: Final = 60
MAXIMUM_AGE_SECONDS: Final = 3600
MAXIMUM_LIFE_SECONDS: Final = 24 * 3600
KEY_ID_MAXIMUM_CHARACTERS: Final = 512

# The year 10000: what lies beyond is no date, and too large for a float.
_END_OF_TIME: Final = 253_402_300_800

_PART: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class IDToken:
    """A token taken apart. Its claims are unverified until `verify_signature` returns."""

    key_id: str
    claims: Mapping[str, object] = field(repr=False)
    signed_bytes: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def verify_signature(self, key: PublicKey) -> None:
        """Return if `key` signed the token.

        Raises:
            LaunchRejectedError: `signature_invalid`.
        """
        try:
            key.verify(self.signature, self.signed_bytes)
        except InvalidSignatureError as exc:
            raise refused(Refusal.SIGNATURE_INVALID) from exc


def parse_id_token(text: str) -> IDToken:
    """Take a compact JWS apart.

    Raises:
        LaunchRejectedError: `token_malformed`, `algorithm_refused` (all but RS256, and
            critical extensions, of which we know none), or `key_unnamed`.
    """
    parts = text.split(".") if len(text) <= TOKEN_MAXIMUM_CHARACTERS else []
    if len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):  # noqa: PLR2004 - RFC 7515
        raise refused(Refusal.TOKEN_MALFORMED)
    header, claims = _json_object(parts[0]), _json_object(parts[1])
    if header.get("alg") != "RS256" or "crit" in header:
        raise refused(Refusal.ALGORITHM_REFUSED)
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= KEY_ID_MAXIMUM_CHARACTERS:
        raise refused(Refusal.KEY_UNNAMED)
    return IDToken(
        key_id=key_id,
        claims=claims,
        signed_bytes=f"{parts[0]}.{parts[1]}".encode(),
        signature=_decode(parts[2]),
    )


def check_times(claims: Mapping[str, object], *, now: datetime) -> None:
    """Return if the token is of this hour.

    A minute of difference between the clocks is forgiven. A token may be used for
    an hour after it was issued, whatever end it gives itself.

    Raises:
        LaunchRejectedError: `time_missing`, `token_expired`, `token_from_future` or
            `token_too_old`.
    """
    issued, expires = _instant(claims, "iat"), _instant(claims, "exp")
    present = now.timestamp()
    if expires <= present - LEEWAY_SECONDS:
        raise refused(Refusal.TOKEN_EXPIRED)
    if issued > present + LEEWAY_SECONDS:
        raise refused(Refusal.TOKEN_FROM_FUTURE)
    is_aged = issued < present - MAXIMUM_AGE_SECONDS - LEEWAY_SECONDS
    if is_aged or expires - issued > MAXIMUM_LIFE_SECONDS:
        raise refused(Refusal.TOKEN_TOO_OLD)


def audience_of(claims: Mapping[str, object]) -> str:
    """Return the client id that the token is for.

    With several audiences `azp` must say which; whenever it is there, it must be
    one of them.

    Raises:
        LaunchRejectedError: `audience_invalid`.

    Source: OpenID Connect Core section 3.1.3.7, points 3 to 5.
    """
    audience, party = claims.get("aud"), claims.get("azp")
    audiences = audience if isinstance(audience, list) else [audience]
    if not audiences or not all(isinstance(one, str) and one for one in audiences):
        raise refused(Refusal.AUDIENCE_INVALID, "aud")
    if party is None and len(audiences) == 1:
        return str(audiences[0])
    if not isinstance(party, str) or party not in audiences:
        raise refused(Refusal.AUDIENCE_INVALID, "azp")
    return party


def _instant(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused(Refusal.TIME_MISSING, name)
    if not 0 <= value < _END_OF_TIME:
        raise refused(Refusal.TIME_MISSING, name)
    return value


def _json_object(part: str) -> Mapping[str, object]:
    try:
        value = json.loads(_decode(part).decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        raise refused(Refusal.TOKEN_MALFORMED) from exc
    if not isinstance(value, dict):
        raise refused(Refusal.TOKEN_MALFORMED)
    return value


def _decode(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as exc:
        raise refused(Refusal.TOKEN_MALFORMED) from exc


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
