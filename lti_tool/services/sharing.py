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
    credential_id = _own_credential_id(session, launch, credential_id)
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


def unshare_credential(
    session: Session, launch: Launch, credential_id: UUID | None = None, *, clock: Clock
) -> None:
    """End the link; one made later is another one.

    Raises: as `share_credential`.
    """
    share = awards.find_share(session, _own_credential_id(session, launch, credential_id))
    if share is not None:
        share.ended_at = clock()


def _own_credential_id(session: Session, launch: Launch, credential_id: UUID | None) -> UUID:
    # Two clicks at once make one link.
    awards.lock_earner(session, launch.earner_id)
    if credential_id is not None:
        if awards.find_own_credential(session, launch.earner_id, credential_id) is None:
            raise NotFoundError("not this earner's credential")
        return credential_id
    work = find_work(session, launch)
    held = None
    if work is not None and work.attempt.state in DECIDED:
        held = find_held(session, get_decision(session, work))
    if held is None:
        raise ClosedError("there is no credential to share")
    return held.credential.id
