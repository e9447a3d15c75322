"""What is shown of a credential, and to whom: all of it, or a form that says less."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from lti_tool.errors import InvalidInputError
from lti_tool.store.rows import CredentialRow, ShareRow
from lti_tool.store.shares import SharedParts


class Disclosure(StrEnum):
    """What a link shows of a credential."""

    WITH_LEVELS = "with_levels"
    WITHOUT_LEVELS = "without_levels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """A credential in the form that somebody gets to see: its id and its bytes."""

    id: UUID
    document: bytes
    token: bytes | None
    """None where it was not signed yet: `services.jwt_forms` does it when somebody asks."""
    disclosure: Disclosure = Disclosure.WITH_LEVELS


def parse_disclosure(text: str) -> Disclosure:
    """Return what a form asks to show; nothing chosen is all of it.

    Raises:
        InvalidInputError: there is no such choice.
    """
    try:
        return Disclosure(text or Disclosure.WITH_LEVELS)
    except ValueError as error:
        raise InvalidInputError("no such form of a badge", code="unknown_choice") from error


def whole(credential: CredentialRow) -> Disclosed:
    """Return a credential with all that it says, as its earner has it."""
    return Disclosed(id=credential.id, document=credential.document, token=credential.token)


def disclosed(shared: SharedParts) -> Disclosed:
    """Return what a link shows."""
    credential, form = shared[0], shared[4]
    if form is None:
        return whole(credential)
    return Disclosed(
        id=form.id,
        document=form.document,
        token=form.token,
        disclosure=Disclosure.WITHOUT_LEVELS,
    )


def disclosure_of(share: ShareRow | None) -> Disclosure:
    """Return what a link shows of its credential; where there is none yet, what one would."""
    is_less = share is not None and share.form_id is not None
    return Disclosure.WITHOUT_LEVELS if is_less else Disclosure.WITH_LEVELS
