"""The pages on which an earner says whom their badges name."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import InvalidInputError, NotFoundError
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.pages.naming import NamedBadge, NamePage, NamePreviewPage
from lti_tool.services.renaming import (
    CHANGES_A_DAY,
    AddressWish,
    Held,
    Wish,
    check_wish,
    list_held,
    read_wish,
)
from lti_tool.services.urls import EarnerURLs


def name_page(
    session: Session,
    parts: IssuingParts,
    earner_id: UUID,
    *,
    own: EarnerURLs,
    sent: Mapping[str, str] | None = None,
    chosen: Sequence[str] | None = None,
) -> NamePage:
    """Return the form; with `sent` as it was filled in."""
    held = list_held(session, parts, earner_id)
    names = [one.identity.name for one in held]
    values = sent or {}
    return NamePage(
        name=values.get("name", next(filter(None, names), "")),
        has_name=values.get("has_name", "yes") == "yes",
        address=values.get("address", AddressWish.KEEP.value),
        typed_address=values.get("typed_address", ""),
        badges=tuple(
            _named(one, is_chosen=chosen is None or str(one.credential.id) in chosen)
            for one in held
        ),
        changes_a_day=CHANGES_A_DAY,
        preview_url=own.own_name("/preview"),
        back_url=own.home,
    )


def wish_of(sent: Mapping[str, str], badges: Sequence[str]) -> Wish:
    """Return what a form asks for.

    Raises:
        InvalidFieldsError: a field has to change.
        InvalidInputError: it is no form of ours.
    """
    try:
        ids = [UUID(one) for one in badges]
        address = AddressWish(sent.get("address", AddressWish.KEEP))
    except ValueError as error:
        raise InvalidInputError("no such choice", code="unknown_choice") from error
    return read_wish(
        sent.get("name", ""),
        address,
        sent.get("typed_address", ""),
        ids,
        has_name=sent.get("has_name", "yes") == "yes",
    )


def preview_page(
    session: Session, parts: IssuingParts, earner_id: UUID, wish: Wish, *, own: EarnerURLs
) -> NamePreviewPage:
    """Return what a wish would change.

    Raises:
        NotFoundError: one of the badges is not theirs, or no longer valid.
        InvalidFieldsError: the name holds what no credential may hold.
        ConflictError: `too_often`.
    """
    held = list_held(session, parts, earner_id)
    if not wish.badges <= {one.credential.id for one in held}:
        raise NotFoundError("not this earner's live badge")
    check_wish(held, wish)
    chosen = [one for one in held if one.credential.id in wish.badges]
    return NamePreviewPage(
        name=wish.name,
        has_name=bool(wish.name),
        address=wish.address.value,
        typed_address=wish.typed_address,
        badges=tuple(_named(one, is_chosen=True) for one in chosen),
        above=tuple(
            one.title
            for one in held
            if one not in chosen
            and not wish.badges.isdisjoint(below.id for below in one.components)
        ),
        is_of_all=len(chosen) == len(held),
        confirm_url=own.own_name("/confirm"),
        edit_url=own.own_name(),
    )


def _named(held: Held, *, is_chosen: bool) -> NamedBadge:
    identity = held.identity
    return NamedBadge(
        id=str(held.credential.id),
        title=held.title,
        name=identity.name,
        has_address=identity.address is not None,
        is_chosen=is_chosen,
    )
