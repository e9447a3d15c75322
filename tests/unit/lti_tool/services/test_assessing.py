import threading
from dataclasses import replace

import pytest

from lti_tool.errors import (
    ClosedError,
    InvalidFieldsError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    StaleRevisionError,
)
from lti_tool.services.assessing import (
    Rated,
    Saved,
    get_rated,
    open_for_rating,
    save_assessment,
)
from lti_tool.services.claims import get_rateable, take_claim
from lti_tool.services.decision_inputs import (
    CriterionInput,
    DecisionInputs,
    TaskInput,
    criterion_inputs,
    decision_inputs,
    inputs_hash,
)
from lti_tool.services.decisions import judge, load_inputs, trace_bytes
from lti_tool.store.database import Database
from lti_tool.store.rows import AchievementRow, AttemptRow, DecisionRow
from lti_tool.values import Launch
from rubrics.scoring import Override
from tests.conftest import FakeClock
from tests.factories import a_definition
from tests.rows import a_binding, a_launch, a_link, a_version, an_achievement, an_attempt, an_id
from tests.scenes import Scene, Work, a_scene, a_task_definition, a_task_link


class Rater:
    """Somebody who rates the scene's first work in transactions of their own."""

    def __init__(
        self, database: Database, clock: FakeClock, launch: Launch, attempt: AttemptRow
    ) -> None:
        self._database = database
        self._clock = clock
        self._launch = launch
        self._attempt_id = attempt.id

    def opens(self) -> None:
        """Open the attempt."""
        with self._database.writing() as session:
            open_for_rating(
                session, self._launch, self._attempt_id, clock=self._clock, new_id=an_id
            )

    def takes_over(self) -> None:
        """Take the claim."""
        with self._database.writing() as session:
            take_claim(session, self._launch, self._attempt_id, clock=self._clock)

    def saves(
        self, fields: dict[str, object], *, revision: int = 0, clears: str | None = None
    ) -> Saved:
        """Save some fields."""
        with self._database.writing() as session:
            return save_assessment(
                session,
                self._launch,
                self._attempt_id,
                revision=revision,
                fields=fields,
                clears=clears,
                clock=self._clock,
            )

    def sees(self) -> Rated:
        """What is stored."""
        with self._database.reading() as session:
            parts = get_rateable(session, self._launch, self._attempt_id)
            return get_rated(session, self._launch, parts)

    def given(self) -> dict[str, str]:
        """The fields that hold something."""
        return {name: value for name, value in self.sees().sheet.items() if value}


@pytest.fixture
def scene(database: Database) -> Scene:
    """A badge whose levels the assessor rates, and one learner's work."""
    with database.writing() as session:
        return a_scene(session)


@pytest.fixture
def task_scene(database: Database) -> Scene:
    """A badge whose levels arise from two tasks, and one learner's work."""
    with database.writing() as session:
        return a_scene(session, definition=a_task_definition())


@pytest.fixture
def rater(database: Database, clock: FakeClock, scene: Scene) -> Rater:
    """Somebody who has the work open."""
    made = Rater(database, clock, scene.rater, scene.work.attempt)
    made.opens()
    return made


@pytest.fixture
def task_rater(database: Database, clock: FakeClock, task_scene: Scene) -> Rater:
    """Somebody who has the work of the task badge open."""
    made = Rater(database, clock, task_scene.rater, task_scene.work.attempt)
    made.opens()
    return made


def test_partial_ratings_are_saved_field_by_field(rater: Rater, clock: FakeClock) -> None:
    """Nothing has to be complete to be kept, and each save counts on."""
    first = rater.saves({"level.a": "p3"})
    clock.advance(seconds=5)
    second = rater.saves({"comment.b": "Say more.", "comment": "Well begun."}, revision=1)

    assert (first.revision, set(first.criteria)) == (1, {"a"})
    assert (second.revision, second.saved_at, set(second.criteria)) == (2, clock(), {"b"})
    assert rater.given() == {
        "level.a": "p3",
        "comment.b": "Say more.",
        "comment": "Well begun.",
    }


def test_a_level_can_be_changed_and_taken_back(rater: Rater) -> None:
    """An empty value takes the level back; `clears` does so for whatever a criterion has."""
    rater.saves({"level.a": "p3", "level.b": "p1", "comment.b": "Why."})
    rater.saves({"level.a": "p5"}, revision=1)
    rater.saves({"level.a": ""}, revision=2)
    cleared = rater.saves({}, revision=3, clears="b")

    assert rater.given() == {"comment.b": "Why."}
    assert cleared.criteria == {"b"}


def test_a_refused_field_refuses_the_whole_save(rater: Rater) -> None:
    """A save is atomic: the good fields of a bad save are not stored either."""
    with pytest.raises(InvalidFieldsError):
        rater.saves({"level.a": "p3", "level.b": "p9"})

    assert rater.given() == {}
    assert rater.sees().revision == 0


def test_a_stale_save_changes_nothing_and_says_what_is_stored(
    rater: Rater, clock: FakeClock
) -> None:
    """Two tabs lose nothing: the answer holds every stored field, so that the page catches up."""
    rater.saves({"comment.a": "From the first tab.", "level.b": "p3"})
    saved_at = clock()
    clock.advance(minutes=1)

    with pytest.raises(StaleRevisionError) as caught:
        rater.saves({"comment.a": "From the second tab.", "comment.c": "New."}, revision=0)

    assert caught.value.revision == 1
    assert caught.value.saved_at == saved_at
    assert caught.value.fields == rater.sees().sheet
    assert rater.given() == {"comment.a": "From the first tab.", "level.b": "p3"}


def test_a_save_without_a_change_counts_for_nothing(rater: Rater) -> None:
    """A form sends all its fields; what is stored already is no change."""
    rater.saves({"level.a": "p3", "comment.a": "one\r\ntwo"})

    again = rater.saves({"level.a": "p3", "comment.a": "one\ntwo"}, revision=1)

    assert again == Saved(revision=1, saved_at=again.saved_at, criteria=frozenset())


@pytest.mark.parametrize("state", ["submitted", "returned", "decided"])
def test_only_an_attempt_in_review_is_rated(
    database: Database, clock: FakeClock, scene: Scene, state: str
) -> None:
    """Before it is opened nobody has it, and after the decision it is closed."""
    with database.writing() as session:
        session.get_one(AttemptRow, scene.work.attempt.id).state = state
    rater = Rater(database, clock, scene.rater, scene.work.attempt)

    with pytest.raises(ClosedError):
        rater.saves({"level.a": "p3"})

    assert rater.given() == {}


def test_a_save_after_a_takeover_is_refused_and_loses_nothing(
    database: Database, clock: FakeClock, scene: Scene, rater: Rater
) -> None:
    """Whoever took over goes on from what was saved; the other one is told."""
    rater.saves({"level.a": "p3"})
    other = Rater(database, clock, scene.other, scene.work.attempt)
    other.takes_over()

    with pytest.raises(ClosedError):
        rater.saves({"level.b": "p5"}, revision=1)
    other.saves({"level.b": "p1"}, revision=1)

    seen = other.sees()
    assert other.given() == {"level.a": "p3", "level.b": "p1"}
    assert seen.assessment is not None
    assert seen.assessment.rater_id == scene.other.user_id
    assert [row.rated_by for row in seen.ratings] == [scene.rater.user_id, scene.other.user_id]


def test_nobody_saves_on_their_own_work(database: Database, clock: FakeClock, scene: Scene) -> None:
    """The claim is not the only guard."""
    with database.writing() as session:
        own = a_launch(session, scene.course, scene.work.learner, *scene.rater.roles)

    with pytest.raises(NotAllowedError):
        Rater(database, clock, own, scene.work.attempt).saves({"level.a": "p5"})


def test_an_attempt_behind_another_link_is_not_found(
    database: Database, clock: FakeClock, scene: Scene
) -> None:
    """Each link opens its own badge, also within one course."""
    with database.writing() as session:
        other: AchievementRow = an_achievement(
            session, scene.course.program, slug="two", position=2
        )
        link = a_link(session, scene.course.context, lti_resource_link_id="link-2")
        a_binding(session, link, a_version(session, other))
        launch = replace(scene.rater, resource_link_id=link.id)
    rater = Rater(database, clock, launch, scene.work.attempt)
    rater.opens()

    with pytest.raises(NotFoundError):
        rater.saves({"level.a": "p3"})


def test_levels_arise_from_tasks_and_points_count_from_zero(task_rater: Rater) -> None:
    """Zero is a score; no score is none."""
    task_rater.saves({"task.a.task-1": "0", "task.a.task-2": 5, "task.b.task-1": "4"})

    seen = task_rater.sees()
    result = judge(seen.definition, criterion_inputs(seen.ratings, seen.task_scores)).result
    a, b, *_ = result.criteria
    assert (a.task_total, a.level and a.level.id) == (5, "p1")
    assert (b.task_total, b.level, b.missing_tasks) == (None, None, ("task-2",))


def test_a_typed_score_carries_where_it_comes_from(task_rater: Rater) -> None:
    """With a source a score is typed in, without one it was given on this page."""
    task_rater.saves(
        {"task_source.a.task-1": "Interview in May", "task.a.task-1": "4", "task.a.task-2": "3"}
    )
    assert [(row.source, row.source_note) for row in task_rater.sees().task_scores] == [
        ("typed", "Interview in May"),
        ("page", ""),
    ]

    task_rater.saves({"task_source.a.task-1": ""}, revision=1)
    assert task_rater.sees().task_scores[0].source == "page"


def test_a_source_without_a_score_is_refused_at_its_field(task_rater: Rater) -> None:
    """There is nothing that it could be the source of."""
    with pytest.raises(InvalidFieldsError) as caught:
        task_rater.saves({"task_source.a.task-1": "Interview in May"})

    assert caught.value.faults == {"task_source.a.task-1": ("unrated", None)}


def test_a_score_that_is_taken_back_takes_its_source_along(task_rater: Rater) -> None:
    """Missing is missing, not a score without points."""
    task_rater.saves({"task_source.a.task-1": "Interview", "task.a.task-1": "4"})
    task_rater.saves({"task.a.task-1": ""}, revision=1)

    assert task_rater.given() == {}


def test_an_override_keeps_the_derived_level_beside_it(task_rater: Rater) -> None:
    """Both are kept: what the tasks say, and what the assessor says with a reason."""
    task_rater.saves(
        {
            "task.a.task-1": "5",
            "task.a.task-2": "5",
            "override.a.level": "p3",
            "override.a.reason": "One of the tasks was done in a pair.",
        }
    )

    seen = task_rater.sees()
    result = judge(seen.definition, criterion_inputs(seen.ratings, seen.task_scores)).result
    one = result.criteria[0]
    assert one.derived_level is not None
    assert one.level is not None
    assert (one.derived_level.id, one.level.id) == ("p5", "p3")
    assert one.override == Override(level_id="p3", reason="One of the tasks was done in a pair.")


@pytest.mark.parametrize("name", ["level.a", "comment.e", "task.a.task-3", "task.e.task-1"])
def test_fields_of_another_kind_of_rubric_are_refused(task_rater: Rater, name: str) -> None:
    """Where tasks decide there is no level to choose."""
    with pytest.raises(InvalidInputError) as caught:
        task_rater.saves({name: "p3"})

    assert caught.value.code == "unknown_field"


def on_task_link(database: Database, scene: Scene) -> Launch:
    """A launch of the same rater from a link that opens task-1 alone."""
    with database.writing() as session:
        link = a_task_link(session, scene)
        return replace(scene.rater, resource_link_id=link.id)


def test_a_link_to_one_task_takes_its_scores_and_nothing_else(
    database: Database, clock: FakeClock, task_scene: Scene
) -> None:
    """The whole is decided elsewhere."""
    launch = on_task_link(database, task_scene)
    rater = Rater(database, clock, launch, task_scene.work.attempt)
    rater.opens()
    rater.saves({"task.a.task-1": "4"})

    for name in ("task.a.task-2", "comment", "comment.a", "override.a.reason"):
        with pytest.raises(InvalidInputError) as caught:
            rater.saves({name: "3"}, revision=1)
        assert caught.value.code == "elsewhere"
    row = rater.sees().task_scores[0]
    assert (row.points, row.source, row.source_note) == (4, "link", "Activity of task-1")


def test_a_score_from_a_task_link_is_read_only_on_the_whole_page(
    database: Database, clock: FakeClock, task_scene: Scene, task_rater: Rater
) -> None:
    """It has one home, where it can be changed; elsewhere it is shown."""
    launch = on_task_link(database, task_scene)
    Rater(database, clock, launch, task_scene.work.attempt).saves({"task.a.task-1": "4"})

    for fields in ({"task.a.task-1": "5"}, {"task_source.a.task-1": "Elsewhere"}):
        with pytest.raises(InvalidInputError) as caught:
            task_rater.saves(dict(fields), revision=1)
        assert caught.value.code == "elsewhere"
    task_rater.saves({"task.a.task-1": "4", "task.a.task-2": "5"}, revision=1)
    task_rater.saves({}, revision=2, clears="a")
    assert task_rater.given() == {
        "task.a.task-1": "4",
        "task_source.a.task-1": "Activity of task-1",
    }


def test_a_score_given_on_the_page_becomes_the_links_once_it_is_given_there(
    database: Database, clock: FakeClock, task_scene: Scene, task_rater: Rater
) -> None:
    """The last word on a task is its own link's."""
    task_rater.saves({"task.a.task-1": "2", "task_source.a.task-1": "Interview"})
    launch = on_task_link(database, task_scene)
    Rater(database, clock, launch, task_scene.work.attempt).saves(
        {"task.a.task-1": "4"}, revision=1
    )

    row = task_rater.sees().task_scores[0]
    assert (row.points, row.source, row.source_note) == (4, "link", "Activity of task-1")


def a_returned_attempt(
    database: Database, scene: Scene, work: Work, *criteria: CriterionInput
) -> AttemptRow:
    """Decide the first attempt as returned, and hand in a second one."""
    with database.writing() as session:
        session.get_one(AttemptRow, work.attempt.id).state = "returned"
        inputs = DecisionInputs(
            attempt_id=work.attempt.id,
            definition_sha256=scene.course.version.document_sha256,
            rater_id=scene.other.user_id,
            criteria=criteria,
            comment="",
        )
        document = decision_inputs(inputs)
        judgement = judge(a_definition(), criteria) if not criteria[0].tasks else None
        trace = trace_bytes(judgement.outcome, judgement.result) if judgement else b"{}"
        session.add(
            DecisionRow(
                id=an_id(),
                attempt_id=work.attempt.id,
                verdict="returned",
                released_by=scene.other.user_id,
                released_at=work.attempt.created_at,
                note="Show more of it.",
                supersedes_id=None,
                superseded_at=None,
                inputs=document,
                inputs_sha256=inputs_hash(document),
                trace=trace,
                trace_sha256="",
                definition_sha256=inputs.definition_sha256,
            )
        )
        return an_attempt(session, work.submission, number=2)


def test_what_passed_last_time_is_pre_filled_and_marked(
    database: Database, clock: FakeClock, scene: Scene
) -> None:
    """The rater sees only what is open; a new level is theirs and no longer carried over."""
    second = a_returned_attempt(
        database,
        scene,
        scene.work,
        CriterionInput(criterion_id="a", level_id="p3", comment="Good."),
        CriterionInput(criterion_id="b", level_id="p1", comment="Not yet."),
    )
    rater = Rater(database, clock, scene.rater, second)
    rater.opens()
    rater.opens()

    assert rater.given() == {"level.a": "p3", "comment.a": "Good."}
    assert [(row.is_kept, row.rated_by) for row in rater.sees().ratings] == [
        (True, scene.other.user_id)
    ]
    rater.saves({"comment.a": "Still good."})
    assert rater.sees().ratings[0].is_kept
    rater.saves({"level.a": "p5"}, revision=1)
    row = rater.sees().ratings[0]
    assert (row.is_kept, row.rated_by) == (False, scene.rater.user_id)


def test_kept_task_scores_keep_their_sources(
    database: Database, clock: FakeClock, task_scene: Scene
) -> None:
    """Where a score came from is not forgotten by another attempt."""
    second = a_returned_attempt(
        database,
        task_scene,
        task_scene.work,
        CriterionInput(
            criterion_id="a",
            tasks=(
                TaskInput(task_id="task-1", points=4, source="typed", note="Interview"),
                TaskInput(task_id="task-2", points=4, source="page"),
            ),
        ),
    )
    rater = Rater(database, clock, task_scene.rater, second)
    rater.opens()

    assert rater.given() == {
        "task.a.task-1": "4",
        "task_source.a.task-1": "Interview",
        "task.a.task-2": "4",
    }
    assert rater.sees().ratings[0].is_kept


def test_two_saves_at_once_store_one_and_refuse_the_other(rater: Rater) -> None:
    """Whoever comes second on the same revision is told what the first one stored."""
    barrier = threading.Barrier(2)
    outcomes: dict[str, Saved | StaleRevisionError] = {}

    def saves(level: str) -> None:
        barrier.wait()
        try:
            outcomes[level] = rater.saves({"level.a": level})
        except StaleRevisionError as error:
            outcomes[level] = error

    threads = [threading.Thread(target=saves, args=(level,)) for level in ("p1", "p5")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [level for level, outcome in outcomes.items() if isinstance(outcome, Saved)]
    assert len(outcomes) == 2
    assert len(winners) == 1
    assert rater.given() == {"level.a": winners[0]}
    stale = next(one for one in outcomes.values() if isinstance(one, StaleRevisionError))
    assert stale.fields["level.a"] == winners[0]


def test_what_is_rated_is_what_a_decision_will_rest_on(
    database: Database, scene: Scene, rater: Rater
) -> None:
    """The saved fields are the inputs, word for word, with the last rater as theirs."""
    rater.saves({"level.a": "p3", "comment.a": "Good.", "comment": "On the whole."})

    with database.reading() as session:
        inputs = load_inputs(
            session,
            scene.work.attempt.id,
            a_definition(),
            earner_id=an_id(),
            definition_sha256="0" * 64,
        )

    assert inputs == DecisionInputs(
        attempt_id=scene.work.attempt.id,
        definition_sha256="0" * 64,
        rater_id=scene.rater.user_id,
        criteria=(CriterionInput(criterion_id="a", level_id="p3", comment="Good."),),
        comment="On the whole.",
    )
