"""Definitions from files, into installed programs."""

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import select

from badges.definition import (
    AchievementDefinition,
    DefinitionState,
    definition_hash,
    parse_definition,
    publish,
)
from lti_tool.errors import ConflictError, NotAllowedError, NotFoundError
from lti_tool.services import importing, operating
from lti_tool.store.database import Database
from lti_tool.store.rows import AchievementVersionRow, AttemptRow, AuditEventRow
from rubrics.model import LevelSource, Licence, Source
from tests.conftest import FakeClock
from tests.factories import a_definition, a_placeholder, a_rubric
from tests.rows import (
    a_course,
    a_program,
    a_submission,
    a_user,
    an_achievement,
    an_attempt,
    an_organisation,
)

STRICT = Licence(title="All rights reserved", url="https://x.example", allows_changes=False)


@dataclass
class Operator:
    """Somebody at the command line, of an installation with the program `coaching`."""

    database: Database
    clock: FakeClock

    def install(
        self,
        definition: AchievementDefinition,
        *,
        program: str = "coaching",
        organisation: str | None = None,
        is_new: bool = False,
    ) -> AchievementVersionRow:
        """Import a definition."""
        with self.database.writing() as session:
            return importing.import_definition(
                session,
                definition,
                program=program,
                organisation=organisation,
                is_new=is_new,
                clock=self.clock,
                new_id=uuid4,
            )

    def publish(self, slug: str) -> AchievementVersionRow:
        """Publish a badge."""
        with self.database.writing() as session:
            return operating.publish_achievement(
                session,
                slug=slug,
                level_source=LevelSource.ASSESSOR,
                clock=self.clock,
                new_id=uuid4,
            )

    def find(self, name: str) -> importing.InstalledDefinition:
        """Return an installed badge."""
        with self.database.reading() as session:
            return importing.find_installed(session, name)


@pytest.fixture
def operator(database: Database, clock: FakeClock) -> Operator:
    """An operator whose installation has one program without badges."""
    with database.writing() as session:
        a_program(session, an_organisation(session))
    return Operator(database, clock)


def test_a_definition_becomes_a_draft_of_the_program(operator: Operator) -> None:
    """Whatever the file says of program and state; canonical bytes, hashed, noted."""
    row = operator.install(publish(a_definition()))

    definition = parse_definition(row.document)
    assert (row.number, row.state, row.title) == (1, "draft", "A badge")
    assert (definition.program, definition.state) == ("coaching", DefinitionState.DRAFT)
    assert row.document_sha256 == sha256(row.document).hexdigest() == definition_hash(definition)
    with operator.database.reading() as session:
        event = session.scalars(select(AuditEventRow)).one()
    assert (event.action, event.subject_id, event.note) == (
        "achievement.imported",
        row.id,
        "version 1",
    )


def test_a_draft_is_replaced_and_a_published_version_never(operator: Operator) -> None:
    """Learners are pinned to what was published."""
    operator.install(a_definition())
    assert operator.install(a_definition(title="Second thoughts")).number == 1
    published = operator.publish("a-badge")

    row = operator.install(a_definition(title="Next year"))

    assert (row.number, row.state) == (2, "draft")
    assert operator.find("a-badge@1").definition == parse_definition(published.document)
    assert operator.find("a-badge@1").definition.is_published
    assert operator.find("a-badge").definition.title == "Next year"
    assert operator.publish("a-badge").number == 2
    with operator.database.reading() as session:
        again = session.get_one(AchievementVersionRow, published.id)
        assert (again.document, again.state) == (published.document, "published")


def test_a_placeholder_stays_one_until_it_is_defined(operator: Operator) -> None:
    """And is then the same badge."""
    assert operator.install(a_placeholder()).state == "placeholder"

    row = operator.install(a_definition(id="a-placeholder"))

    assert (row.number, row.state) == (1, "draft")


def test_what_says_the_same_is_not_imported_again(operator: Operator) -> None:
    """Not over a draft, and not over a published version, as which there would be two."""
    operator.install(a_definition())
    for _ in range(2):
        with pytest.raises(ConflictError) as caught:
            operator.install(a_definition(program="elsewhere"))
        assert caught.value.code == "unchanged"
        if operator.find("a-badge").definition.state is DefinitionState.DRAFT:
            operator.publish("a-badge")


def test_a_table_takes_no_badges_place(operator: Operator) -> None:
    """It holds a rubric, and would lose all the rest."""
    definition = importing.definition_of_rubric(
        replace(a_rubric(), id="a-badge"),
        program="table",
        source=Source(name="rubric.csv", sha256="0" * 64),
    )
    assert operator.install(definition, is_new=True).number == 1
    with pytest.raises(ConflictError) as caught:
        operator.install(definition, is_new=True)

    assert caught.value.code == "achievement_exists"


def strict(title: str = "Theirs") -> AchievementDefinition:
    """A definition whose rubric must not be changed."""
    source = Source(name="source.pdf", sha256="b" * 64)
    return a_definition(rubric=replace(a_rubric(), title=title, licence=STRICT, source=source))


def test_a_licence_that_forbids_changes_is_kept(operator: Operator) -> None:
    """Another text from the same source is refused under any name; the same text is not."""
    operator.install(strict())
    tries = (
        strict("Ours"),
        replace(strict("Ours"), id="another-badge"),
        replace(strict(), rubric=replace(strict("Ours").get_rubric(), licence=None)),
    )
    for definition in tries:
        with pytest.raises(NotAllowedError) as caught:
            operator.install(definition)
        assert caught.value.code == "licence"

    assert operator.install(replace(strict(), position=3)).number == 1
    assert operator.install(a_definition(id="our-own")).number == 1


def test_what_must_not_be_handed_on_leaves_in_private_only() -> None:
    """Whoever says so answers for it."""
    licence = replace(STRICT, allows_changes=True, allows_redistribution=False)
    definition = a_definition(licence=licence)
    with pytest.raises(NotAllowedError) as caught:
        importing.check_may_leave(definition, is_private=False)

    assert caught.value.code == "licence"
    assert "--private" in str(caught.value)
    importing.check_may_leave(definition, is_private=True)
    importing.check_may_leave(a_definition(), is_private=False)


@pytest.mark.parametrize(
    "name",
    ["nothing", "a-badge@2", "a-badge@", "a-badge@x", "a-badge@-1", "a-badge@٣", "a-badge@0"],
)
def test_a_version_that_is_not_there_is_named(operator: Operator, name: str) -> None:
    """By slug or number; an empty number is the newest."""
    operator.install(a_definition())
    if name == "a-badge@":
        assert operator.find(name).number == 1
        return
    with pytest.raises(NotFoundError):
        operator.find(name)


def test_a_program_is_one_or_is_named(operator: Operator) -> None:
    """Where several organisations have it the operator says whose."""
    with pytest.raises(NotFoundError):
        operator.install(a_definition(), program="nothing")
    with operator.database.writing() as session:
        a_program(session, an_organisation(session, slug="other"))
    with pytest.raises(ConflictError) as caught:
        operator.install(a_definition())

    assert caught.value.code == "ambiguous"
    operator.install(a_definition(), organisation="other")
    operator.install(a_definition(), organisation="harbour")
    with operator.database.reading() as session:
        (found,) = importing.list_program(session, "coaching", organisation="other")
        assert found.id == "a-badge"
        with pytest.raises(ConflictError):
            importing.find_installed(session, "a-badge")


def test_a_program_is_listed_by_its_newest_definitions(operator: Operator) -> None:
    """In the order of the program."""
    operator.install(a_definition(id="second", position=2))
    operator.install(a_definition(id="first"))
    operator.publish("first")
    operator.install(a_definition(id="first", title="Newer"))

    with operator.database.reading() as session:
        found = importing.list_program(session, "coaching")

    assert [(one.id, one.title) for one in found] == [("first", "Newer"), ("second", "A badge")]


def test_open_work_is_counted_by_the_version_that_it_is_pinned_to(
    database: Database, clock: FakeClock
) -> None:
    """Drafts, work that waits and work under review; not what is decided, nor other versions'."""
    with database.writing() as session:
        course = a_course(session)
        slug = course.achievement.slug
        for state in ("draft", "submitted", "in_review", "returned", "decided"):
            learner = a_user(session, course, name=f"Learner {state}")
            an_attempt(session, a_submission(session, course, learner), state=state)
        again = a_submission(session, course, a_user(session, course, name="Twice"))
        an_attempt(session, again, state="returned")
        an_attempt(session, again, state="draft", number=2)
        an_achievement(session, course.program, slug="other", position=2)

    operator = Operator(database, clock)
    assert operator.find(slug).open_submissions == 4
    operator.install(a_definition(id=slug, title="Newer"))
    assert operator.find(f"{slug}@1").open_submissions == 4
    assert operator.find(slug).open_submissions == 0
    with database.reading() as session:
        assert len(session.scalars(select(AttemptRow)).all()) == 7
