"""Awards from a file: what single releases and attestations leave, for many at once."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from badges.verification import verify
from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.runtime import Runtime
from lti_tool.services import replaying, revoking
from lti_tool.services.bulk import awarding
from lti_tool.services.bulk.batches import Batches, Ready
from lti_tool.services.decision_inputs import decision_inputs, inputs_hash, read_inputs
from lti_tool.services.deliveries import STEP
from lti_tool.services.jwt_forms import token_of
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.settling import StackChangedError
from lti_tool.store.bulk import lock_earners
from lti_tool.store.rows import (
    AttemptRow,
    AttestationRow,
    AuditEventRow,
    AwardRow,
    CredentialRow,
    DecisionRow,
    EarnerRow,
    ScoreDeliveryRow,
    StatusEntryRow,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import Role
from tests import rows
from tests.bulks import ATTESTED, FAIL, PASS, RATED, Office, a_csv, an_office
from tests.conftest import FakeClock
from tests.coordinators import a_coordinator
from tests.pages import Visitor
from tests.stacked import a_ladder


@pytest.fixture
def office(runtime: Runtime) -> Office:
    """A course with three learners."""
    return an_office(runtime)


def credentials(office: Office) -> list[CredentialRow]:
    """Every credential."""
    with office.runtime.reading() as session:
        return list(session.scalars(select(CredentialRow)))


def test_ratings_lead_to_a_decision_a_badge_and_a_score(office: Office) -> None:
    """A level may be named by its name, id or points; the rule decides, and all is on record."""
    assert office.award(office.rated(PASS, FAIL)) == {2: "awarded", 3: "not_awarded"}

    assert (office.count(DecisionRow), office.count(AwardRow)) == (2, 1)
    assert office.count(ScoreDeliveryRow) == 1
    with office.runtime.reading() as session:
        attempts = session.scalars(select(AttemptRow)).all()
        assert all(one.is_entered and one.state == "decided" for one in attempts)
        assert {one.released_by for one in session.scalars(select(DecisionRow))} == {
            office.coordinator.id
        }
        assert not [d for one in replaying.replay_all(session) for d in one.differences]
    (credential,) = credentials(office)
    resolver = OwnResolver(office.runtime.database, office.runtime.issuing.urls)
    for form in (credential.document, token_of(office.runtime.issuing, credential.id)):
        verified = verify(form, resolver=resolver, now=office.runtime.clock())
        assert "Assessment on record" in str(verified.document["evidence"])


def test_pages_say_that_nothing_was_handed_in(app: Flask, office: Office) -> None:
    """The learner reads the result as of any release, and where it comes from."""
    office.award(office.rated(PASS))
    with office.runtime.writing() as session:
        launch = rows.a_launch(session, office.course, office.learners[0])

    page = Visitor(app, launch).get("/")

    assert "You earned this badge" in page.text
    assert "Entered from the records of your program" in page.text


def test_entered_ratings_are_read_and_corrected_as_any_others(app: Flask, office: Office) -> None:
    """An instructor sees what they are and where they come from, also behind a correction."""
    office.award(office.rated(PASS))
    with office.runtime.writing() as session:
        instructor = rows.a_user(session, office.course, Role.INSTRUCTOR, name="Ida")
        launch = rows.a_launch(session, office.course, instructor, Role.INSTRUCTOR)
        path = f"/attempts/{session.scalars(select(AttemptRow.id)).one()}"
    rater = Visitor(app, launch)
    source = '<p dir="auto">The department&#39;s list of 2025</p>'
    assert source in rater.get(path).text

    form = rater.get(f"{path}/correct").form(rater.url(f"{path}/correct/preview"))
    levels = {name: value for name, value in form.fields.items() if name.startswith("level.")}
    assert levels == {"level.a": "p3", "level.b": "p3", "level.c": "p5", "level.d": "p5"}
    fields = {**form.fields, "level.d": "p1", "reason": "The list was wrong."}
    form = rater.submit(f"{path}/correct/preview", **fields).form(
        rater.url(f"{path}/correct/confirm")
    )
    page = rater.submit(f"{path}/correct/confirm", **form.fields)

    assert "Corrected because: The list was wrong." in page.text
    assert source in page.text
    with office.runtime.reading() as session:
        assert session.scalars(select(AwardRow)).one().revoked_at is not None
        assert not [d for one in replaying.replay_all(session) for d in one.differences]


def test_what_was_entered_formerly_says_where_it_comes_from(app: Flask, office: Office) -> None:
    """It stood with the ratings then, and the decision's own document never changes."""
    office.award(office.rated(PASS))
    with office.runtime.writing() as session:
        instructor = rows.a_user(session, office.course, Role.INSTRUCTOR, name="Ida")
        launch = rows.a_launch(session, office.course, instructor, Role.INSTRUCTOR)
        attempt = session.scalars(select(AttemptRow)).one()
        decision = session.scalars(select(DecisionRow)).one()
        inputs = replace(read_inputs(decision.inputs), source="")
        decision.inputs = decision_inputs(inputs)
        decision.inputs_sha256 = inputs_hash(decision.inputs)
        rows.an_assessment(session, attempt, instructor, {}).source = "The old list"
        path = f"/attempts/{attempt.id}"

    assert '<p dir="auto">The old list</p>' in Visitor(app, launch).get(path).text


def test_a_row_attests_an_earlier_award(office: Office) -> None:
    """As the desk does for one learner: with its day and source, and a line in the log."""
    assert office.award(office.attested("2024-05-01", "2031-01-01", "May")) == {
        2: "awarded",
        3: "day_too_late",
        4: "not_a_day",
    }

    with office.runtime.reading() as session:
        row = session.scalars(select(AttestationRow)).one()
        assert (row.held_since.date().isoformat(), row.source) == ("2024-05-01", "A paper")
        actions = sorted(session.scalars(select(AuditEventRow.action)))
        assert actions == ["award.attested", "awards.entered"]
        assert session.scalars(select(AwardRow.origin)).one() == "attested"


def test_a_check_writes_nothing_and_says_the_same(office: Office) -> None:
    """What a dry run says is what happens."""
    data = office.rated(PASS, FAIL, PASS)

    shown = office.check(data)

    assert (office.count(SubmissionRow), office.count(StatusEntryRow)) == (0, 0)
    assert office.award(data) == shown
    assert set(office.check(data).values()) == {"already"}


def test_the_same_file_again_changes_nothing(office: Office, clock: FakeClock) -> None:
    """Not even the decisions without an award are made again."""
    data = a_csv(
        (*RATED, "held_since"),
        (office.learners[0].sub, "", *PASS, ""),
        (office.learners[1].sub, "", *FAIL, ""),
        (office.learners[2].sub, "", "", "", "", "", "2024-05-01"),
    )
    office.award(data)
    before = [office.count(row) for row in (DecisionRow, AwardRow, StatusEntryRow, AuditEventRow)]
    clock.advance(hours=1)

    assert set(office.award(data).values()) == {"already"}
    after = [office.count(row) for row in (DecisionRow, AwardRow, StatusEntryRow, AuditEventRow)]
    assert after == before == [2, 2, 2, 2]


def test_a_row_that_comes_twice_awards_once(office: Office) -> None:
    """Saying the same twice is harmless; saying two things is refused, the first counts."""
    (first, *_) = office.learners
    data = a_csv(RATED, *((first.sub, "", *given) for given in (PASS, PASS, FAIL)))

    assert office.award(data) == {2: "awarded", 3: "repeated", 4: "contradicts"}
    assert office.count(AwardRow) == 1


def test_nobody_is_guessed(office: Office) -> None:
    """An account is unknown, elsewhere, no learner, or one of two of the same name."""
    course, runtime = office.course, office.runtime
    with runtime.writing() as session:
        for _ in range(2):
            rows.a_user(session, course, name="Sam Same")
        teacher = rows.a_user(session, course, Role.INSTRUCTOR, name="Ines")
        tester = rows.a_user(session, course, name="Tess")
        tester.is_test = True
        other = rows.a_context(session, course.deployment, lti_context_id="course-2")
    data = a_csv(
        ("user", "name", "course", "held_since"),
        ("never-launched", "", "", "2024-05-01"),
        ("", "Sam Same", "", "2024-05-01"),
        (teacher.sub, "", "", "2024-05-01"),
        (tester.sub, "", "", "2024-05-01"),
        (office.learners[0].sub, "Learner 1", "", "2024-05-01"),
        ("", "", "", "2024-05-01"),
        (office.learners[0].sub, "", str(other.id), "2024-05-01"),
        (office.learners[0].sub, "", "no such course", "2024-05-01"),
        ("", "Learner 1", "COURSE-1", "2024-05-01"),
    )

    assert list(office.award(data).values()) == [
        "unknown_user",
        "several_people",
        "no_learner",
        "test_account",
        "other_name",
        "nobody_named",
        "not_in_course",
        "unknown_course",
        "awarded",
    ]
    with runtime.reading() as session:
        assert session.scalars(select(AwardRow.earner_id)).one() == office.learners[1].earner_id


@pytest.mark.parametrize("state", ["draft", "submitted", "in_review"])
def test_work_that_is_open_is_left_alone(office: Office, state: str) -> None:
    """What a learner has begun is theirs to finish, or an assessor's to decide."""
    with office.runtime.writing() as session:
        submission = rows.a_submission(session, office.course, office.learners[0])
        rows.an_attempt(session, submission, state=state)

    assert office.award(office.rated(PASS, PASS)) == {2: f"open_{state}", 3: "awarded"}


def test_cells_are_read_as_the_page_reads_them(office: Office) -> None:
    """Every fault of a row is named; a criterion without a rating is never zero."""
    people = (office.learners[0], office.learners[0], office.learners[0])
    data = office.rated(
        ("expert", "7", "p3", "p3"), ("", "p3", "p3", "p3"), ("", "", "", ""), learners=people
    )

    assert list(office.check(data).values()) == [
        "unknown_level unknown_level",
        "contradicts",
        "says_nothing",
    ]
    assert office.check(office.rated(("", "p3", "p3", "p3"))) == {2: "unrated"}


def test_a_column_that_nobody_rates_by_stops_the_file(office: Office) -> None:
    """A misspelt title would leave a criterion out for everybody."""
    data = a_csv((*RATED, "Clarty"), (office.learners[0].sub, "", *PASS, "p3"))

    with pytest.raises(ConflictError, match="Clarty"):
        office.check(data)
    with pytest.raises(NotFoundError, match="publish it"):
        office.check(office.rated(PASS), badge="nothing-like-it")


def test_who_may_not_release_enters_no_ratings(office: Office) -> None:
    """An instructor may where the program says so; a learner never, and nobody their own."""
    with office.runtime.writing() as session:
        instructor = rows.a_user(session, office.course, Role.INSTRUCTOR, name="Ines")
        assistant = rows.a_user(session, office.course, Role.ASSISTANT, name="Tara")
    data = office.rated(PASS)

    assert office.check(data, actor_id=office.learners[1].id) == {2: "may_not_release"}
    assert office.check(data, actor_id=office.learners[0].id) == {2: "own_work"}
    assert office.check(data, actor_id=assistant.id) == {2: "may_not_release"}
    assert office.check(data, actor_id=instructor.id) == {2: "awarded"}
    attested = office.attested("2024-05-01")
    assert office.check(attested, actor_id=instructor.id) == {2: "not_coordinator"}
    assert office.check(attested) == {2: "awarded"}
    with office.runtime.writing() as session:
        coordinator = session.get_one(UserRow, office.coordinator.id)
        coordinator.earner_id = office.learners[0].earner_id
    assert office.check(attested) == {2: "own_work"}


def test_a_badge_that_was_taken_back_comes_again_only_when_asked(
    office: Office, clock: FakeClock
) -> None:
    """The same file never undoes a revocation by itself; asked for, it is a new credential."""
    data = office.rated(PASS)
    office.award(data)
    (old,) = credentials(office)
    clock.advance(minutes=1)
    revoking.revoke_credential(office.runtime.issuing, old.id, reason="By mistake")
    clock.advance(minutes=1)

    assert office.award(data) == {2: "was_revoked"}
    assert office.award(data, awards_again=True) == {2: "awarded"}
    assert office.award(data, awards_again=True) == {2: "already"}

    new = next(one for one in credentials(office) if one.id != old.id)
    assert (new.status_list_id, new.status_position) != (old.status_list_id, old.status_position)


def test_a_column_that_was_told_something_is_told_the_newer_thing_later(office: Office) -> None:
    """At the same instant, too: platforms refuse what is not newer. What waited is called off."""
    data = office.rated(PASS, PASS)
    office.award(office.rated(PASS))
    (old,) = credentials(office)
    revoking.revoke_credential(office.runtime.issuing, old.id, reason="By mistake")

    assert office.award(data, awards_again=True) == {2: "awarded", 3: "awarded"}

    with office.runtime.reading() as session:
        found = session.scalars(
            select(ScoreDeliveryRow).order_by(ScoreDeliveryRow.user_id, ScoreDeliveryRow.timestamp)
        ).all()
        again = [one for one in found if one.user_id == office.learners[0].id]
        (other,) = [one for one in found if one not in again]
    assert [one.state for one in (*again, other)] == ["superseded", "waiting", "waiting"]
    assert again[0].timestamp == again[0].occurred_at == again[1].occurred_at == other.timestamp
    assert again[1].timestamp == again[0].timestamp + STEP


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nobody_else_awards_to_those_who_are_in_a_batch(office: Office) -> None:
    """Until it is written; others go on."""
    one, *others = (learner.earner_id for learner in office.learners)
    free = select(EarnerRow.id).where(EarnerRow.id.in_([one, *others]))
    with office.runtime.writing() as session:
        lock_earners(session, others)
        with office.runtime.writing() as other:
            found = other.scalars(free.with_for_update(skip_locked=True)).all()

    assert found == [one]


def test_a_badge_held_by_another_decision_is_left_alone(office: Office) -> None:
    """A file corrects nothing: that is done where it was decided, with a reason."""
    office.award(office.attested("2024-05-01"))

    assert office.award(office.rated(PASS)) == {2: "held_otherwise"}
    assert office.award(office.attested("2023-05-01")) == {2: "already"}


def test_a_batch_is_written_whole_or_not_at_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written before stays; the same file goes on behind it."""
    monkeypatch.setattr(awarding, "BATCH", 1)
    data = office.rated(PASS, PASS, PASS)
    running = awarding.award(office.runtime.issuing, office.wish(data))
    assert next(running).done == 1
    running.close()  # type: ignore[attr-defined]  # it is a generator

    assert office.count(AwardRow) == 1
    assert office.award(data) == {2: "already", 3: "awarded", 4: "awarded"}


def test_a_batch_that_somebody_else_overtook_is_signed_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one, which was prepared meanwhile, is written behind it all the same."""
    monkeypatch.setattr(awarding, "BATCH", 1)
    write, tried = Batches.write, list[int]()

    def overtaken(batches: Batches, ready: Ready) -> None:
        tried.append(ready.rows[0].number)
        if len(tried) == 1:
            raise StackChangedError("somebody was quicker")
        write(batches, ready)

    monkeypatch.setattr(Batches, "write", overtaken)

    assert office.award(office.rated(PASS, PASS, PASS)) == dict.fromkeys((2, 3, 4), "awarded")
    assert tried == [2, 2, 3, 4]


def test_few_positions_are_reserved_in_vain(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a batch has over, the next one takes; of a file that stands already there are none."""
    monkeypatch.setattr(awarding, "BATCH", 1)
    data = office.rated(PASS, FAIL, PASS)
    office.award(data)
    assert office.count(StatusEntryRow) == 2
    office.award(data)
    assert office.count(StatusEntryRow) == 2


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_what_follows_is_written_with_it(
    runtime: Runtime, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several badges of one person in one file: the last one brings the microcredential.

    Also where the next batch is about somebody who is in the one that is being written.
    """
    monkeypatch.setattr(awarding, "BATCH", batch)
    ladder = a_ladder(runtime, slugs=("one", "two"))
    ladder.pathway(components=("one", "two"))
    ladder.release("one")
    with runtime.writing() as session:
        other = rows.a_user(session, ladder.course, name="Ben Learner")
        launch = a_coordinator(session, ladder.course)
        coordinator = session.get_one(UserRow, launch.user_id)
    office = Office(runtime, ladder.course, coordinator, (other,))
    data = a_csv(
        ("user", "badge", "held_since"),
        (other.sub, "one", "2024-05-01"),
        (other.sub, "two", "2024-05-02"),
        (ladder.learner.sub, "two", "2024-05-03"),
    )

    assert set(office.award(data).values()) == {"awarded"}

    assert ladder.holds()
    with runtime.reading() as session:
        held = session.scalars(
            select(AwardRow.origin)
            .where(AwardRow.earner_id == other.earner_id)
            .order_by(AwardRow.awarded_at)
        ).all()
    assert sorted(held) == ["attested", "attested", "pathway"]


def test_a_course_that_may_not_award_enters_no_ratings(office: Office) -> None:
    """The program says in which courses its badges are worked on."""
    with office.runtime.writing() as session:
        session.get_one(type(office.course.program), office.course.program.id).courses = "named"

    assert office.check(office.rated(PASS)) == {2: "course_may_not"}
    assert office.check(a_csv(ATTESTED, (office.learners[0].sub, "2024-05-01", "x"))) == {
        2: "awarded"
    }
