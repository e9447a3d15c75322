"""Verification: bytes in, a credential that holds out, or an error that says why not.

A credential is judged by its own checks, and by what belongs to it: the credentials whose
digests it binds, those that stand in a learner record, and endorsements. Each of them is
verified on its own, as a stranger would; `badges.outcomes` says what it means for the whole.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from badges.binding import Naming, Resolver, issuer_id
from badges.checklist import Checklist
from badges.checks import Check, CheckName, CheckState, Part, PartKind
from badges.digests import check_digest
from badges.document_checks import (
    DATES,
    CredentialKind,
    check_context,
    check_dates,
    check_proof,
    check_shape,
    check_status,
    kind_of,
    parse,
    require_key,
)
from badges.errors import DigestError, NotPublicError, ResolutionError, VerificationError
from badges.outcomes import Outcome, as_part, unread
from badges.parts import (
    Place,
    has_associations,
    list_components,
    list_embedded,
    list_endorsements,
    list_foreign_associations,
)
from badges.proof import EmbeddedProof
from badges.reach import MAXIMUM_LEVELS, Reach
from badges.written import serialize
from keys.signing import Algorithm

_Document: TypeAlias = Mapping[str, object]


class ProofForm(StrEnum):
    """How a credential is secured."""

    DATA_INTEGRITY = "data_integrity"
    VC_JWT = "vc_jwt"


class VerifiedCredential(NamedTuple):
    """A credential that passed every check. `document` is without its proof or claims.

    That it holds says neither that the issuer's domain belongs to a college, nor that
    the person who shows it is its subject. `parts` belong to it; some may hold no longer.
    """

    document: _Document
    kind: CredentialKind
    form: ProofForm
    algorithm: Algorithm
    issuer_id: str
    checks: tuple[Check, ...]
    parts: tuple[Part, ...]


def verify(
    data: bytes | str, *, resolver: Resolver, now: datetime, looks_inside: bool = True
) -> VerifiedCredential:
    """Return the credential in `data`, JSON with a proof or a compact JWT, if it is valid.

    Args:
        data: As it came, from anybody; no more than 1 MB. A badge, a learner record or an
            endorsement.
        resolver: Fetches the issuer's document, its key, its status list, and what the
            credential binds.
        now: The time to check dates against, with a zone.
        looks_inside: Whether what belongs to it is verified, too.

    Raises:
        VerificationError: it is not valid, or that could not be found out. The error
            carries all checks, also those that passed or were not made.
    """
    verification = _Verification(resolver, now, looks_inside=looks_inside)
    return verification.verify(data, level=0, beside={})


class _Verification:
    """One verification with all that belongs to the credential."""

    def __init__(self, resolver: Resolver, now: datetime, *, looks_inside: bool) -> None:
        self._reach: Reach[Outcome] = Reach(resolver)
        self._now = now
        self._looks_inside = looks_inside

    def verify(
        self, data: bytes | str | _Document, *, level: int, beside: Mapping[str, bytes]
    ) -> VerifiedCredential:
        """Return the credential in `data`.

        `level` says how far inside another it stands; `beside` are those that stand there
        with it, by their ids.
        """
        log, now, reach = Checklist(), self._now, self._reach
        secured = log.require(CheckName.PARSE, lambda: parse(data))
        document, kind = secured.document, kind_of(secured.document)
        signed = log.require(CheckName.CONTEXT, lambda: check_context(secured, kind))
        log.require(CheckName.SHAPE, lambda: check_shape(secured, kind))
        issuer, key_id = issuer_id(document), secured.key_id or ""
        key = log.require(
            CheckName.KEY, lambda: require_key(secured, reach, now), issuer=issuer, key=key_id
        )
        log.require(CheckName.PROOF, lambda: check_proof(secured, key, signed))
        log.document = document
        log.note(CheckName.DATES, lambda: check_dates(secured, now), **_texts(document, DATES))
        self._look_at_status(log, document, issuer)
        self._look_inside(log, document, kind, level=level, beside=beside)
        is_embedded = isinstance(secured, EmbeddedProof)
        return VerifiedCredential(
            document=document,
            kind=kind,
            form=ProofForm.DATA_INTEGRITY if is_embedded else ProofForm.VC_JWT,
            algorithm=secured.algorithm,
            issuer_id=issuer,
            checks=log.finish(),
            parts=log.parts,
        )

    def _look_at_status(self, log: Checklist, document: _Document, issuer: str) -> None:
        match document.get("credentialStatus"):
            case Mapping() as status:
                facts = _texts(status, ("statusListCredential", "statusListIndex"))
                log.note(
                    CheckName.STATUS,
                    lambda: check_status(status, issuer, self._reach, self._now),
                    **facts,
                )
            case _:
                log.skip(CheckName.STATUS, "no_status")

    def _look_inside(
        self,
        log: Checklist,
        document: _Document,
        kind: CredentialKind,
        *,
        level: int,
        beside: Mapping[str, bytes],
    ) -> None:
        if not self._looks_inside:
            return
        within = list_embedded(document) if kind is CredentialKind.RECORD else ()
        if within:
            beside = _by_id(within)
        found = {
            CheckName.PARTS: (*within, *list_components(document)),
            CheckName.ENDORSEMENTS: list_endorsements(document),
        }
        for name, places in found.items():
            if places and level == MAXIMUM_LEVELS:
                log.skip(name, "too_deep")
            elif places:
                parts = (self._part(one, document, level + 1, beside) for one in places)
                log.add_parts(name, tuple(parts))
        if kind is CredentialKind.RECORD and has_associations(document):
            self._look_at_associations(log, document)

    def _look_at_associations(self, log: Checklist, document: _Document) -> None:
        elsewhere = list_foreign_associations(document)
        if elsewhere:
            log.caution(CheckName.ASSOCIATIONS, "achievement_elsewhere", achievement=elsewhere[0])
        else:
            log.note(CheckName.ASSOCIATIONS, lambda: None)

    def _part(
        self, place: Place, around: _Document, level: int, beside: Mapping[str, bytes]
    ) -> Part:
        """Return how a part comes out: what binds it, then all of its own checks."""
        value, data = place.value, b""
        try:
            if place.kind is PartKind.COMPONENT and isinstance(value, Mapping):
                value = data = self._fetch(value, around, beside)
                check_digest(place.value, data)  # type: ignore[arg-type]  # the same mapping
        except DigestError as exc:
            is_wrong = exc.reason == "digest"
            state = CheckState.FAILED if is_wrong else CheckState.NOT_CHECKED
            return unread(place, state, exc.reason)
        except ResolutionError as exc:
            code = "not_public" if isinstance(exc, NotPublicError) else "unreachable"
            return unread(place, CheckState.NOT_CHECKED, code)
        return self._verified_part(place, around, value, level, beside)

    def _fetch(self, resource: _Document, around: _Document, beside: Mapping[str, bytes]) -> bytes:
        """Return a component: of a learner record the one that stands in it, if it does."""
        url = str(resource.get("id"))
        if url in beside:
            return beside[url]
        return self._reach.credential(
            url, named_by=Naming(issuer_id(around), str(around.get("id")))
        )

    def _verified_part(
        self,
        place: Place,
        around: _Document,
        value: object,
        level: int,
        beside: Mapping[str, bytes],
    ) -> Part:
        match value:
            case Mapping():
                key = serialize(value)
            case str():
                key = value.encode()
            case bytes():
                key = value
            case _:
                return unread(place, CheckState.FAILED, "no_credential")
        # What stands at the deepest level is not looked into, so it is another outcome there.
        known = sha256(key).digest(), level
        if known not in self._reach.verified:
            if not self._reach.may_verify():
                return unread(place, CheckState.NOT_CHECKED, "too_many")
            self._reach.verified[known] = self._outcome(value, level, beside)
        return as_part(place, around, self._reach.verified[known])

    def _outcome(
        self, value: bytes | str | _Document, level: int, beside: Mapping[str, bytes]
    ) -> Outcome:
        try:
            verified = self.verify(value, level=level, beside=beside)
        except VerificationError as error:
            return Outcome(document=error.document, checks=error.checks, parts=error.parts)
        return Outcome(document=verified.document, checks=verified.checks, parts=verified.parts)


def _by_id(places: tuple[Place, ...]) -> dict[str, bytes]:
    """Return the credentials that stand in a learner record, as compact JSON."""
    return {
        str(one.value.get("id")): serialize(one.value)
        for one in places
        if isinstance(one.value, Mapping)
    }


def _texts(document: _Document, names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name in names if isinstance(value := document.get(name), str)}
