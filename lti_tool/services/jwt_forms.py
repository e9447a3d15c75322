"""The second form of a credential, its VC-JWT: signed when somebody asks for it, or before.

Single awards are signed in both forms at once. Awards from a file are stored with the first
form alone, because a signature with RSA takes longer than all the rest of a row; the worker
signs theirs within minutes, and whoever asks sooner gets it signed at once. Whatever hands a
token out gets it here, so all are given the one that is stored. It says what the first form
says: it is made from those bytes, with the key that signs now.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from badges.checks import CheckName, CheckState
from badges.errors import BadgesError, VerificationError
from badges.proof import JWT_ALGORITHMS, sign_vc_jwt
from badges.remembering import RememberingResolver
from badges.untrusted import parse_object
from badges.verification import verify
from keys.jwk import thumbprint
from keys.ring import KeyRing
from lti_tool.services.records import SigningParts
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.settling import hold_keys, settles
from lti_tool.store import bulk, jwt_forms

BATCH = 50
PATIENCE = timedelta(seconds=30)
"""Sweeps begin each minute, and should not do the same side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    credential_id: UUID
    earner_id: UUID
    made_from: str
    token: bytes
    key_id: str


def token_of(parts: SigningParts, credential_id: UUID) -> bytes:
    """Return the VC-JWT of a credential; signed and stored now, if it was not yet.

    Raises:
        BadgesError: it would not verify, and is not stored.
    """
    with parts.database.reading() as session:
        found = jwt_forms.find_token(session, credential_id)
    if found is not None:
        return found
    complete(parts, [credential_id])
    with parts.database.reading() as session:
        # Ours, or that of who was first; what was issued anew meanwhile has both forms.
        found = jwt_forms.find_token(session, credential_id)
    if found is None:
        raise LookupError(f"credential {credential_id} has no token")
    return found


@settles
def complete(parts: SigningParts, credential_ids: Collection[UUID]) -> int:
    """Sign and store the VC-JWTs of those that have none; return how many were stored.

    Signing is outside any transaction.

    Raises:
        BadgesError: one would not verify. Those before it may be stored.
    """
    with parts.database.reading() as session:
        found = jwt_forms.list_unsigned(session, credential_ids)
        rings = {one[4].id: parts.rings.load(session, one[4]) for one in found}
    resolver = RememberingResolver(OwnResolver(parts.database, parts.urls))
    signed: list[_Signed] = []
    try:
        for credential_id, document, made_from, earner_id, issuer in found:
            token, key_id = _sign(parts, document, rings[issuer.id], resolver)
            signed.append(
                _Signed(
                    credential_id=credential_id,
                    earner_id=earner_id,
                    made_from=made_from,
                    token=token,
                    key_id=key_id,
                )
            )
    finally:
        stored = _store(parts, signed)
    return stored


def complete_all(parts: SigningParts) -> int:
    """Sign and store every VC-JWT that is missing; return how many. For the sweep.

    It ends after half a minute: the next sweep goes on.

    Raises:
        BadgesError: one would not verify; raised behind all the others.
    """
    last: UUID | None = None
    done, failure, until = 0, None, parts.clock() + PATIENCE
    while parts.clock() <= until:
        with parts.database.reading() as session:
            ids = jwt_forms.list_unsigned_ids(session, after=last, limit=BATCH)
        if not ids:
            break
        last = ids[-1]
        try:
            done += complete(parts, ids)
        except BadgesError:
            # One that cannot be signed holds up no other.
            for one in ids:
                try:
                    done += complete(parts, [one])
                except BadgesError as error:
                    failure = error
    if failure is not None:
        raise failure
    return done


def _sign(
    parts: SigningParts, document: bytes, ring: KeyRing, resolver: RememberingResolver
) -> tuple[bytes, str]:
    unsigned = {name: value for name, value in parse_object(document).items() if name != "proof"}
    key = ring.current(*JWT_ALGORITHMS)
    token = sign_vc_jwt(unsigned, key).encode()
    try:
        verify(token, resolver=resolver, now=parts.clock(), looks_inside=False)
    except VerificationError as error:
        # A badge that was taken back has two forms like any other, and both say so.
        failed = {(one.name, one.code) for one in error.checks if one.state is CheckState.FAILED}
        if failed != {(CheckName.STATUS, "revoked")}:
            raise
    return token, thumbprint(key.public)


def _store(parts: SigningParts, signed: Sequence[_Signed]) -> int:
    if not signed:
        return 0
    with parts.database.writing() as session:
        # Whoever issues anew locks the same earners first.
        bulk.lock_earners(session, {one.earner_id for one in signed})
        hold_keys(session, *(one.key_id for one in signed))
        return sum(
            jwt_forms.set_token(
                session,
                one.credential_id,
                made_from=one.made_from,
                token=one.token,
                sha256=sha256(one.token).hexdigest(),
                key_id=one.key_id,
            )
            for one in signed
        )
