"""The learner record (CLR 2.0) of a microcredential: signed beside it, kept up with it.

It is signed outside any transaction and stored with its microcredential. Whatever in it is
issued anew makes it follow, within a minute: the worker's sweep looks for records that are
missing or behind, so that also microcredentials from before there were records get theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from badges.achievement import Status
from badges.clr import (
    RecordFacts,
    build_learner_record,
    check_learner_record,
    holds,
    is_readable,
    with_foreign,
)
from badges.errors import BadgesError
from badges.instants import format_instant, parse_instant
from badges.proof import add_data_integrity_proof
from badges.reissuing import is_bound
from badges.untrusted import parse_object
from badges.verification import verify
from badges.written import serialize
from keys.jwk import thumbprint
from keys.ring import KeyRing
from keys.signing import Algorithm
from lti_tool.services.credential_facts import issuer_of
from lti_tool.services.keyring import RingCache
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.settling import hold_keys, settles
from lti_tool.services.superseding import supersede
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards, foreign, organisations, reissues, shares
from lti_tool.store import keys as key_rows
from lti_tool.store.database import Database
from lti_tool.store.rows import CredentialFormRow, CredentialRow, IssuerRow
from lti_tool.store.shares import LEARNER_RECORD
from lti_tool.values import Clock, NewId

BATCH = 50


class SigningParts(Protocol):
    """The long-lived things that signing a record needs."""

    @property
    def database(self) -> Database:
        """Where everything is."""

    @property
    def rings(self) -> RingCache:
        """The keys of issuers."""

    @property
    def urls(self) -> PublicURLs:
        """The addresses of this installation."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def new_id(self) -> NewId:
        """Fresh ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRecord:
    """A signed record, byte for byte as it will be stored. There is no token of it."""

    id: UUID
    document: bytes
    document_key_id: str

    @property
    def document_sha256(self) -> str:
        """The hash of the document, hexadecimal."""
        return sha256(self.document).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCredential:
    """A microcredential as a record is made of it: with its badges, all signed.

    `foreign` are credentials of other issuers on which it rests, as they were handed in.
    """

    whole: bytes
    badges: tuple[bytes, ...]
    issuer: IssuerRow = field(compare=False)
    status_list_id: UUID
    position: int
    foreign: tuple[bytes, ...] = ()


def sign_record(
    parts: SigningParts, of: RecordedCredential, *, record_id: UUID, created: datetime
) -> SignedRecord | None:
    """Build, check, sign and verify one record. Outside any transaction; the caller stores it.

    Of other issuers' credentials it holds those that can stand in one document with ours.
    None where there is so much in it that verifiers would refuse to read it, or nothing.

    Raises:
        BadgesError: it is not one that every verifier reads alike, or does not verify.
    """
    with parts.database.reading() as session:
        ring = parts.rings.load(session, of.issuer)
    facts = with_foreign(
        RecordFacts(
            id=parts.urls.credential(record_id),
            issuer=issuer_of(of.issuer),
            whole=of.whole,
            parts=of.badges,
            status=Status(list_url=parts.urls.status_list(of.status_list_id), index=of.position),
            valid_from=created,
        ),
        of.foreign,
    )
    try:
        return _sign(parts, facts, ring, left_out=len(of.foreign) - len(facts.foreign))
    except BadgesError:
        if not facts.foreign:
            raise
        # Whatever others signed, a microcredential has its record.
        return _sign(parts, replace(facts, foreign=()), ring, left_out=len(of.foreign))


def _sign(
    parts: SigningParts, facts: RecordFacts, ring: KeyRing, *, left_out: int
) -> SignedRecord | None:
    if not (facts.parts or facts.foreign):
        return None
    unsigned = build_learner_record(facts)
    check_learner_record(unsigned, foreign=len(facts.foreign), left_out=left_out)
    key = ring.current(Algorithm.ED25519)
    document = serialize(add_data_integrity_proof(unsigned, key, created=facts.valid_from))
    if not is_readable(document):
        return None
    resolver = OwnResolver(parts.database, parts.urls)
    verify(document, resolver=resolver, now=parts.clock())
    id_ = UUID(facts.id.rpartition("/")[2])
    return SignedRecord(id=id_, document=document, document_key_id=thumbprint(key.public))


def store_record(
    session: Session, credential_id: UUID, record: SignedRecord, *, at: datetime
) -> None:
    """Store the first record of a microcredential, which is stored. The earner's row is locked.

    Raises:
        KeyLostError: what signed it is believed no more.
    """
    hold_keys(session, record.document_key_id)
    session.add(
        CredentialFormRow(
            id=record.id,
            credential_id=credential_id,
            kind=LEARNER_RECORD,
            document=record.document,
            document_sha256=record.document_sha256,
            token=None,
            token_sha256=None,
            document_key_id=record.document_key_id,
            token_key_id=None,
            issued_at=at,
            reissued_at=None,
        )
    )
    session.flush()


def catch_up(parts: SigningParts) -> tuple[UUID, ...]:
    """Make every record that is missing, or behind what is in it; return their ids.

    What cannot be signed is left, and raised at the end.

    Raises:
        BadgesError: one could not be signed.
    """
    last: UUID | None = None
    made: list[UUID] = []
    failure = None
    while True:
        with parts.database.reading() as session:
            ids = reissues.list_without_record(session, LEARNER_RECORD, after=last, limit=BATCH)
        for credential_id in ids:
            try:
                record_id = catch_up_one(parts, credential_id)
            except BadgesError as error:
                failure = error
            else:
                made += [record_id] if record_id else []
        if not ids:
            break
        last = ids[-1]
    if failure is not None:
        raise failure
    return tuple(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A microcredential with its record, as they are now."""

    of: RecordedCredential
    former: CredentialFormRow | None
    earner_id: UUID
    program_id: UUID
    is_believed: bool


@settles
def catch_up_one(parts: SigningParts, credential_id: UUID) -> UUID | None:
    """Make the record of one microcredential, if it is missing or behind; return its id.

    Raises:
        BadgesError: it could not be signed.
    """
    with parts.database.reading() as session:
        found = _find(session, parts.urls, credential_id)
    if found is None:
        return None
    now, former = parts.clock(), found.former
    # Two records with one id and one date would be the same to a wallet: a second later, then.
    if former is not None and not _is_newer(former.document, now):
        return None
    record_id = former.id if former else parts.new_id()
    record = sign_record(parts, found.of, record_id=record_id, created=now)
    if record is None:
        return None
    with parts.database.writing() as session:
        awards.lock_earner(session, found.earner_id)
        again = _find(session, parts.urls, credential_id)
        if again is None or again.of != found.of or _id(again.former) != _id(former):
            return None
        if again.former is None:
            store_record(session, credential_id, record, at=now)
        else:
            _replace(session, parts, again.former, record, again)
    return record_id


def _replace(
    session: Session,
    parts: SigningParts,
    former: CredentialFormRow,
    record: SignedRecord,
    found: _Found,
) -> None:
    reason = "component_reissued" if found.is_believed else "key_compromised"
    now = parts.clock()
    supersede(session, former, record, reason=reason, at=now, new_id=parts.new_id)
    organisations.note(
        session,
        id_=parts.new_id(),
        at=now,
        actor_id=None,
        program_id=found.program_id,
        action="credential.reissued",
        subject_id=former.id,
        text=reason,
    )


def _find(session: Session, urls: PublicURLs, credential_id: UUID) -> _Found | None:
    """Return a microcredential that needs a record; None where it holds, or has to wait."""
    credential, award, program_id = reissues.get_with_award(session, credential_id)
    badges = reissues.list_component_credentials(session, award.id)
    bound = {urls.credential(one.id): one.document for one in badges}
    if award.revoked_at is not None or not is_bound(credential.document, bound):
        return None
    of = RecordedCredential(
        whole=credential.document,
        badges=_in_order(credential, bound),
        issuer=session.get_one(IssuerRow, credential.issuer_id),
        status_list_id=credential.status_list_id,
        position=credential.status_position,
        foreign=tuple(one.document for one in foreign.list_components(session, award.id)),
    )
    former = shares.find_form(session, credential_id, LEARNER_RECORD)
    compromised = {row.id for row in key_rows.list_compromised_keys(session)}
    is_believed = former is None or former.document_key_id not in compromised
    if former is not None and is_believed and holds(former.document, of.whole, of.badges):
        return None
    return _Found(
        of=of,
        former=former,
        earner_id=award.earner_id,
        program_id=program_id,
        is_believed=is_believed,
    )


def _in_order(credential: CredentialRow, bound: dict[str, bytes]) -> tuple[bytes, ...]:
    """Return the badges in the order in which the microcredential names them."""
    related = parse_object(credential.document)["relatedResource"]
    named: Sequence[dict[str, str]] = related  # type: ignore[assignment]  # as it was signed
    return tuple(bound[one["id"]] for one in named if one["id"] in bound)


def _is_newer(former: bytes, now: datetime) -> bool:
    valid_from = parse_instant(parse_object(former)["validFrom"])
    return parse_instant(format_instant(now)) > valid_from


def _id(form: CredentialFormRow | None) -> UUID | None:
    return form.id if form else None
