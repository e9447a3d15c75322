"""What follows from a badge of another issuer: more, later, or less once it is revoked."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from badges.instants import format_instant
from badges.pathway import OnRevoked, PathwayState, Standing
from lti_tool.jobs.queue import make_wake
from lti_tool.jobs.worker import Work, make_consumer
from lti_tool.runtime import Runtime
from lti_tool.services import compromising, reissuing
from lti_tool.services.foreign import following, planning
from lti_tool.services.foreign.following import Sequel
from lti_tool.services.sweeping import run_alone
from lti_tool.store.rows import ForeignCredentialRow, UserRow
from tests.bulks import Office
from tests.foreign import College
from tests.towns import Town, a_town, components, open_next, related


def test_a_badge_that_comes_later_completes_within_a_sweep(town: Town) -> None:
    """Whoever releases waits for nobody's server; the worker does, and asks anew."""
    found = town.hand_in()
    assert found.sequel is Sequel.NOTHING
    asked = len(town.college.asked)
    town.ladder.release("one")
    assert len(town.college.asked) == asked
    assert not town.ladder.holds()
    assert town.ladder.standings().outcome.state is PathwayState.MET

    town.sweep()

    assert len(town.college.asked) > asked
    assert town.ladder.holds()
    asked = len(town.college.asked)
    town.sweep()
    assert len(town.college.asked) == asked


@pytest.mark.parametrize("effect", [OnRevoked.REVOKE, OnRevoked.KEEP])
def test_what_is_revoked_elsewhere_has_the_declared_effect(
    runtime: Runtime, college: College, effect: OnRevoked
) -> None:
    """Found the next day, said in the log, and the status list follows at once."""
    town = a_town(runtime, college, on_revoked=effect)
    town.ladder.release("one")
    found = town.hand_in()
    credential = town.ladder.credential()
    college.revoke(1)
    town.sweep()
    assert town.ladder.holds()

    town.next_day()

    row = town.row(found.id)
    assert row.check_outcome == "revoked"
    assert row.revoked_at == college.clock()
    assert town.standing() is Standing.REVOKED
    assert town.ladder.holds() is (effect is OnRevoked.KEEP)
    assert "foreign.revoked" in town.actions()
    assert ("microcredential.revoked" in town.actions()) is (effect is OnRevoked.REVOKE)
    expected = "revoked" if effect is OnRevoked.REVOKE else "part_lost"
    assert town.examine(credential.document).status == expected
    asked = len(college.asked)
    town.next_day()
    assert len(college.asked) == asked


def test_each_is_judged_by_the_version_that_it_was_issued_by(town: Town) -> None:
    """A version that keeps, or accepts nothing, saves nothing that was given before."""
    town.ladder.release("one")
    town.hand_in()
    open_next(town, on_revoked=OnRevoked.KEEP)
    town.college.revoke(1)
    town.next_day()
    assert not town.ladder.holds()


def test_what_a_newer_version_does_not_accept_counts_no_more_for_a_new_one(town: Town) -> None:
    """Only what is not given yet goes by the newest version."""
    other = town.ladder.for_another()
    another = replace(town, ladder=other)
    town.ladder.release("one")
    town.hand_in()
    another.hand_in(town.college.signed(number=2))
    open_next(town, accepts=())
    other.release("one")
    another.sweep()

    assert town.ladder.holds()
    assert not other.holds()
    assert another.standing() is Standing.MISSING
    assert another.refusal(town.college.signed(number=3)) == "nothing_accepted"


def test_an_own_badge_goes_before_one_from_elsewhere(town: Town) -> None:
    """Whoever earns ours as well loses nothing when the other is revoked."""
    town.ladder.release("one")
    town.hand_in()
    town.ladder.release("two")
    assert town.ladder.standings().foreign == {}
    town.college.revoke(1)
    town.next_day()

    assert town.ladder.holds()
    assert town.standing() is Standing.HELD
    town.ladder.revoke("two")
    assert not town.ladder.holds()
    assert town.refusal(town.college.signed(number=1)) == "not_valid_revoked"
    assert town.hand_in(town.college.signed(number=2)).sequel is Sequel.ISSUED


def test_one_from_elsewhere_holds_the_place_of_an_own_one_that_was_revoked(town: Town) -> None:
    """And nobody hands in for what they hold."""
    town.ladder.release("two")
    assert town.refusal(town.college.signed()) == "held_already"
    town.ladder.revoke("two")
    town.hand_in()
    town.ladder.release("one")
    town.sweep()
    assert town.standing() is Standing.HELD
    assert town.ladder.holds()


def test_who_cannot_be_asked_takes_nothing_away_and_gives_nothing(town: Town) -> None:
    """Nothing is issued on an old answer; what was issued stays; operators hear of it later."""
    found = town.hand_in()
    pages = dict(town.college.pages)
    town.college.fall_silent()
    town.ladder.release("one")
    town.sweep()
    assert not town.ladder.holds()
    row = town.row(found.id)
    assert (row.check_outcome, row.failing_since) == ("unreachable", town.college.clock())
    assert town.standing() is Standing.HELD
    assert failing(town) is None
    for _ in range(3):
        town.next_day()
    assert failing(town) == row.failing_since

    town.college.pages.update(pages)
    town.next_day()

    assert town.ladder.holds()
    assert failing(town) is None
    town.college.fall_silent()
    town.next_day()
    assert town.ladder.holds()
    assert town.row(found.id).check_outcome == "unreachable"


def test_who_fell_silent_is_asked_again_within_the_hour(town: Town) -> None:
    """On the first day; later once a day, as others are."""
    found = town.hand_in()
    pages = dict(town.college.pages)
    town.college.fall_silent()
    town.ladder.release("one")
    town.sweep()
    row = town.row(found.id)
    assert row.check_due_at - row.checked_at == planning.ASKED_AGAIN

    town.college.pages.update(pages)
    town.college.clock.advance(hours=1)
    town.sweep()
    assert town.ladder.holds()

    town.college.fall_silent()
    town.next_day()
    town.next_day()
    row = town.row(found.id)
    assert row.check_due_at - row.checked_at == planning.CHECKED_EVERY


def failing(town: Town) -> datetime | None:
    """Since when operators are warned."""
    with town.runtime.reading() as session:
        return following.find_failing_since(session, now=town.college.clock())


def test_what_runs_out_takes_nothing_away(town: Town) -> None:
    """It was valid when the microcredential was given; a new one does not rest on it."""
    ends = format_instant(town.college.clock() + timedelta(hours=20))
    other = replace(town, ladder=town.ladder.for_another())
    town.ladder.release("one")
    first = town.hand_in(town.college.signed(town.college.badge(validUntil=ends)))
    second = other.hand_in(town.college.signed(town.college.badge(number=2, validUntil=ends)))
    town.next_day()
    other.ladder.release("one")
    town.sweep()

    assert town.ladder.holds()
    assert not other.ladder.holds()
    assert {town.row(one.id).check_outcome for one in (first, second)} == {"expired"}


def test_a_badge_from_a_file_completes_within_a_sweep(town: Town) -> None:
    """Whichever way it was given."""
    town.hand_in()
    ladder = town.ladder
    with town.runtime.writing() as session:
        coordinator = session.get_one(UserRow, town.scope.user_id)
    office = Office(town.runtime, ladder.course, coordinator, (ladder.learner,))
    assert office.award(office.attested("2024-05-01")) == {2: "awarded"}
    assert not ladder.holds()

    town.sweep()

    assert ladder.holds()


def test_an_issuer_is_asked_once_in_a_sweep_whoever_holds_its_badges(town: Town) -> None:
    """And nobody is kept waiting by it for longer than a sweep may take."""
    people = [replace(town, ladder=town.ladder.for_another(f"Ben {n}")) for n in range(3)]
    ids = [one.hand_in(town.college.signed(number=n)).id for n, one in enumerate(people, 1)]
    asked = len(town.college.asked)
    town.next_day()
    assert len(town.college.asked) - asked == 2

    town.college.clock.advance(hours=25)
    times = iter((0.0, 0.0, following.PATIENCE_SECONDS))
    following.look_at_due(town.parts, run=run_alone, timer=lambda: next(times))
    checked = [town.row(one).checked_at == town.college.clock() for one in ids]
    assert sorted(checked) == [False, False, True]
    town.sweep()
    assert {town.row(one).checked_at for one in ids} == {town.college.clock()}


def test_operators_are_warned_when_it_lasts(town: Town, app: Flask) -> None:
    """A line of `/health`, beside the others."""
    town.hand_in()
    client = app.test_client()
    assert client.get("/health").text == "ok\n"
    town.college.fall_silent()
    for _ in range(5):
        town.next_day()

    since = town.college.clock() - 4 * timedelta(hours=25)
    line = f"warning foreign_credentials failing_since={since.isoformat()}"
    assert line in client.get("/health").text.splitlines()
    for _ in range(27):
        town.next_day()
    assert "foreign" not in client.get("/health").text


def test_what_ran_out_is_no_alarm(town: Town, app: Flask) -> None:
    """Nobody can do anything about it."""
    ends = format_instant(town.college.clock() + timedelta(hours=20))
    found = town.hand_in(town.college.signed(town.college.badge(validUntil=ends)))
    for _ in range(5):
        town.next_day()

    assert town.row(found.id).check_outcome == "expired"
    assert town.row(found.id).failing_since is not None
    assert "foreign" not in app.test_client().get("/health").text


def test_an_issuer_that_is_gone_is_asked_once_in_a_sweep(town: Town) -> None:
    """Whatever it was asked for; each of its badges is noted as not verified."""
    for number in range(1, 4):
        replace(town, ladder=town.ladder.for_another(f"Ben {number}")).hand_in(
            town.college.signed(number=number)
        )
    town.college.fall_silent()
    asked = len(town.college.asked)
    town.next_day()

    assert len(town.college.asked) == asked + 1
    with town.runtime.reading() as session:
        outcomes = set(session.scalars(select(ForeignCredentialRow.check_outcome)))
    assert outcomes == {"unreachable"}


def test_the_worker_looks_in_one_thread_at_a_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow issuers never hold all threads: scores are delivered beside."""
    work = Work(town.runtime, lambda: False)
    seen: list[int] = []

    def look(*_: object, **__: object) -> None:
        seen.append(1)
        if len(seen) == 1:
            work.sweep()

    monkeypatch.setattr("lti_tool.jobs.worker.look_at_due", look)
    work.sweep()
    assert len(seen) == 1
    work.sweep()
    assert len(seen) == 2


def test_a_call_has_the_worker_look(town: Town) -> None:
    """Nobody waits for the next sweep."""
    runtime = replace(town.runtime, strangers_http=town.parts.http)
    queue = make_consumer(runtime).huey
    town.hand_in()
    town.ladder.release("one")
    make_wake(runtime.settings.queue_url)()
    assert not town.ladder.holds()

    queue.execute(queue.dequeue())

    assert town.ladder.holds()


def test_a_new_version_that_asks_less_is_looked_at_soon(town: Town) -> None:
    """Publishing awards at once to those whose badges are all ours; the rest follows."""
    town.hand_in()
    open_next(town, needed=1)
    assert not town.ladder.holds()
    town.sweep()
    assert town.ladder.holds()


def test_a_key_that_is_lost_here_takes_nothing_from_what_others_signed(town: Town) -> None:
    """The microcredential is signed anew, and binds the same bytes as before."""
    town.ladder.release("one")
    town.hand_in()
    before = related(town)
    runtime = town.runtime
    town.ladder.wait()
    key_id = town.ladder.credential().document_key_id
    since = runtime.clock() - timedelta(seconds=30)
    compromising.compromise(runtime.issuing, runtime.key_parts, key_id, since=since)
    town.ladder.wait()
    done = [one.outcome for one in reissuing.reissue(runtime.issuing, key_id)]

    assert set(done) == {"reissued"}
    after = related(town)
    url = town.parts.issuing.urls.component(components(town)[0])
    assert after[url] == before[url]
    assert after != before
    assert town.examine(town.ladder.credential().document).status == "valid"
