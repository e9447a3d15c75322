"""Microcredentials that a coordinator signs off: who waits for it, and doing it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from badges.pathway import PathwayState
from lti_tool.errors import ConflictError
from lti_tool.services.dues import find_due
from lti_tool.services.foreign.checking import ForeignParts
from lti_tool.services.foreign.following import verify_counting
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.settling import until_settled
from lti_tool.services.stacking import prepare, settle
from lti_tool.services.stacks import Stack, list_stacks, stand, stand_all
from lti_tool.store import awards, foreign, pathways
from lti_tool.values import ProgramScope


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody whose badges are complete, and who waits for a coordinator."""

    stack: Stack
    earner_id: UUID


def list_waiting(session: Session, program_id: UUID) -> tuple[Waiting, ...]:
    """Return who waits for which microcredential of a program."""
    found = []
    for stack in list_stacks(session, program_id):
        if not stack.definition.needs_sign_off:
            continue
        ids = [one.achievement.id for one in stack.badges]
        holders = {
            *pathways.list_holders(session, ids),
            *foreign.list_holders(session, stack.achievement.id),
        }
        standings = stand_all(session, stack, sorted(holders))
        found += [
            Waiting(stack=stack, earner_id=id_)
            for id_, one in standings.items()
            if one.outcome.state is PathwayState.AWAITS_SIGN_OFF
        ]
    return tuple(found)


def sign_off(
    parts: ForeignParts, scope: ProgramScope, achievement_id: UUID, earner_id: UUID
) -> None:
    """Award a microcredential to somebody whose badges are complete.

    Credentials of other issuers that count for it are verified first, outside any transaction.

    Raises:
        ConflictError: `nothing_to_sign_off`: they do not wait for it (any more);
            `stack_changed` as in a release; `foreign_not_valid`: a credential of another
            issuer, without which it is not complete, does not hold or cannot be verified now.
    """
    verified = verify_counting(parts, scope.program_id, earner_id, pathway_id=achievement_id)
    until_settled(lambda: _sign_off(parts.issuing, scope, achievement_id, earner_id, verified))


def _sign_off(
    parts: IssuingParts,
    scope: ProgramScope,
    achievement_id: UUID,
    earner_id: UUID,
    verified: frozenset[UUID],
) -> None:
    with parts.database.reading() as session:
        due = find_due(
            session, scope.program_id, earner_id, signed_off=achievement_id, verified=verified
        )
        if achievement_id not in {one.stack.achievement.id for one in due}:
            states = {
                stack.achievement.id: stand(session, stack, earner_id).outcome.state
                for stack in list_stacks(session, scope.program_id)
            }
            waits = states.get(achievement_id) is PathwayState.AWAITS_SIGN_OFF
            code = "foreign_not_valid" if waits else "nothing_to_sign_off"
            raise ConflictError("nobody waits for this sign-off", code=code)
    prepared, signed_at = prepare(parts, due), parts.clock()
    with parts.database.writing() as session:
        pathways.share_program(session, scope.program_id)
        awards.lock_earner(session, earner_id)
        settle(
            session,
            scope.program_id,
            earner_id,
            prepared,
            at=signed_at,
            actor_id=scope.user_id,
            new_id=parts.new_id,
            signed_off=achievement_id,
            verified=verified,
            action="microcredential.signed_off",
        )
