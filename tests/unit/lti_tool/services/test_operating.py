"""What an operator sets up: tenants, issuers, programs, published badges."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from badges.conditions import Holds
from badges.definition import (
    DefinitionState,
    definition_hash,
    parse_definition,
    serialize_definition,
)
from badges.errors import BadgesError, NotPublishableError, PlaceholderDefinitionError
from badges.library import list_shipped, load_shipped
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.services import operating
from lti_tool.store.database import Database
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AuditEventRow,
    IssuerRow,
    OrganisationRow,
    ProgramRow,
)
from rubrics.model import LevelSource, ScoredTask
from tests.conftest import FakeClock

ATPA = "atpa-academic-coaching"
BADGE = f"{ATPA}-2"
BASE_URL = "https://tool.example"

SLUGS = [
    "",
    "A",
    "a b",
    "-a",
    "a-",
    "a--b",
    "a_b",
    "a.b",
    "a/b",
    "../x",
    "ä",
    "٣",
    "a\0",
    "a\n",
    "<b>",
    "a" * 61,
]


@dataclass
class Operator:
    """Somebody at the command line."""

    database: Database
    clock: FakeClock

    def organisation(self, slug: str = "harbour", name: str = "Harbour College") -> OrganisationRow:
        """Add an organisation."""
        with self.database.writing() as session:
            return operating.add_organisation(
                session, slug=slug, name=name, clock=self.clock, new_id=uuid4
            )

    def issuer(
        self,
        organisation: OrganisationRow,
        slug: str = "harbour",
        *,
        name: str = "Harbour College",
        url: str = "https://college.example/",
    ) -> IssuerRow:
        """Add an issuer."""
        with self.database.writing() as session:
            return operating.add_issuer(
                session,
                organisation,
                slug=slug,
                name=name,
                url=url,
                base_url=BASE_URL,
                clock=self.clock,
                new_id=uuid4,
            )

    def install(self, issuer: IssuerRow, name: str = ATPA) -> ProgramRow:
        """Install a shipped program."""
        with self.database.writing() as session:
            return operating.install_program(
                session,
                issuer,
                name=name,
                release_by="instructor",
                clock=self.clock,
                new_id=uuid4,
            )

    def college(self, slug: str = "harbour") -> ProgramRow:
        """Set up one tenant with the transcribed program."""
        return self.install(self.issuer(self.organisation(slug), slug))

    def publish(
        self,
        slug: str = BADGE,
        source: LevelSource = LevelSource.ASSESSOR,
        *,
        organisation: str | None = None,
        tasks: tuple[ScoredTask, ...] = (),
    ) -> AchievementVersionRow:
        """Publish a badge with a choice of how levels arise."""
        with self.database.writing() as session:
            return operating.publish_achievement(
                session,
                slug=slug,
                level_source=source,
                organisation=organisation,
                tasks=tasks,
                clock=self.clock,
                new_id=uuid4,
            )

    def states(self) -> dict[str, str]:
        """The state of every badge by its slug."""
        with self.database.reading() as session:
            found = session.execute(
                select(AchievementRow.slug, AchievementVersionRow.state).join(
                    AchievementVersionRow,
                    AchievementVersionRow.achievement_id == AchievementRow.id,
                )
            )
            return {row.slug: row.state for row in found}


@pytest.fixture
def operator(database: Database, clock: FakeClock) -> Operator:
    """An operator of an empty installation."""
    return Operator(database, clock)


def test_an_issuer_has_its_name_for_good(operator: Operator) -> None:
    """The DID is made from the base URL of now and stored, never derived again."""
    row = operator.issuer(operator.organisation(), "coaching-center")

    assert row.did == "did:web:tool.example:issuers:coaching-center"
    assert row.created_at == operator.clock.now


@pytest.mark.parametrize("slug", SLUGS)
def test_slugs_are_plain(operator: Operator, slug: str) -> None:
    """They stand in addresses and DIDs: small letters, digits, single hyphens."""
    with pytest.raises(InvalidInputError) as caught:
        operator.organisation(slug)
    assert caught.value.field == "slug"

    harbour = operator.organisation()
    with pytest.raises(InvalidInputError):
        operator.issuer(harbour, slug)


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "\n", "a" * 201])
def test_a_name_says_something(operator: Operator, name: str) -> None:
    """It stands on badges; nothing invisible, nothing endless."""
    harbour = operator.organisation()
    with pytest.raises(InvalidInputError) as caught:
        operator.organisation("other", name)
    assert caught.value.field == "name"
    with pytest.raises(InvalidInputError):
        operator.issuer(harbour, name=name)


def test_a_name_is_one_line(operator: Operator) -> None:
    """Stray spaces and line breaks do not reach a badge."""
    assert operator.organisation(name="  Harbour \n College ").name == "Harbour College"


@pytest.mark.parametrize(
    "url", ["", "college.example", "javascript:alert(1)", "ftp://x", "https://a b", "https://"]
)
def test_an_issuer_has_a_web_page(operator: Operator, url: str) -> None:
    """Verifiers link to it."""
    harbour = operator.organisation()
    with pytest.raises(InvalidInputError) as caught:
        operator.issuer(harbour, url=url)
    assert caught.value.field == "url"


def test_what_is_there_is_not_added_twice(operator: Operator) -> None:
    """Each is refused with a word for it, and nothing of the second try stays."""
    harbour, other = operator.organisation(), operator.organisation("other")
    issuer = operator.issuer(harbour)
    operator.install(issuer)
    tries: dict[str, Callable[[], object]] = {
        "organisation_exists": operator.organisation,
        "issuer_exists": lambda: operator.issuer(other, "harbour"),
        "program_installed": lambda: operator.install(issuer),
    }
    for code, again in tries.items():
        with pytest.raises(ConflictError) as caught:
            again()
        assert caught.value.code == code


@pytest.mark.parametrize("name", list_shipped())
def test_a_program_comes_with_its_badges_unpublished(operator: Operator, name: str) -> None:
    """Installing opens nothing: placeholders stay placeholders, the rest are drafts."""
    program = operator.install(operator.issuer(operator.organisation()), name)

    shipped = load_shipped(name)
    assert program.title == shipped.title
    states = {one.id: one.state.value for one in shipped.achievements}
    assert operator.states() == states | {one.id: "draft" for one in shipped.pathways}
    assert set(operator.states().values()) <= {"draft", "placeholder"}
    with operator.database.reading() as session:
        for row in session.scalars(select(AchievementVersionRow)):
            assert (row.number, row.published_at, row.image) == (1, None, None)
            assert row.document_sha256 == sha256(row.document).hexdigest()
            read: dict[str, str] = json.loads(row.document)
            assert row.title == read["title"]


def test_a_badge_is_published_as_rated_by_the_assessor(operator: Operator) -> None:
    """The source leaves open how a level arises: the program says it once."""
    operator.college()
    row = operator.publish(source=LevelSource.ASSESSOR)

    definition = parse_definition(row.document)
    rubric = definition.get_rubric()
    assert (row.state, row.published_at) == ("published", operator.clock.now)
    assert definition.state is DefinitionState.PUBLISHED
    assert (rubric.level_source, rubric.tasks) == (LevelSource.ASSESSOR, ())
    assert row.document_sha256 == definition_hash(definition)
    assert row.image is not None
    assert row.image.startswith(b"<svg")


def test_a_badge_is_published_with_the_suggested_tasks(operator: Operator) -> None:
    """By bands from tasks; the suggestion is two tasks of 0 to 5 whole points."""
    operator.college()
    rubric = parse_definition(operator.publish(source=LevelSource.TASKS).document).get_rubric()

    assert rubric.level_source is LevelSource.TASKS
    assert [(task.minimum, task.maximum) for task in rubric.tasks] == [(0, 5), (0, 5)]
    assert {level.points for level in rubric.criteria[0].levels} == {
        Decimal(5),
        Decimal(3),
        Decimal(1),
    }


def test_a_program_may_name_its_own_tasks(operator: Operator) -> None:
    """The suggestion is no fact."""
    operator.college()
    tasks = (
        ScoredTask(id="session", title="Recorded session", minimum=0, maximum=6),
        ScoredTask(id="essay", title="Essay", minimum=0, maximum=4),
    )
    row = operator.publish(source=LevelSource.TASKS, tasks=tasks)

    assert parse_definition(row.document).get_rubric().tasks == tasks


def test_tasks_that_the_bands_do_not_fit_are_refused(operator: Operator) -> None:
    """A total that no band reaches would leave a learner without a level."""
    operator.college()
    tasks = (ScoredTask(id="session", title="Recorded session", minimum=0, maximum=99),)
    with pytest.raises(BadgesError):
        operator.publish(source=LevelSource.TASKS, tasks=tasks)

    assert operator.states()[BADGE] == "draft"


def test_a_placeholder_is_not_published(operator: Operator) -> None:
    """There is nothing to be assessed by yet."""
    operator.college()
    for number in (1, 3, 4):
        with pytest.raises(PlaceholderDefinitionError):
            operator.publish(f"{ATPA}-{number}")

    assert set(operator.states().values()) == {"draft", "placeholder"}


@pytest.mark.parametrize("source", list(LevelSource))
def test_a_badge_is_published_once(operator: Operator, source: LevelSource) -> None:
    """Learners are pinned to what was published: the choice is not made again."""
    operator.college()
    first = operator.publish()
    with pytest.raises(ConflictError) as caught:
        operator.publish(source=source)

    assert caught.value.code == "already_published"
    with operator.database.reading() as session:
        assert session.get_one(AchievementVersionRow, first.id).document == first.document


def test_publishing_is_traced(operator: Operator) -> None:
    """Who made the choice is an operator; when, and which, stands in the audit log."""
    operator.college()
    row = operator.publish(source=LevelSource.TASKS)
    with operator.database.reading() as session:
        event = session.scalars(select(AuditEventRow)).one()

    assert (event.action, event.subject_id, event.actor_id) == (
        "achievement.published",
        row.id,
        None,
    )
    assert event.note == "levels from tasks"


@pytest.mark.parametrize("slug", ["", "nothing", "atpa-academic-coaching-2 ", "%"])
def test_a_badge_that_is_not_there_cannot_be_published(operator: Operator, slug: str) -> None:
    """The slug is compared exactly."""
    operator.college()
    with pytest.raises(NotFoundError):
        operator.publish(slug)


def test_two_tenants_publish_the_same_badge_apart(operator: Operator) -> None:
    """Where several have it the operator says whose; neither choice touches the other's."""
    operator.college("harbour")
    operator.college("hilltop")
    with pytest.raises(ConflictError) as caught:
        operator.publish()
    assert caught.value.code == "ambiguous"
    with pytest.raises(NotFoundError):
        operator.publish(organisation="nobody")

    first = operator.publish(organisation="harbour", source=LevelSource.TASKS)
    second = operator.publish(organisation="hilltop")
    assert first.achievement_id != second.achievement_id
    sources = [parse_definition(row.document).get_rubric().level_source for row in (first, second)]
    assert sources == [LevelSource.TASKS, LevelSource.ASSESSOR]


def test_a_choice_that_a_definition_makes_stays(operator: Operator) -> None:
    """The invented program's own badges say how levels arise; agreeing changes nothing else."""
    operator.install(operator.issuer(operator.organisation()), "harbour-coaching")
    for shipped in load_shipped("harbour-coaching").achievements:
        source = shipped.get_rubric().level_source
        assert source is not None
        row = operator.publish(shipped.id, source)
        assert parse_definition(row.document).rubric == shipped.rubric


def test_a_prerequisite_outside_the_program_stops_publishing(operator: Operator) -> None:
    """The linter looks at all badges of the program, and at no others."""
    operator.install(operator.issuer(operator.organisation()), "harbour-coaching")
    slug = load_shipped("harbour-coaching").achievements[0].id

    def ask_for(achievement: str) -> None:
        with operator.database.writing() as session:
            (row,) = session.scalars(
                select(AchievementVersionRow)
                .join(AchievementRow, AchievementRow.id == AchievementVersionRow.achievement_id)
                .where(AchievementRow.slug == slug)
            )
            asked = replace(
                parse_definition(row.document), conditions=(Holds(achievement=achievement),)
            )
            row.document = serialize_definition(asked)
            row.document_sha256 = definition_hash(asked)

    ask_for(BADGE)
    with pytest.raises(NotPublishableError, match="prerequisite_unknown"):
        operator.publish(slug)
    ask_for("harbour-own-course")
    assert operator.publish(slug).state == "published"


def test_ids_are_the_callers(operator: Operator) -> None:
    """Services make no ids of their own."""
    wanted = UUID(int=7)
    with operator.database.writing() as session:
        row = operating.add_organisation(
            session, slug="a", name="A", clock=operator.clock, new_id=lambda: wanted
        )

    assert row.id == wanted
