"""A credential is private until its earner makes a link to it; they can end the link.

A link shows one form of the credential for as long as it lives: with the level in each
competency, or without. To show the other is to make another link, which ends the first:
nobody who was given a link ever comes to see more by it.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.errors import BadgesError
from lti_tool.errors import ClosedError, ConflictError, InvalidInputError, NotFoundError
from lti_tool.services import forms
from lti_tool.services.disclosing import Disclosure, disclosure_of
from lti_tool.services.drafts import find_work
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.learner_results import find_held, get_decision
from lti_tool.services.submitting import DECIDED
from lti_tool.store import awards, shares
from lti_tool.store.rows import CredentialFormRow, CredentialRow, ShareRow
from lti_tool.values import Clock, Launch, RandomToken


def held_credential_id(session: Session, launch: Launch) -> UUID:
    """Return the credential that the learner holds by the launch's activity.

    Raises:
        ClosedError: they hold none by it.
    """
    work = find_work(session, launch)
    held = None
    if work is not None and work.attempt.state in DECIDED:
        held = find_held(session, get_decision(session, work))
    if held is None:
        raise ClosedError("there is no credential to share")
    return held.credential.id


def share(
    parts: IssuingParts,
    earner_id: UUID,
    credential_id: UUID,
    disclosure: Disclosure = Disclosure.WITH_LEVELS,
    *,
    random_token: RandomToken,
) -> None:
    """Make the link to an earner's credential, unless there is one that shows the same.

    One that shows something else ends.

    Raises:
        NotFoundError: the credential is not theirs.
        InvalidInputError: it has no levels to leave out.
        ConflictError: it is revoked, and was never shared without levels; or it was issued
            anew meanwhile.
    """
    with parts.database.reading() as session:
        credential = _own(session, earner_id, credential_id)
    prepared = None
    if disclosure is Disclosure.WITHOUT_LEVELS:
        if not forms.can_hide_levels(credential):
            raise InvalidInputError("there are no levels to leave out", code="unknown_choice")
        try:
            prepared = forms.prepare_form(parts, credential_id)
        except BadgesError as error:
            # What can be shown at all was sound a moment ago: it was revoked, or issued anew.
            raise ConflictError("the badge changed meanwhile", code="changed_meanwhile") from error
    with parts.database.writing() as session:
        # Two clicks at once make one link.
        awards.lock_earner(session, earner_id)
        if prepared is not None:
            forms.store_form(session, parts, prepared, reason="earner_asked")
        _show(session, parts, credential_id, disclosure, random_token)


def unshare(session: Session, earner_id: UUID, credential_id: UUID, *, clock: Clock) -> None:
    """End the link to an earner's credential, if there is one; one made later is another one.

    Raises:
        NotFoundError: the credential is not theirs.
    """
    awards.lock_earner(session, earner_id)
    _own(session, earner_id, credential_id)
    found = shares.find_share(session, credential_id)
    if found is not None:
        found.ended_at = clock()


def _show(
    session: Session,
    parts: IssuingParts,
    credential_id: UUID,
    disclosure: Disclosure,
    random_token: RandomToken,
) -> None:
    form: CredentialFormRow | None = None
    if disclosure is Disclosure.WITHOUT_LEVELS:
        form = shares.find_form(session, credential_id, forms.WITHOUT_LEVELS)
        if form is None:
            raise LookupError(f"credential {credential_id} has no form without levels")
    former = shares.find_share(session, credential_id)
    if former is not None and disclosure_of(former) is disclosure:
        return
    now = parts.clock()
    if former is not None:
        former.ended_at = now
    session.add(
        ShareRow(
            id=parts.new_id(),
            credential_id=credential_id,
            form_id=form.id if form else None,
            token=random_token(),
            created_at=now,
            ended_at=None,
        )
    )


def _own(session: Session, earner_id: UUID, credential_id: UUID) -> CredentialRow:
    found = awards.find_own_credential(session, earner_id, credential_id)
    if found is None:
        raise NotFoundError("not this earner's credential")
    return found[0]
