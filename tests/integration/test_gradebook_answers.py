"""Every answer that a platform may give to a score, over real HTTP: what becomes of the score."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest

from lti_tool.lti import connections
from lti_tool.lti.outcomes import Reason
from lti_tool.lti.scores import ScoreKind
from lti_tool.runtime import Runtime
from lti_tool.sandbox.model import Family
from lti_tool.services.delivering import GIVEN_UP_AFTER
from tests.conftest import FakeClock
from tests.functional.sandbox_tool import ACTIVITY
from tests.gradebooks import MAXIMILIANA, ROSA, Gradebook, a_gradebook

COMMENT = "Badge earned."
UNCERTAIN = [
    {"kind": "slow", "seconds": 2},
    {"kind": "drop"},
    {"kind": "html"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 502},
    {"kind": "status", "status": 504},
]


class Opening(Protocol):
    """Opens the gradebook of one family."""

    def __call__(self, family: Family = Family.GENERIC) -> Gradebook:
        """Run the platform until the test ends."""


@pytest.fixture
def open_gradebook(runtime: Runtime, tmp_path: Path) -> Iterator[Opening]:
    """Gradebooks that run until the test ends."""
    with ExitStack() as stack:

        def opening(family: Family = Family.GENERIC) -> Gradebook:
            found = a_gradebook(runtime, tmp_path, family=family, slug=family.value)
            return stack.enter_context(found)

        yield opening


@pytest.mark.parametrize("family", list(Family))
def test_an_earned_badge_is_all_the_points(open_gradebook: Opening, family: Family) -> None:
    """20 of 20 of the rubric's points, with the comment, at the decision's own time."""
    gradebook = open_gradebook(family)
    gradebook.say()

    assert gradebook.deliver() == 1
    row, result = gradebook.last(), gradebook.result()
    assert (row.state, row.tries, row.last_code) == ("delivered", 1, "")
    assert row.delivered_at == gradebook.runtime.clock()
    assert row.leased_until is None
    assert result is not None
    assert (result["score"], result["comments"]) == (20, [COMMENT])
    assert gradebook.deliver() == 0


def test_an_expired_token_is_renewed_at_once(open_gradebook: Opening) -> None:
    """One 401 leads to one new token, within the same try."""
    gradebook = open_gradebook()
    gradebook.say()
    gradebook.deliver()
    gradebook.control("DELETE", "/tokens")
    gradebook.say(to=MAXIMILIANA)
    gradebook.deliver()

    row = gradebook.last(MAXIMILIANA)
    assert (row.state, row.tries) == ("delivered", 1)
    assert [post["answered"] for post in gradebook.posts()] == ["204", "401", "204"]


def test_a_token_that_is_never_honoured(open_gradebook: Opening, clock: FakeClock) -> None:
    """It is tried again later, and whoever reads the code knows what to do."""
    gradebook = open_gradebook()
    gradebook.fail(kind="status", status=401, times=2)
    gradebook.say()
    gradebook.deliver()

    row = gradebook.last()
    assert (row.state, row.last_code) == ("waiting", Reason.TOKEN_NOT_HONOURED)
    assert len(gradebook.posts()) == 2
    clock.advance(minutes=1)
    gradebook.deliver()
    assert gradebook.last().state == "delivered"


def test_a_token_service_that_is_down(open_gradebook: Opening, clock: FakeClock) -> None:
    """Nothing was sent, so nothing is uncertain."""
    gradebook = open_gradebook()
    gradebook.fail(service="token", kind="status", status=503)
    gradebook.say()
    gradebook.deliver()

    row = gradebook.last()
    assert (row.state, row.is_outcome_unknown) == ("waiting", False)
    assert gradebook.posts() == []
    clock.advance(minutes=1)
    gradebook.deliver()
    assert gradebook.last().state == "delivered"


@pytest.mark.parametrize(
    ("family", "failure", "code"),
    [
        (Family.GENERIC, {"status": 404}, Reason.LINE_ITEM_GONE),
        (Family.GENERIC, {"status": 403}, Reason.ACCESS_REFUSED),
        (Family.GENERIC, {"status": 422}, Reason.SCORE_REFUSED),
        (Family.MOODLE, {"status": 400}, Reason.USER_NOT_GRADABLE),
        (
            Family.CANVAS,
            {"status": 422, "reason": "maximum number of allowed attempts has been reached"},
            Reason.ATTEMPTS_USED_UP,
        ),
        (Family.CANVAS, {"status": 403, "reason": "course has concluded"}, Reason.COURSE_ENDED),
    ],
)
def test_a_final_refusal_fails_at_once(
    open_gradebook: Opening,
    clock: FakeClock,
    family: Family,
    failure: dict[str, object],
    code: Reason,
) -> None:
    """Repeating would not help: an instructor reads why, and the others go on."""
    gradebook = open_gradebook(family)
    gradebook.fail(kind="status", **failure)
    gradebook.say()
    clock.advance(seconds=1)
    gradebook.say(to=MAXIMILIANA)

    assert gradebook.deliver() == 2
    assert (gradebook.last().state, gradebook.last().last_code) == ("failed", code)
    assert gradebook.last(MAXIMILIANA).state == "delivered"
    assert gradebook.deliver() == 0


def test_somebody_who_is_no_learner_there(open_gradebook: Opening) -> None:
    """What the platform itself refuses is final too."""
    gradebook = open_gradebook(Family.CANVAS)
    with gradebook.runtime.writing() as session:
        session.merge(gradebook.learners[ROSA]).sub = "3"
    gradebook.say()
    gradebook.deliver()

    assert gradebook.last().state == "failed"


@pytest.mark.parametrize(
    ("family", "failure", "seconds"),
    [
        (Family.GENERIC, {"status": 429, "retry_after": "120"}, 120),
        (Family.GENERIC, {"status": 429}, 60),
        (Family.GENERIC, {"status": 503, "retry_after": "300"}, 300),
        (Family.CANVAS, {"status": 403, "reason": "403 Forbidden (Rate Limit Exceeded)"}, 60),
    ],
)
def test_a_platform_that_asks_for_patience_gets_it(
    open_gradebook: Opening,
    clock: FakeClock,
    family: Family,
    failure: dict[str, object],
    seconds: int,
) -> None:
    """Nobody's score is sent there before its time; then all go, once."""
    gradebook = open_gradebook(family)
    gradebook.fail(kind="status", **failure)
    gradebook.say()
    # Of two that are due since the same instant, either may be the first.
    clock.advance(seconds=1)
    gradebook.say(to=MAXIMILIANA)

    assert gradebook.deliver() == 1
    assert gradebook.last().last_code == Reason.PLATFORM_BUSY
    assert gradebook.deliver() == 0
    clock.advance(seconds=seconds)
    assert gradebook.deliver() == 2
    assert gradebook.last().state == gradebook.last(MAXIMILIANA).state == "delivered"
    result = gradebook.result()
    assert result is not None
    assert result["comments"] == [COMMENT]


@pytest.mark.parametrize("is_processed", [False, True])
@pytest.mark.parametrize("failure", UNCERTAIN, ids=lambda one: "-".join(map(str, one.values())))
def test_an_unknown_outcome_is_looked_up(
    open_gradebook: Opening,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    failure: dict[str, object],
    *,
    is_processed: bool,
) -> None:
    """Whether the message arrived or not, Canvas has the score and one comment in the end."""
    gradebook = open_gradebook(Family.CANVAS)
    gradebook.say(to=MAXIMILIANA)
    gradebook.deliver()
    gradebook.say()
    gradebook.fail(**failure, is_processed=is_processed)
    with monkeypatch.context() as impatience:
        impatience.setattr(connections, "READ_SECONDS", 1)
        gradebook.deliver()
    row = gradebook.last()
    assert (row.state, row.is_outcome_unknown) == ("waiting", True)

    clock.advance(minutes=2)
    gradebook.deliver()
    result = gradebook.result()
    assert gradebook.last().state == "delivered"
    assert result is not None
    assert (result["score"], result["comments"]) == (20, [COMMENT])


@pytest.mark.parametrize("family", [Family.GENERIC, Family.MOODLE])
def test_an_unknown_outcome_where_comments_take_each_others_place(
    open_gradebook: Opening, clock: FakeClock, family: Family
) -> None:
    """There the message is found, or said again and found to be there."""
    gradebook = open_gradebook(family)
    gradebook.fail(kind="drop", is_processed=True)
    gradebook.fail(service="results", kind="status", status=403)
    gradebook.say()
    gradebook.deliver()
    clock.advance(minutes=2)
    gradebook.deliver()

    assert gradebook.last().state == "delivered"
    result = gradebook.result()
    assert result is not None
    assert (result["score"], result["comments"]) == (20, [COMMENT])


def test_results_that_cannot_be_read_cost_the_comment_not_the_score(
    open_gradebook: Opening, clock: FakeClock
) -> None:
    """Without knowing what arrived, Canvas gets the score again and no second comment."""
    gradebook = open_gradebook(Family.CANVAS)
    gradebook.fail(kind="drop", is_processed=True)
    gradebook.fail(service="results", kind="status", status=403)
    gradebook.say()
    gradebook.deliver()
    clock.advance(minutes=2)
    gradebook.deliver()

    assert [post["body"].get("comment") for post in gradebook.posts()] == [COMMENT, None]
    assert gradebook.last().state == "delivered"


def test_results_that_are_down_are_waited_for(open_gradebook: Opening, clock: FakeClock) -> None:
    """While nobody can look, nothing is said again."""
    gradebook = open_gradebook(Family.CANVAS)
    gradebook.fail(kind="drop", is_processed=True)
    gradebook.fail(service="results", kind="status", status=500)
    gradebook.fail(service="results", kind="status", status=429)
    gradebook.fail(service="results", kind="drop")
    gradebook.say()
    codes = []
    for _ in range(4):
        gradebook.deliver()
        codes.append(gradebook.last().last_code)
        clock.advance(hours=1)

    assert codes == [
        Reason.PLATFORM_UNANSWERED,
        Reason.PLATFORM_FAILED,
        Reason.PLATFORM_BUSY,
        Reason.PLATFORM_UNANSWERED,
    ]
    gradebook.deliver()
    assert gradebook.last().state == "delivered"
    assert len(gradebook.posts()) == 1


def test_a_platform_that_goes_down_before_anybody_could_look(
    open_gradebook: Opening, clock: FakeClock
) -> None:
    """It stays uncertain until it is back."""
    gradebook = open_gradebook(Family.CANVAS)
    gradebook.fail(kind="drop", is_processed=True)
    gradebook.say()
    gradebook.deliver()
    gradebook.server.stop()
    clock.advance(minutes=2)
    gradebook.deliver()
    row = gradebook.last()
    assert (row.last_code, row.is_outcome_unknown) == (Reason.PLATFORM_UNREACHABLE, True)

    gradebook.server.start()
    clock.advance(minutes=2)
    gradebook.deliver()
    assert gradebook.last().state == "delivered"
    assert len(gradebook.posts()) == 1


def test_a_message_of_work_handed_in_is_repeated_as_it_was(
    open_gradebook: Opening, clock: FakeClock
) -> None:
    """It has no comment, and Canvas counts the same time of submission once."""
    gradebook = open_gradebook(Family.CANVAS)
    gradebook.fail(kind="drop", is_processed=True)
    gradebook.say(ScoreKind.SUBMITTED, comment="")
    gradebook.deliver()
    clock.advance(minutes=2)
    gradebook.deliver()

    result = gradebook.result()
    assert gradebook.last().state == "delivered"
    assert result is not None
    assert (result["attempts"], result["status"], result["comments"]) == (1, "Needs grading", [])
    submission = gradebook.submissions[ROSA]
    assert result["submission_url"] == f"https://tool.example/lti/launch?r={submission.id}"


def test_a_platform_that_is_down_gets_everything_later(
    open_gradebook: Opening, clock: FakeClock
) -> None:
    """The row waits, longer each time, and goes when the platform is back."""
    gradebook = open_gradebook()
    gradebook.say()
    gradebook.server.stop()
    waits = []
    for _ in range(4):
        gradebook.deliver()
        row = gradebook.last()
        assert (row.state, row.last_code) == ("waiting", Reason.PLATFORM_UNREACHABLE)
        waits.append((row.next_try_at - clock()).total_seconds())
        clock.advance(seconds=waits[-1])
    gradebook.server.start()
    gradebook.deliver()

    assert waits == [7.5, 15, 30, 60]
    assert (gradebook.last().state, gradebook.last().tries) == ("delivered", 5)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        ({"kind": "status", "status": 503}, Reason.GIVEN_UP),
        ({"kind": "status", "status": 401, "times": 2}, Reason.TOKEN_NOT_HONOURED),
        ({"kind": "status", "status": 409, "times": 2}, Reason.NEWER_SCORE),
    ],
)
def test_after_three_days_an_instructor_has_to_act(
    open_gradebook: Opening, clock: FakeClock, failure: dict[str, object], code: Reason
) -> None:
    """What never arrived is failed, with a code that says what to do."""
    gradebook = open_gradebook()
    gradebook.say()
    clock.now += GIVEN_UP_AFTER - timedelta(seconds=1)
    gradebook.fail(**failure)
    gradebook.deliver()
    assert gradebook.last().state == "waiting"

    clock.advance(hours=1)
    gradebook.fail(**failure)
    gradebook.deliver()
    assert (gradebook.last().state, gradebook.last().last_code) == ("failed", code)


@pytest.mark.parametrize("family", list(Family))
def test_an_older_time_than_the_gradebooks_is_made_newer(
    open_gradebook: Opening, clock: FakeClock, family: Family
) -> None:
    """Another tool's or person's later score gives way to the decision, which is the truth."""
    gradebook = open_gradebook(family)
    first = gradebook.say(ScoreKind.EARNED)
    gradebook.deliver()
    gradebook.change(first, timestamp=clock() - timedelta(hours=2))
    gradebook.control("PUT", f"/results/{ACTIVITY}/{ROSA}", {"score": 3})
    clock.advance(seconds=-3600)
    gradebook.say(comment="Corrected.")
    clock.advance(seconds=7200)
    gradebook.deliver()

    row, result = gradebook.last(), gradebook.result()
    assert row.timestamp == clock()
    assert result is not None
    if family is Family.MOODLE:
        assert (row.state, row.last_code) == ("failed", Reason.SCORE_NOT_KEPT)
    else:
        assert (row.state, result["score"]) == ("delivered", 20)


def test_a_score_that_the_platform_calls_older_and_holds_is_delivered(
    open_gradebook: Opening,
) -> None:
    """A 409 for what is there already is no reason to say it again."""
    gradebook = open_gradebook(Family.MOODLE)
    gradebook.say()
    gradebook.fail(kind="status", status=409, is_processed=True)
    gradebook.deliver()

    assert gradebook.last().state == "delivered"
    assert len(gradebook.posts()) == 1


def test_a_platform_that_calls_everything_older(open_gradebook: Opening, clock: FakeClock) -> None:
    """One repetition with a later time, then patience; times go on increasing."""
    gradebook = open_gradebook()
    gradebook.fail(kind="status", status=409, times=4)
    gradebook.say()
    times = [gradebook.last().timestamp]
    for _ in range(2):
        gradebook.deliver()
        row = gradebook.last()
        assert (row.state, row.last_code) == ("waiting", Reason.NEWER_SCORE)
        times.append(row.timestamp)
        clock.advance(minutes=2)
    gradebook.deliver()

    assert gradebook.last().state == "delivered"
    assert len(gradebook.posts()) == 5
    assert times[0] < times[1] < times[2]


@pytest.mark.parametrize(
    ("family", "state", "sent"),
    [
        (Family.GENERIC, "delivered", 1),
        (Family.CANVAS, "delivered", 1),
        (Family.MOODLE, "unneeded", 0),
    ],
)
def test_work_handed_in(open_gradebook: Opening, family: Family, state: str, sent: int) -> None:
    """Moodle is told nothing: it would erase a grade that a teacher typed."""
    gradebook = open_gradebook(family)
    gradebook.say(ScoreKind.SUBMITTED, comment="")
    gradebook.deliver()

    assert gradebook.last().state == state
    assert len(gradebook.posts()) == sent
    if sent:
        result = gradebook.result()
        assert result is not None
        assert result["status"] == "Needs grading"


@pytest.mark.parametrize("family", [Family.GENERIC, Family.MOODLE])
def test_work_handed_in_after_a_grade(
    open_gradebook: Opening, clock: FakeClock, family: Family
) -> None:
    """Once a score has arrived, a message without one could erase it: none is sent."""
    gradebook = open_gradebook(family)
    gradebook.say()
    gradebook.deliver()
    clock.advance(hours=1)
    gradebook.say(ScoreKind.SUBMITTED, comment="")
    gradebook.deliver()

    result = gradebook.result()
    assert gradebook.last().state == "unneeded"
    assert result is not None
    assert result["score"] == 20


def test_work_handed_in_where_the_gradebook_has_a_newer_grade(open_gradebook: Opening) -> None:
    """Somebody graded it there meanwhile: there is nothing to announce any more."""
    gradebook = open_gradebook()
    gradebook.control("PUT", f"/results/{ACTIVITY}/{ROSA}", {"score": 3})
    gradebook.fail(kind="status", status=409)
    gradebook.say(ScoreKind.SUBMITTED, comment="")
    gradebook.deliver()

    assert gradebook.last().state == "unneeded"
    assert len(gradebook.posts()) == 1


def test_canvas_keeps_the_grade_when_work_is_handed_in_again(
    open_gradebook: Opening, clock: FakeClock
) -> None:
    """SpeedGrader gets the new attempt, the grade stays."""
    gradebook = open_gradebook(Family.CANVAS)
    gradebook.say()
    gradebook.deliver()
    clock.advance(hours=1)
    gradebook.say(ScoreKind.SUBMITTED, comment="")
    gradebook.deliver()

    result = gradebook.result()
    assert gradebook.last().state == "delivered"
    assert result is not None
    assert (result["score"], result["status"], result["attempts"]) == (20, "Needs grading", 1)


@pytest.mark.parametrize("family", [Family.CANVAS, Family.MOODLE])
def test_a_score_is_taken_back(open_gradebook: Opening, clock: FakeClock, family: Family) -> None:
    """After a correction that says so, the gradebook holds no score."""
    gradebook = open_gradebook(family)
    gradebook.say()
    gradebook.deliver()
    clock.advance(hours=1)
    gradebook.say(ScoreKind.CLEARED, comment="Corrected.")
    gradebook.deliver()

    result = gradebook.result()
    assert gradebook.last().state == "delivered"
    assert result is not None
    assert result["score"] is None


def test_a_score_that_was_not_taken_back(open_gradebook: Opening, clock: FakeClock) -> None:
    """A platform that answers "yes" and keeps its score is found out."""
    gradebook = open_gradebook(Family.GENERIC)
    gradebook.say()
    gradebook.deliver()
    clock.advance(hours=1)
    gradebook.say(ScoreKind.CLEARED, comment="Corrected.")
    gradebook.deliver()

    assert (gradebook.last().state, gradebook.last().last_code) == ("failed", Reason.SCORE_NOT_KEPT)


def test_moodle_keeps_what_a_teacher_typed(open_gradebook: Opening) -> None:
    """Its 200 says nothing: the instructor learns that the gradebook holds another grade."""
    gradebook = open_gradebook(Family.MOODLE)
    gradebook.control("PUT", f"/results/{ACTIVITY}/{ROSA}", {"score": 3})
    gradebook.say()
    gradebook.deliver()

    assert (gradebook.last().state, gradebook.last().last_code) == ("failed", Reason.SCORE_NOT_KEPT)


@pytest.mark.parametrize("status", [403, 500])
def test_moodles_word_is_believed_where_results_cannot_be_read(
    open_gradebook: Opening, status: int
) -> None:
    """A look that fails does not undo a delivery."""
    gradebook = open_gradebook(Family.MOODLE)
    gradebook.fail(service="results", kind="status", status=status)
    gradebook.say()
    gradebook.deliver()

    assert gradebook.last().state == "delivered"


@pytest.mark.parametrize("is_again", [False, True])
def test_a_link_without_a_column(open_gradebook: Opening, *, is_again: bool) -> None:
    """Where the column went away after the decision, an instructor is told."""
    gradebook = open_gradebook()
    gradebook.say(is_again=is_again)
    with gradebook.runtime.writing() as session:
        session.merge(gradebook.course.link).line_item_url = None
    gradebook.deliver()

    assert (gradebook.last().state, gradebook.last().last_code) == ("failed", Reason.LINE_ITEM_GONE)
    assert gradebook.posts() == []
