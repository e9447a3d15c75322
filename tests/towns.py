"""A program, and a college elsewhere whose badge counts as one of its own."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from badges.definition import DefinitionState
from badges.pathway import Standing
from badges.untrusted import parse_object
from lti_tool.runtime import Runtime
from lti_tool.services import pathway_versions
from lti_tool.services.examining import Report, examine
from lti_tool.services.fetching import FetchingResolver
from lti_tool.services.foreign import following
from lti_tool.services.foreign.checking import ForeignParts
from lti_tool.services.foreign.handing_in import (
    ForeignRefusedError,
    HandedIn,
    Offer,
    hand_in,
)
from lti_tool.services.resolving import ChainedResolver, OwnResolver
from lti_tool.services.stacks import list_stacks
from lti_tool.services.sweeping import run_alone
from lti_tool.store.rows import (
    AchievementRow,
    AuditEventRow,
    ForeignComponentRow,
    ForeignCredentialRow,
    ProgramCoordinatorRow,
    ProgramRow,
)
from lti_tool.values import ProgramScope, Role
from tests import rows
from tests.foreign import ADDRESS, College, foreign_parts
from tests.stacked import Ladder, a_ladder


@dataclass(frozen=True)
class Town:
    """A program with two badges, and a college elsewhere whose badge counts as the second."""

    ladder: Ladder
    college: College
    parts: ForeignParts
    pathway_id: UUID
    scope: ProgramScope

    @property
    def runtime(self) -> Runtime:
        """The process."""
        return self.ladder.runtime

    def offer(self, data: bytes, address: str = ADDRESS, **changes: object) -> Offer:
        """What the learner hands in."""
        made = Offer(
            earner_id=self.ladder.learner.earner_id,
            program_id=self.ladder.program_id,
            pathway_id=self.pathway_id,
            data=data,
            address=address,
        )
        return replace(made, **changes)  # type: ignore[arg-type]  # a test's own keywords

    def hand_in(self, data: bytes | None = None, address: str = ADDRESS) -> HandedIn:
        """Hand a badge of the college in."""
        return hand_in(self.parts, self.offer(data or self.college.signed(), address))

    def refusal(self, data: bytes, **changes: object) -> str:
        """With which code it is refused."""
        with pytest.raises(ForeignRefusedError) as caught:
            hand_in(self.parts, self.offer(data, **changes))  # type: ignore[arg-type]  # as above
        return caught.value.code

    def sweep(self) -> None:
        """Let the worker look."""
        following.look_at_due(self.parts, run=run_alone)

    def next_day(self) -> None:
        """Let a day pass, and the worker look."""
        self.college.clock.advance(hours=25)
        self.sweep()

    def row(self, id_: UUID) -> ForeignCredentialRow:
        """What is stored."""
        with self.runtime.reading() as session:
            found = session.get_one(ForeignCredentialRow, id_)
            assert found.document is not None
            return found

    def standing(self, slug: str = "two") -> Standing:
        """How the learner stands with a badge."""
        return self.ladder.standings().outcome.components[slug].standing

    def actions(self) -> list[str]:
        """What the log of the program says."""
        with self.runtime.reading() as session:
            query = select(AuditEventRow.action).order_by(AuditEventRow.at, AuditEventRow.id)
            return list(session.scalars(query))

    def examine(self, data: bytes) -> Report:
        """Verify as `/verify` of this installation does."""
        fetching = FetchingResolver(self.parts.http)
        own = OwnResolver(self.runtime.database, self.parts.issuing.urls)
        now = self.runtime.clock()
        return examine(data, resolver=ChainedResolver(own, fetching), now=now)


def a_town(
    runtime: Runtime, college: College, *, organisation: str = "harbour", **changes: object
) -> Town:
    """A pathway with these changes."""
    ladder = a_ladder(runtime, slugs=("one", "two"), organisation=organisation)
    values = {"components": ("one", "two"), "accepts": (college.accepted(),)} | changes
    pathway_id = ladder.pathway(**values)
    with runtime.writing() as session:
        coordinator = rows.a_user(session, ladder.course, Role.INSTRUCTOR, name="Cora")
        rows.stored(
            session,
            ProgramCoordinatorRow(
                program_id=ladder.program_id,
                user_id=coordinator.id,
                added_at=rows.NOW,
                ended_at=None,
            ),
        )
    scope = ProgramScope(
        program_id=ladder.program_id,
        organisation_id=ladder.course.organisation.id,
        user_id=coordinator.id,
    )
    return Town(ladder, college, foreign_parts(runtime, college.host), pathway_id, scope)


def open_next(town: Town, **changes: object) -> None:
    """Publish the next version of the pathway."""
    with town.runtime.writing() as session:
        (stack,) = list_stacks(session, town.ladder.program_id)
        draft = replace(stack.definition, state=DefinitionState.DRAFT, **changes)  # type: ignore[arg-type]  # a test's own keywords
        pathway_versions.write_draft(
            session,
            session.get_one(ProgramRow, town.ladder.program_id),
            session.get_one(AchievementRow, town.pathway_id),
            draft,
            clock=town.runtime.clock,
            new_id=town.runtime.new_id,
        )
    town.ladder.publish(town.pathway_id)


def components(town: Town) -> list[UUID]:
    """What microcredentials rest on from elsewhere."""
    with town.runtime.reading() as session:
        return list(session.scalars(select(ForeignComponentRow.foreign_id)))


def related(town: Town) -> dict[str, dict[str, Any]]:
    """What the microcredential binds, by address."""
    document: dict[str, Any] = parse_object(town.ladder.credential().document)
    return {one["id"]: one for one in document["relatedResource"]}
