"""Changing whom an earner's badges name: issued anew under their ids, with what rests on them.

Everything is signed outside any transaction and written in one, so that no badge is
left that names somebody else than its microcredential or its form without levels does.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from badges.credential import check_before_signing
from badges.errors import BadgesError, CanonicalizationError, InvalidCredentialError
from badges.identity import Identity, hash_address, identity_of, with_identity
from badges.reissuing import is_bound, without_proof
from badges.untrusted import parse_object
from keys.ring import KeyRing
from lti_tool.errors import ConflictError, InvalidFieldsError, TooLargeError
from lti_tool.services.forms import WITHOUT_LEVELS, PreparedForm, sign_form, store_form
from lti_tool.services.issuing import IssuingParts, SignedForms, sign_forms
from lti_tool.services.records import catch_up_one
from lti_tool.services.superseding import supersede
from lti_tool.services.texts import is_visible, plain_line
from lti_tool.store import awards, keeping, organisations, pathways, reissues, shares
from lti_tool.store.keeping import LiveParts
from lti_tool.store.rows import CredentialFormRow, CredentialRow, IssuerRow

NAME_CHARACTERS = 200
ADDRESS_CHARACTERS = 254
CHANGES_A_DAY = 3
"""For each badge: enough to mend a slip, too few to fill a disk."""
_SALT_BYTES = 16


class AddressWish(StrEnum):
    """What becomes of the hashed address."""

    KEEP = "keep"
    PUT = "put"
    TAKE = "take"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom an earner wants some badges to name. An empty name is none."""

    name: str
    badges: frozenset[UUID]
    address: AddressWish = AddressWish.KEEP
    typed_address: str = ""
    """Hashed at once when it is put in, and never stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A live credential, as it is before anything changes."""

    credential: CredentialRow
    program_id: UUID
    title: str
    form: CredentialFormRow | None
    components: tuple[CredentialRow, ...]
    ring: KeyRing
    changes_today: int

    @property
    def identity(self) -> Identity:
        """Whom it names."""
        return identity_of(parse_object(self.credential.document))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Anew:
    held: Held
    forms: SignedForms
    form: PreparedForm | None
    reason: str


def read_wish(
    name: str,
    address: AddressWish,
    typed_address: str,
    badges: Collection[UUID],
    *,
    has_name: bool,
) -> Wish:
    """Return what a form asks for.

    Raises:
        InvalidFieldsError: a name that nobody sees or is too long, no address, or no badge.
    """
    faults: dict[str, tuple[str, str | None]] = {}
    line = _line("name", name, NAME_CHARACTERS, faults)
    typed = _line("typed_address", typed_address, ADDRESS_CHARACTERS, faults)
    before, at, domain = typed.partition("@")
    if has_name and not is_visible(line):
        faults.setdefault("name", ("required", None))
    if address is AddressWish.PUT and not (before and at and domain and " " not in typed):
        faults.setdefault("typed_address", ("not_an_address", None))
    if not badges:
        faults["badge"] = ("no_components", None)
    if faults:
        raise InvalidFieldsError(faults)
    return Wish(
        name=line if has_name else "",
        badges=frozenset(badges),
        address=address,
        typed_address=typed,
    )


def _line(field: str, value: str, most: int, faults: dict[str, tuple[str, str | None]]) -> str:
    try:
        return plain_line(value, field=field, most=most)
    except TooLargeError:
        faults[field] = ("too_many_characters", str(most))
        return ""


def list_held(session: Session, parts: IssuingParts, earner_id: UUID) -> tuple[Held, ...]:
    """Return an earner's live credentials: badges first, then what rests on them."""
    live = keeping.list_live(session, earner_id)
    since = parts.clock() - timedelta(days=1)
    changes = keeping.count_changes(session, [one[0].id for one in live], since=since)
    above = sorted(live, key=lambda one: one[1].origin == "pathway")
    return tuple(_held(session, parts, one, changes) for one in above)


def change_identity(parts: IssuingParts, earner_id: UUID, wish: Wish) -> int:
    """Issue badges anew that name somebody else; return how many, with what rests on them.

    Raises:
        InvalidFieldsError: the name holds what no credential may hold.
        ConflictError: `too_often`, or `changed_meanwhile`.
    """
    with parts.database.reading() as session:
        held = list_held(session, parts, earner_id)
    check_wish(held, wish)
    try:
        signed = _sign_all(parts, held, wish)
    except BadgesError as error:
        raise _refused(error) from error
    with parts.database.writing() as session:
        for program_id in sorted({one.program_id for one in held}):
            pathways.share_program(session, program_id)
        earner = awards.lock_earner(session, earner_id)
        if held and {one.credential.id for one in held} <= wish.badges:
            # All of them: the badges to come are meant, too.
            earner.chosen_name, earner.name_chosen_at = wish.name, parts.clock()
        for one in signed:
            _replace(session, parts, one)
    # What cannot follow at once, the worker's sweep tries again.
    with suppress(BadgesError):
        for one in signed:
            if one.held.components:
                catch_up_one(parts, one.held.credential.id)
    return len(signed)


def check_wish(held: Sequence[Held], wish: Wish) -> None:
    """Return if badges could be issued with this name; sign nothing.

    Raises:
        InvalidFieldsError: the name holds what no credential may hold.
        ConflictError: `too_often`.
    """
    chosen = [one for one in held if one.credential.id in wish.badges]
    if any(one.changes_today >= CHANGES_A_DAY for one in chosen):
        raise ConflictError("changed too often today", code="too_often")
    for one in chosen[:1]:
        document = parse_object(one.credential.document)
        unsigned = {name: value for name, value in document.items() if name != "proof"}
        try:
            check_before_signing(with_identity(unsigned, replace(one.identity, name=wish.name)))
        except BadgesError as error:
            raise _refused(error) from error


def wished(parts: IssuingParts, before: Identity, wish: Wish) -> Identity:
    """Return whom a chosen badge names from now on."""
    address = before.address
    if wish.address is AddressWish.PUT:
        salt = parts.random_bytes(_SALT_BYTES).hex()
        address = hash_address(wish.typed_address, salt=salt)
    elif wish.address is AddressWish.TAKE:
        address = None
    return Identity(name=wish.name, address=address)


def _held(
    session: Session, parts: IssuingParts, live: LiveParts, changes: Mapping[UUID, int]
) -> Held:
    credential, award, version, program_id = live
    rests = award.origin == "pathway"
    return Held(
        credential=credential,
        program_id=program_id,
        title=version.title,
        form=shares.find_form(session, credential.id, WITHOUT_LEVELS),
        components=tuple(reissues.list_component_credentials(session, award.id)) if rests else (),
        ring=parts.rings.load(session, session.get_one(IssuerRow, credential.issuer_id)),
        changes_today=changes.get(credential.id, 0),
    )


def _sign_all(parts: IssuingParts, held: Sequence[Held], wish: Wish) -> list[_Anew]:
    """Sign what changes, in order: whatever rests on a badge binds it as it will be."""
    documents: dict[UUID, bytes] = {}
    signed = []
    for one in held:
        anew = _sign(parts, one, wish, documents)
        if anew is not None:
            documents[one.credential.id] = anew.forms.document
            signed.append(anew)
    return signed


def _sign(
    parts: IssuingParts, held: Held, wish: Wish, documents: Mapping[UUID, bytes]
) -> _Anew | None:
    """Sign one credential as it will be; None if it stays as it is."""
    credential, before = held.credential, held.identity
    is_chosen = credential.id in wish.badges
    after = wished(parts, before, wish) if is_chosen else before
    bound = {
        parts.urls.credential(one.id): documents.get(one.id, one.document)
        for one in held.components
    }
    if after == before and is_bound(credential.document, bound):
        return None
    now = parts.clock()
    unsigned = with_identity(without_proof(credential.document, valid_from=now, bound=bound), after)
    forms = sign_forms(parts, unsigned, held.ring, created=now)
    form = None
    if held.form is not None:
        form = sign_form(parts, held.ring, held.form.id, credential.id, document=forms.document)
    reason = "earner_asked" if is_chosen else "component_reissued"
    return _Anew(held=held, forms=forms, form=form, reason=reason)


def _replace(session: Session, parts: IssuingParts, anew: _Anew) -> None:
    former, now = anew.held.credential, parts.clock()
    row = session.get_one(CredentialRow, former.id, with_for_update=True)
    if row.document_sha256 != former.document_sha256:
        raise ConflictError("a badge changed meanwhile: try again", code="changed_meanwhile")
    supersede(session, row, anew.forms, reason=anew.reason, at=now, new_id=parts.new_id)
    if anew.form is not None:
        store_form(session, parts, anew.form, reason=anew.reason, at=now)
    organisations.note(
        session,
        id_=parts.new_id(),
        at=now,
        actor_id=None,
        program_id=anew.held.program_id,
        # Who it names now, and named before, is nobody's business here.
        action="earner.credential_reissued",
        subject_id=row.id,
        text=anew.reason,
    )


def _refused(error: BadgesError) -> Exception:
    """Say what an earner can do: take another name, or try again."""
    is_of_name = isinstance(error, CanonicalizationError) or (
        isinstance(error, InvalidCredentialError) and error.path
    )
    if is_of_name:
        return InvalidFieldsError({"name": ("unfit", None)})
    return ConflictError("a badge changed meanwhile: try again", code="changed_meanwhile")
