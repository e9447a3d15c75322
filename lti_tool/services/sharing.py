"""A credential is private until its earner makes a link to it; they can end the link."""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ClosedError, NotFoundError
from lti_tool.services.drafts import find_work
from lti_tool.services.learner_results import find_held, get_decision
from lti_tool.services.submitting import DECIDED
from lti_tool.store import awards
from lti_tool.store.rows import ShareRow
from lti_tool.values import Clock, Launch, NewId, RandomToken


def share_credential(
    session: Session,
    launch: Launch,
    credential_id: UUID | None = None,
    *,
    clock: Clock,
    new_id: NewId,
    random_token: RandomToken,
) -> None:
    """Make the link to the learner's own credential, unless there is one.

    Without an id it is the one that they hold by the launch's activity.

    Raises:
        ClosedError: they hold none by this activity.
        NotFoundError: the credential is not theirs.
    """
    share(
        session,
        launch.earner_id,
        credential_id or _held_credential_id(session, launch),
        clock=clock,
        new_id=new_id,
        random_token=random_token,
    )


def unshare_credential(
    session: Session, launch: Launch, credential_id: UUID | None = None, *, clock: Clock
) -> None:
    """End the link; one made later is another one.

    Raises: as `share_credential`.
    """
    id_ = credential_id or _held_credential_id(session, launch)
    unshare(session, launch.earner_id, id_, clock=clock)


def share(
    session: Session,
    earner_id: UUID,
    credential_id: UUID,
    *,
    clock: Clock,
    new_id: NewId,
    random_token: RandomToken,
) -> None:
    """Make the link to an earner's credential, unless there is one.

    Raises:
        NotFoundError: the credential is not theirs.
    """
    _lock_own(session, earner_id, credential_id)
    if awards.find_share(session, credential_id) is None:
        session.add(
            ShareRow(
                id=new_id(),
                credential_id=credential_id,
                token=random_token(),
                created_at=clock(),
                ended_at=None,
            )
        )


def unshare(session: Session, earner_id: UUID, credential_id: UUID, *, clock: Clock) -> None:
    """End the link to an earner's credential, if there is one.

    Raises: as `share`.
    """
    _lock_own(session, earner_id, credential_id)
    found = awards.find_share(session, credential_id)
    if found is not None:
        found.ended_at = clock()


def _lock_own(session: Session, earner_id: UUID, credential_id: UUID) -> None:
    # Two clicks at once make one link.
    awards.lock_earner(session, earner_id)
    if awards.find_own_credential(session, earner_id, credential_id) is None:
        raise NotFoundError("not this earner's credential")


def _held_credential_id(session: Session, launch: Launch) -> UUID:
    """Return the credential that the learner holds by the launch's activity."""
    work = find_work(session, launch)
    held = None
    if work is not None and work.attempt.state in DECIDED:
        held = find_held(session, get_decision(session, work))
    if held is None:
        raise ClosedError("there is no credential to share")
    return held.credential.id
