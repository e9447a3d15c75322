"""Issuing anew what a compromised key signed: the same id, another key, valid from now.

Badges come first, then what rests on them, because that names them by the hash of their
bytes. Each batch is signed outside any transaction and written in one. What is done no
longer turns up, so the whole may be begun again after a stop. What was revoked stays as it
is: nobody has to believe it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from badges.errors import BadgesError
from badges.reissuing import is_bound, without_proof
from lti_tool.errors import ConflictError
from lti_tool.services.compromising import sign_due_lists
from lti_tool.services.endorsing import sign_anew
from lti_tool.services.forms import WITHOUT_LEVELS, prepare_form, store_form
from lti_tool.services.issuing import IssuingParts, SignedForms, sign_forms
from lti_tool.services.records import catch_up
from lti_tool.services.superseding import supersede
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards, endorsements, organisations, pathways, reissues
from lti_tool.store import keys as key_rows
from lti_tool.store.database import Database
from lti_tool.store.reissues import Affected
from lti_tool.store.rows import CredentialRow, IssuerRow

BATCH = 50

_List = Callable[[Session, UUID | None], Sequence[UUID]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reissued:
    """What became of a credential: reissued, changed meanwhile, or refused (`detail` says why)."""

    credential_id: UUID
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """A credential that is signed anew, and of which bytes."""

    credential_id: UUID
    program_id: UUID
    earner_id: UUID
    former_sha256: str
    forms: SignedForms


def list_affected(database: Database, key_id: str) -> Sequence[Affected]:
    """Return what has to be issued anew if nobody may believe the key.

    Raises:
        NotFoundError: no such key.
    """
    with database.reading() as session:
        return reissues.list_affected(session, key_rows.get_key(session, key_id).id)


def reissue(parts: IssuingParts, key_id: str) -> Iterator[Reissued]:
    """Issue anew what a compromised key signed, and whatever rests on it.

    Raises:
        NotFoundError: no such key.
        ConflictError: the key is not compromised.
    """
    with parts.database.reading() as session:
        if key_rows.get_key(session, key_id).compromised_at is None:
            raise ConflictError(
                "what this key signed is believed: `quatrefoil keys compromise` comes first",
                code="key_not_compromised",
            )
    sign_due_lists(parts)
    yield from _reissue_endorsements(parts, key_id)
    badges, above = (
        partial(_list_signed, key_id, rests_on_others=rests) for rests in (False, True)
    )
    yield from _in_batches(parts, badges, "key_compromised", key_id)
    yield from _in_batches(parts, above, "key_compromised", key_id)
    yield from _in_batches(parts, _list_outdated, "component_reissued", key_id)
    yield from _reissue_forms(parts)
    # Learner records hold badges and what rests on them. What is left, the sweep does.
    for record_id in catch_up(parts):
        yield Reissued(credential_id=record_id, outcome="reissued")


def _reissue_endorsements(parts: IssuingParts, key_id: str) -> Iterator[Reissued]:
    with parts.database.reading() as session:
        ids = [row.id for row in endorsements.list_signed_with(session, key_id)]
    for id_ in ids:
        try:
            if sign_anew(parts, id_):
                yield Reissued(credential_id=id_, outcome="reissued")
        except BadgesError as error:
            yield Reissued(credential_id=id_, outcome="refused", detail=str(error))


def _reissue_forms(parts: IssuingParts) -> Iterator[Reissued]:
    """Let the forms follow that a lost key signed, or whose credential says something else now."""
    last: UUID | None = None
    while True:
        with parts.database.reading() as session:
            ids = reissues.list_outdated_forms(session, WITHOUT_LEVELS, after=last, limit=BATCH)
        for form_id, credential_id in ids:
            done = _reissue_form(parts, form_id, credential_id)
            if done is not None:
                yield done
        if not ids:
            return
        last = ids[-1][0]


def _reissue_form(parts: IssuingParts, form_id: UUID, credential_id: UUID) -> Reissued | None:
    """Issue a form anew; None if it holds."""
    try:
        prepared = prepare_form(parts, credential_id)
        if prepared is None:
            return None
        with parts.database.writing() as session:
            _, award, program_id = reissues.get_with_award(session, credential_id)
            awards.lock_earner(session, award.earner_id)
            store_form(session, parts, prepared, reason="key_compromised")
            _note(session, parts, program_id, form_id, "key_compromised")
    except ConflictError:
        return Reissued(credential_id=form_id, outcome="changed")
    except BadgesError as error:
        return Reissued(credential_id=form_id, outcome="refused", detail=str(error))
    return Reissued(credential_id=form_id, outcome="reissued")


def _list_signed(
    key_id: str, session: Session, after: UUID | None, *, rests_on_others: bool
) -> Sequence[UUID]:
    return reissues.list_signed_with(
        session, key_id, rests_on_others=rests_on_others, after=after, limit=BATCH
    )


def _list_outdated(session: Session, after: UUID | None) -> Sequence[UUID]:
    return reissues.list_outdated(session, after=after, limit=BATCH)


def _in_batches(
    parts: IssuingParts, list_more: _List, reason: str, key_id: str
) -> Iterator[Reissued]:
    last: UUID | None = None
    while True:
        with parts.database.reading() as session:
            ids = list_more(session, last)
        if not ids:
            return
        last = ids[-1]
        signed = []
        for credential_id in ids:
            try:
                one = _sign_anew(parts, credential_id)
            except BadgesError as error:
                yield Reissued(credential_id=credential_id, outcome="refused", detail=str(error))
            else:
                signed += [] if one is None else [one]
        with parts.database.writing() as session:
            done = _write(session, parts, signed, reason, key_id)
        yield from done


def _sign_anew(parts: IssuingParts, credential_id: UUID) -> _Signed | None:
    """Return a credential signed by the key of now; None if there is no need to."""
    with parts.database.reading() as session:
        credential, award, program_id = reissues.get_with_award(session, credential_id)
        issuer = session.get_one(IssuerRow, credential.issuer_id)
        ring = parts.rings.load(session, issuer)
        bound = _bound(session, credential, parts.urls)
        compromised = {row.id for row in key_rows.list_compromised_keys(session)}
    is_believed = compromised.isdisjoint((credential.document_key_id, credential.token_key_id))
    if is_believed and is_bound(credential.document, bound):
        return None
    now = parts.clock()
    unsigned = without_proof(credential.document, valid_from=now, bound=bound)
    return _Signed(
        credential_id=credential_id,
        program_id=program_id,
        earner_id=award.earner_id,
        former_sha256=credential.document_sha256,
        forms=sign_forms(parts, unsigned, ring, created=now),
    )


def _bound(session: Session, credential: CredentialRow, urls: PublicURLs) -> dict[str, bytes]:
    """Return what a microcredential names by hash, as it is now."""
    components = reissues.list_component_credentials(session, credential.award_id)
    return {urls.credential(one.id): one.document for one in components}


def _write(
    session: Session, parts: IssuingParts, signed: Sequence[_Signed], reason: str, key_id: str
) -> list[Reissued]:
    """Write a batch. Whoever awards locks in the same order: programs, then earners."""
    for program_id in sorted({one.program_id for one in signed}):
        pathways.share_program(session, program_id)
    for earner_id in sorted({one.earner_id for one in signed}):
        awards.lock_earner(session, earner_id)
    return [_replace(session, parts, one, reason, key_id) for one in signed]


def _replace(
    session: Session, parts: IssuingParts, signed: _Signed, reason: str, key_id: str
) -> Reissued:
    row = session.get_one(CredentialRow, signed.credential_id, with_for_update=True)
    forms, now = signed.forms, parts.clock()
    if row.document_sha256 != signed.former_sha256 or not is_bound(
        forms.document, _bound(session, row, parts.urls)
    ):
        return Reissued(credential_id=row.id, outcome="changed")
    supersede(session, row, forms, reason=reason, at=now, new_id=parts.new_id)
    _note(session, parts, signed.program_id, row.id, f"{reason} {key_id}")
    return Reissued(credential_id=row.id, outcome="reissued")


def _note(
    session: Session, parts: IssuingParts, program_id: UUID, credential_id: UUID, text: str
) -> None:
    organisations.note(
        session,
        id_=parts.new_id(),
        at=parts.clock(),
        actor_id=None,
        program_id=program_id,
        action="credential.reissued",
        subject_id=credential_id,
        text=text,
    )
