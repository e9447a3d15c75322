"""Two assessors over HTTP: unseen of each other, then side by side, then decided."""

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from badges.conditions import TotalAtLeast
from badges.definition import publish
from lti_tool.runtime import Runtime
from lti_tool.services.combining import combine
from lti_tool.services.decision_inputs import (
    DecisionInputs,
    SeatInput,
    inputs_hash,
    read_inputs,
    read_seat,
)
from lti_tool.services.keyring import ensure_issuer_keys
from lti_tool.store.rows import (
    AssessmentRow,
    AttemptSeatRow,
    DecisionRow,
    HandInRow,
    KeptTextRow,
    LaunchRow,
)
from lti_tool.values import Launch, Role
from rubrics.criterion import Criterion
from rubrics.model import Aggregation
from rubrics.scales import NumericScale, ScaleKind
from tests.conftest import FakeClock
from tests.factories import a_definition, a_rubric, a_task_rubric
from tests.pages import Visitor
from tests.rows import a_launch, a_user, an_attempt
from tests.scenes import a_task_link
from tests.trios import Seat, Trio, a_shared_definition, a_trio, seat_of

POLICIES = (Aggregation.ADJUDICATED, Aggregation.CONSENSUS, Aggregation.LATEST)


def stored_trio(runtime: Runtime, trio_of: Aggregation, **how: str) -> Trio:
    """Store a trio whose issuer can sign."""
    with runtime.writing() as session:
        made = a_trio(session, a_shared_definition(trio_of), learners=2, **how)
        ensure_issuer_keys(
            session,
            made.scene.course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        return made


@pytest.fixture
def trio(runtime: Runtime) -> Trio:
    """Two learners' work, where a third person decides on differences."""
    return stored_trio(runtime, Aggregation.ADJUDICATED)


@pytest.fixture
def first(app: Flask, trio: Trio) -> Seat:
    """Tara, at the first work."""
    return seat_of(app, trio.first, trio)


@pytest.fixture
def second(app: Flask, trio: Trio) -> Seat:
    """Uma, at the first work."""
    return seat_of(app, trio.second, trio)


@pytest.fixture
def decider(app: Flask, trio: Trio) -> Seat:
    """Ivo, at the first work."""
    return seat_of(app, trio.decider, trio)


def decision_of(runtime: Runtime) -> tuple[DecisionRow, DecisionInputs]:
    """The only standing decision, and what it rests on."""
    with runtime.reading() as session:
        row = session.scalars(select(DecisionRow).where(DecisionRow.superseded_at.is_(None))).one()
    return row, read_inputs(row.inputs)


def levels_of(seat: SeatInput) -> str:
    """The points of every level that a seat has given, in the order of criteria."""
    return "".join(one.level_id[1:] for one in seat.criteria if one.level_id)


def send_as(seat: Seat, number: int, *, revision: int, fields: dict[str, object]) -> TestResponse:
    """Save as the page of another seat would."""
    body = {"revision": revision, "fields": fields}
    return seat.visitor.send(f"{seat.path}?seat={number}", body)


def a_third(runtime: Runtime, trio: Trio, name: str = "Vic Assistant") -> Launch:
    """One more assistant of the course."""
    with runtime.writing() as session:
        user = a_user(session, trio.scene.course, Role.ASSISTANT, name=name)
        return a_launch(session, trio.scene.course, user, Role.ASSISTANT)


def test_two_rate_and_a_third_decides_what_differs(
    app: Flask, runtime: Runtime, trio: Trio, first: Seat, second: Seat, decider: Seat
) -> None:
    """From the first look to the learner's page; the decision keeps every rating."""
    first.hand_in("5531", **{"comment.a": "Tara on a.", "comment": "Tara on the whole."})
    page = second.hand_in("5313", **{"comment.a": "Uma on a.", "comment.d": "Uma on d."})
    assert "Your ratings are handed in." in page.text

    page = decider.look()
    for words in (
        "Tara Assistant",
        "Uma Assistant",
        "Both gave the same",
        "One step apart",
        "Tara on a.",
        "Uma on d.",
        "1 of 4 rated the same, 4 of 4 at most one level apart",
        "Stands: 5 points",
    ):
        assert words in page.text, words
    fields = decider.form(page).fields.keys()
    assert not {"level.a", "revision"} & (fields - {"revision"})
    assert "1 of 4 rated" in page.text

    shown = decider.press("release", **{"level.b": "p3", "level.c": "p3"})
    assert "Still open: D." in shown.text
    page = decider.release(**{"level.d": "p3", "comment.b": "We looked again."})
    assert "Released. The badge goes to Learner 00." in page.text

    row, inputs = decision_of(runtime)
    assert row.verdict == "awarded"
    assert row.released_by == trio.decider.user_id
    assert {one.criterion_id: one.level_id for one in inputs.criteria} == {
        "a": "p5",
        "b": "p3",
        "c": "p3",
        "d": "p3",
    }
    given = {one.seat: levels_of(one) for one in inputs.seats}
    assert given == {1: "5531", 2: "5313", 0: "333"}
    raters = {one.seat: one.rater_id for one in inputs.seats}
    assert raters == {1: trio.first.user_id, 2: trio.second.user_id, 0: trio.decider.user_id}

    # Whoever replays it years later needs nothing but the document and the definition.
    assert inputs_hash(row.inputs) == row.inputs_sha256
    assert combine(a_shared_definition().get_rubric(), inputs.seats).criteria == inputs.criteria

    with runtime.writing() as session:
        launch = a_launch(session, trio.scene.course, trio.scene.work.learner, Role.LEARNER)
    text = Visitor(app, launch).get("/").text
    assert "Tara on a.\n\nUma on a." in text
    assert "We looked again." in text
    assert "Tara Assistant" not in text
    assert "One step apart" not in text
    assert "side by side" not in text


def test_nobody_sees_what_the_other_one_gives(
    runtime: Runtime, first: Seat, second: Seat, decider: Seat
) -> None:
    """Not on the page, in an answer to a script, in a refusal, on the queue, or before the end."""
    first.send({"level.a": "p5", "comment.a": "Secret words", "comment": "More secret words"})
    second.look()
    saved = second.send({"level.a": "p1"})
    stale = second.send({"level.a": "p3"}, revision=0)
    claim = second.visitor.send(f"{second.path}/claim", {})
    first.hand_in("5555")
    closed = send_as(first, 1, revision=9, fields={"comment": "x"})

    assert (saved.status_code, stale.status_code, closed.status_code) == (200, 409, 409)
    assert stale.get_json()["fields"]["level.a"] == "p1"
    assert stale.get_json()["fields"]["comment"] == ""
    texts = [
        second.look().text,
        saved.text,
        stale.text,
        claim.text,
        decider.look().text,
        *(
            visitor.get(path).text
            for visitor in (second.visitor, decider.visitor)
            for path in ("/queue", "/queue?state=all", "/agreement")
        ),
    ]
    for text in texts:
        assert "secret words" not in text.lower()
        assert "4 of 4" not in text
    page = second.look()
    assert second.form(page).fields["level.a"] == "p1"
    assert "1 of 4 rated" in page.text
    assert "1 of 2 have." in page.text
    assert "1 of 2 have rated" in second.visitor.get("/queue").text
    assert "Two others rate this" in decider.look().text

    for seat in (first, second, decider):
        for verb in ("release", "return"):
            answer = seat.visitor.get(f"{seat.path}/{verb}").text
            assert "Secret words" not in (answer if seat is not first else "")
            assert "Would award" not in answer
    with runtime.reading() as session:
        assert not session.scalars(select(DecisionRow)).all()
        assert not session.scalars(select(HandInRow)).all()


def test_handing_in_needs_everything_and_closes_the_seat(first: Seat, second: Seat) -> None:
    """What is missing is named; afterwards nothing changes until it is taken back."""
    page = first.press("hand-in", **{"level.a": "p5", "level.c": "p3"})
    assert page.status == 422
    assert "B: This is not rated yet." in page.text
    assert "D: This is not rated yet." in page.text
    assert first.form(page).fields["level.a"] == "p5"

    page = first.hand_in("5535")
    assert "The other assessor is not done yet." in page.text
    assert "Hand in my ratings" not in page.text
    refused = first.visitor.send(
        f"{first.path}?seat=1", {"revision": 2, "fields": {"comment": "x"}}
    )
    assert (refused.status_code, refused.get_json()) == (409, {"error": "closed"})

    page = first.reopen()
    assert "You can change your ratings again." in page.text
    assert first.press("save", **{"level.b": "p1"}).status == 200
    assert first.hand_in("5135").status == 200
    assert second.hand_in("5555").status == 200


def test_what_was_taken_back_unseen_was_never_handed_in(
    runtime: Runtime, first: Seat, second: Seat, decider: Seat
) -> None:
    """Records begin when all have handed in; a change after that is another record."""
    first.hand_in("1111")
    first.reopen()
    first.hand_in("5555")
    second.hand_in("5553")
    second.reopen()
    assert "Two others rate this" in decider.look().text
    second.hand_in("5555")

    with runtime.reading() as session:
        kept = session.scalars(select(HandInRow).order_by(HandInRow.seat, HandInRow.number)).all()
    given = [
        (
            row.seat,
            row.number,
            "".join(str(c.level_id)[1:] for c in read_seat(row.document).criteria),
        )
        for row in kept
    ]
    assert given == [(1, 1, "5555"), (2, 1, "5553"), (2, 2, "5555")]
    assert all(inputs_hash(row.document) == row.document_sha256 for row in kept)
    page = decider.look().text
    assert "4 of 4 rated the same" in page
    assert "Before it was talked over: 3 of 4 rated the same" in page
    rows = decider.visitor.get("/agreement").text
    assert "0 of 1" in rows
    assert "From 1 submission." in rows


def test_one_person_never_gets_both_seats(
    app: Flask, runtime: Runtime, trio: Trio, first: Seat, clock: FakeClock
) -> None:
    """Not by opening again, not after handing in, not by a second launch, not by taking over."""
    first.hand_in("5555")
    clock.advance(hours=1)
    again = seat_of(app, trio.first, trio)
    assert again.look().text.count("The other assessor is not done yet.") == 1
    refused = again.visitor.send(
        f"{again.path}?seat=2", {"revision": 0, "fields": {"level.a": "p1"}}
    )
    assert refused.status_code == 409
    answer = again.visitor.post(f"{again.path}/claim")
    assert answer.status_code == 409

    with runtime.reading() as session:
        assert [row.seat for row in session.scalars(select(AssessmentRow))] == [1]
        assert [row.seat for row in session.scalars(select(AttemptSeatRow))] == [1]


def test_a_takeover_of_one_seat_leaves_the_other_alone(
    app: Flask, runtime: Runtime, trio: Trio, first: Seat, second: Seat, clock: FakeClock
) -> None:
    """Whoever takes a seat over goes on there, and is no longer free to take the other one."""
    first.send({"level.a": "p5", "comment.a": "Begun by Tara."})
    second.send({"level.a": "p1", "comment.a": "Written by Uma."})
    third = seat_of(app, a_third(runtime, trio), trio)
    page = third.look()
    assert "Two others rate this" in page.text
    assert "Begun by Tara." not in page.text
    assert "Tara Assistant is scoring this" in page.text

    page = third.visitor.submit(f"{third.path}/claim")
    assert "Begun by Tara." in page.text
    assert "Written by Uma." not in page.text
    assert second.send({"level.b": "p1"}).status_code == 200
    late = first.send({"comment.b": "Too late"})
    assert (late.status_code, late.get_json()) == (409, {"error": "closed"})
    with runtime.reading() as session:
        assert session.scalars(select(KeptTextRow.text)).all() == ["Too late"]

    # Tara takes her seat back; Vic, who has seen it, does not get Uma's.
    first.visitor.submit(f"{first.path}/claim")
    clock.advance(hours=1)
    third.visitor.submit(f"{third.path}/claim")
    page = third.look()
    assert "Written by Uma." not in page.text
    assert "?seat=1" in third.form(page).action


def test_a_look_does_not_take_a_seat(
    app: Flask, runtime: Runtime, trio: Trio, clock: FakeClock
) -> None:
    """Who opened the work and rated nothing leaves room for others, and may rate later."""
    looker = seat_of(app, a_third(runtime, trio), trio)
    assert "?seat=1" in looker.form().action
    clock.advance(hours=1)
    first, second = (seat_of(app, launch, trio) for launch in (trio.first, trio.second))
    first.send({"level.a": "p5"})
    assert "?seat=1" in first.form().action
    assert "?seat=2" in looker.form().action
    late = looker.visitor.send(
        f"{looker.path}?seat=1", {"revision": 0, "fields": {"level.a": "p1"}}
    )
    assert late.status_code == 409
    clock.advance(hours=1)
    assert "?seat=2" in second.form().action


def test_two_who_finish_at_once_both_count(runtime: Runtime, first: Seat, second: Seat) -> None:
    """The record is written once, by whoever was second."""
    seats = [(first, 1, "5531"), (second, 2, "5313")]
    for seat, _, levels in seats:
        seat.send({f"level.{id_}": f"p{one}" for id_, one in zip("abcd", levels, strict=True)})
    tokens = [seat.visitor.token() for seat, _, _ in seats]
    barrier = threading.Barrier(2)
    answers: list[int] = []

    def finish(number: int) -> None:
        seat, own, _ = seats[number]
        barrier.wait()
        answer = seat.visitor._client.post(
            seat.visitor.url(f"{seat.path}?seat={own}"),
            base_url="https://tool.example",
            data={"csrf_token": tokens[number], "revision": "1", "action": "hand-in"},
        )
        answers.append(answer.status_code)

    threads = [threading.Thread(target=finish, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [303, 303]
    with runtime.reading() as session:
        kept = session.scalars(select(HandInRow)).all()
        finished = session.scalars(select(AssessmentRow.finished_at)).all()
    assert {(row.seat, row.number) for row in kept} == {(1, 1), (2, 1)}
    assert None not in finished
    assert len(set(finished)) == len(finished)


def test_a_change_after_the_confirmation_was_shown_is_told(
    runtime: Runtime, first: Seat, second: Seat, decider: Seat
) -> None:
    """The hash covers every seat: also a rating that changes nothing about what stands."""
    first.hand_in("5531")
    second.hand_in("5531")
    page = decider.press("release")
    form = page.form(decider.visitor.url(f"{decider.path}/release"))

    second.reopen()
    gone = decider.visitor.submit(f"{decider.path}/release", **{**form.fields, "then": "stay"})
    assert "Something changed since you looked" in gone.text
    second.hand_in("5531", **{"comment.c": "One more word."})
    changed = decider.visitor.submit(f"{decider.path}/release", **{**form.fields, "then": "stay"})

    assert "Something changed since you looked" in changed.text
    with runtime.reading() as session:
        assert not session.scalars(select(DecisionRow)).all()


def test_a_deciding_page_writes_nothing_into_a_reopened_seat(app: Flask, runtime: Runtime) -> None:
    """Who decides and rates has two pages of one attempt; each saves where it belongs."""
    trio = stored_trio(runtime, Aggregation.ADJUDICATED, release_by="assessor")
    first, second = (seat_of(app, launch, trio) for launch in (trio.first, trio.second))
    first.hand_in("5531")
    second.hand_in("1531")
    deciding = first.form()
    assert "?seat=0" in deciding.action
    first.reopen()

    revision = int(first.form().fields["revision"])
    late = first.visitor.send(deciding.action, {"revision": revision, "fields": {"level.a": "p3"}})

    assert (late.status_code, late.get_json()) == (409, {"error": "closed"})
    assert first.form().fields["level.a"] == "p5"


def test_what_is_agreed_cannot_be_decided_otherwise(
    runtime: Runtime, first: Seat, second: Seat, decider: Seat
) -> None:
    """Not by a field that the page does not have either."""
    first.hand_in("5531")
    second.hand_in("5535")

    refused = decider.send({"level.a": "p1"})

    assert refused.status_code == 422
    decider.release(**{"level.d": "p5"})
    _, inputs = decision_of(runtime)
    assert {one.level_id for one in inputs.criteria if one.criterion_id == "a"} == {"p5"}


def test_consensus_is_reached_by_those_who_rated(app: Flask, runtime: Runtime) -> None:
    """Both see the difference; nobody decides it for them; one of them reopens."""
    trio = stored_trio(runtime, Aggregation.CONSENSUS)
    first, second, decider = (
        seat_of(app, launch, trio) for launch in (trio.first, trio.second, trio.decider)
    )
    first.hand_in("5533")
    second.hand_in("5531")
    for seat in (first, second, decider):
        text = seat.look().text
        assert "Open until both give the same" in text
        assert "3 of 4 rated the same" in text
    assert "level.d" not in decider.form().fields
    assert "Still open: D." in decider.press("release").text

    second.reopen()
    second.hand_in("5533")
    page = decider.release()

    assert "Released. The badge goes to" in page.text
    _, inputs = decision_of(runtime)
    assert {one.criterion_id: one.level_id for one in inputs.criteria}["d"] == "p3"


def test_the_latest_stands_and_the_page_says_so(app: Flask, runtime: Runtime) -> None:
    """The order of handing in decides, not the number of the seat."""
    trio = stored_trio(runtime, Aggregation.LATEST)
    first, second, decider = (
        seat_of(app, launch, trio) for launch in (trio.first, trio.second, trio.decider)
    )
    first.send({"level.a": "p1"})
    second.hand_in("1111", **{"comment.a": "From Uma."})
    first.hand_in("5533", **{"comment.a": "From Tara."})

    assert "Stands, as given last: 5 points" in decider.look().text
    decider.release()

    _, inputs = decision_of(runtime)
    assert [one.level_id for one in inputs.criteria] == ["p5", "p5", "p3", "p3"]
    assert inputs.criteria[0].comment == "From Tara."
    assert [one.seat for one in inputs.seats][:2] == [2, 1]


def test_a_mean_is_exact_through_release_and_correction(app: Flask, runtime: Runtime) -> None:
    """6 and 6.5 are 6.25; a correction that leaves it alone may send it back."""
    scale = NumericScale(minimum=Decimal(0), maximum=Decimal(10), step=Decimal("0.5"))
    criterion = Criterion(id="a", title="A", scale=ScaleKind.NUMERIC, numbers=scale)
    definition = publish(
        a_definition(
            rubric=replace(a_rubric(criterion), aggregation=Aggregation.MEAN),
            conditions=(TotalAtLeast(points=Decimal(6)),),
        )
    )
    with runtime.writing() as session:
        trio = a_trio(session, definition)
        ensure_issuer_keys(
            session,
            trio.scene.course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
    first, second, decider = (
        seat_of(app, launch, trio) for launch in (trio.first, trio.second, trio.decider)
    )
    refused = first.press("hand-in", **{"number.a": "6.25"})
    assert "A number in steps of 0.5." in refused.text
    first.press("hand-in", **{"number.a": "6"})
    second.press("hand-in", **{"number.a": "6,5"})

    text = decider.look().text
    assert "0.5 apart" in text
    assert "Stands, as the mean: 6.25" in text
    decider.release()
    _, inputs = decision_of(runtime)
    assert inputs.criteria[0].number == Decimal("6.25")

    path = f"{decider.path}/correct"
    form = decider.visitor.get(path).form(decider.visitor.url(f"{path}/preview"))
    page = decider.visitor.submit(
        f"{path}/preview", **{**form.fields, "reason": "A word was missing.", "comment": "Good."}
    )
    form = page.form(decider.visitor.url(f"{path}/confirm"))
    page = decider.visitor.submit(f"{path}/confirm", **form.fields)
    assert "is corrected" in page.text
    _, corrected = decision_of(runtime)
    assert corrected.criteria[0].number == Decimal("6.25")
    assert corrected.seats == inputs.seats


def test_scores_of_tasks_are_compared_one_by_one(app: Flask, runtime: Runtime) -> None:
    """The same level by other scores is a difference, which scores decide, not a level."""
    rubric = replace(a_task_rubric(), aggregation=Aggregation.ADJUDICATED)
    with runtime.writing() as session:
        trio = a_trio(session, publish(a_definition(rubric=rubric)))
        ensure_issuer_keys(
            session,
            trio.scene.course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        link = a_task_link(session, trio.scene, "task-2")
        session.get_one(LaunchRow, trio.first.id).resource_link_id = link.id
    first, second, decider = (
        seat_of(app, launch, trio) for launch in (trio.first, trio.second, trio.decider)
    )
    page = first.press("save", **{f"task.{id_}.task-2": "4" for id_ in "abcd"})
    assert "Hand in my ratings" not in page.text
    with runtime.writing() as session:
        session.get_one(LaunchRow, trio.first.id).resource_link_id = trio.scene.course.link.id
    first.press("hand-in", **{f"task.{id_}.task-1": "4" for id_ in "abcd"})
    other = {f"task.{id_}.task-{n}": "4" for id_ in "abcd" for n in (1, 2)}
    second.press("hand-in", **{**other, "task.d.task-1": "5", "task.d.task-2": "3"})

    page = decider.look()
    assert "The same level, by other scores" in page.text
    assert "Task-1: 5" in page.text
    names = decider.form(page).actions
    assert "action=clear:d" in names
    assert "action=clear:a" not in names
    decider.release(**{"task.d.task-1": "5", "task.d.task-2": "4"})

    _, inputs = decision_of(runtime)
    scores = {one.criterion_id: [task.points for task in one.tasks] for one in inputs.criteria}
    assert scores == {"a": [4, 4], "b": [4, 4], "c": [4, 4], "d": [5, 4]}
    assert {task.source for task in inputs.criteria[0].tasks} == {"page", "link"}


def test_nobody_rates_or_decides_on_their_own_work(
    app: Flask, runtime: Runtime, trio: Trio
) -> None:
    """An assistant who also learns has no seat at their own attempt."""
    learner = trio.scene.work.learner
    with runtime.writing() as session:
        launch = a_launch(session, trio.scene.course, learner, Role.INSTRUCTOR)
    own = seat_of(app, launch, trio)

    assert own.visitor.answer(own.path).status_code == 403
    assert own.visitor.post(f"{own.path}/claim").status_code == 403
    assert own.visitor.post(f"{own.path}?seat=1", action="hand-in", revision="0").status_code == 403
    assert own.visitor.post(f"{own.path}?seat=1", action="reopen").status_code == 403


def test_the_queue_leads_to_what_somebody_can_still_rate(
    app: Flask, trio: Trio, first: Seat, second: Seat
) -> None:
    """One seat open is room for another; what waits for others is passed over."""
    waiting = str(trio.scene.works[0].attempt.id)
    other = str(trio.scene.works[1].attempt.id)
    first.look()

    def next_for(launch: Launch) -> str:
        page = Visitor(app, launch).get("/queue").text
        return next(id_ for id_ in (waiting, other) if f'{id_}">Score the next one' in page)

    assert next_for(trio.second) == waiting
    first.hand_in("5555")
    assert next_for(trio.first) == other
    assert next_for(trio.second) == waiting
    second.hand_in("5555")
    assert next_for(trio.second) == other
    assert next_for(trio.decider) == waiting
    assert "rated by both" in Visitor(app, trio.decider).get("/queue").text


def test_a_returned_attempt_comes_back_to_two_seats(
    app: Flask, runtime: Runtime, trio: Trio, first: Seat, second: Seat, decider: Seat
) -> None:
    """What passed is kept for both, and each of them hands in again."""
    first.hand_in("5531")
    second.hand_in("5531")
    decider.release("return")
    row, inputs = decision_of(runtime)
    assert (row.verdict, len(inputs.seats)) == ("returned", 3)
    with runtime.writing() as session:
        attempt = an_attempt(session, trio.scene.work.submission, number=2)
    again = [
        Seat(Visitor(app, launch), f"/attempts/{attempt.id}")
        for launch in (trio.second, trio.first)
    ]
    for seat in again:
        assert seat.form().fields["level.a"] == "p5"
        assert "level.d" not in seat.form().fields
        seat.press("hand-in", **{"level.d": "p3"})
    page = Seat(decider.visitor, f"/attempts/{attempt.id}").release()
    assert "Released. The badge goes to" in page.text


@pytest.mark.parametrize("policy", POLICIES)
def test_a_launch_without_a_seat_saves_nothing(
    app: Flask, runtime: Runtime, policy: Aggregation
) -> None:
    """Whatever the page is said to be of."""
    trio = stored_trio(runtime, policy)
    for launch in (trio.first, trio.second):
        seat_of(app, launch, trio).hand_in("5531")
    third = seat_of(app, a_third(runtime, trio), trio)
    assert "Both have rated." in third.look().text
    for seat in (0, 1, 2):
        body = {"revision": 1, "fields": {"level.a": "p1", "comment": "x"}}
        assert third.visitor.send(f"{third.path}?seat={seat}", body).status_code == 409
    with runtime.reading() as session:
        levels = {row.revision for row in session.scalars(select(AssessmentRow))}
    assert levels == {1}
