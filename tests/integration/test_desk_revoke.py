"""Taking badges back at the desk: chosen, read with what follows, then for good."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from lti_tool.runtime import Runtime
from lti_tool.services import revoking
from lti_tool.services.revoking import find_following
from lti_tool.store.rows import AuditEventRow, AwardRow, StatusEntryRow
from lti_tool.values import Role
from tests import rows
from tests.coordinators import a_coordinator
from tests.pages import Page, Visitor
from tests.stacked import Ladder, a_ladder

BOTH = ("one", "two")


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Two badges that make a microcredential, and a learner who holds all three."""
    ladder = a_ladder(runtime, slugs=BOTH)
    ladder.pathway(components=BOTH)
    ladder.release_all(*BOTH)
    return ladder


@pytest.fixture
def desk(app: Flask, ladder: Ladder) -> Visitor:
    """The coordinator's browser."""
    with ladder.runtime.writing() as session:
        return Visitor(app, a_coordinator(session, ladder.course))


def place(ladder: Ladder, query: str = "") -> str:
    """The page's address."""
    return f"/desk/{ladder.program_id}/revoke{query}"


def choose(desk: Visitor, ladder: Ladder, *ids: str, **changes: str) -> Page:
    """Choose whom the first badge is taken back from."""
    sent = {"badge": str(ladder.course.achievement.id), "reason": "The wrong list.", **changes}
    chosen = list(ids or (str(ladder.credential("one").id),))
    return desk.submit(place(ladder), action="check", credential=chosen, **sent)


def count_revoked(ladder: Ladder) -> int:
    """How many awards and places in lists are revoked."""
    with ladder.runtime.reading() as session:
        awards = session.scalar(
            select(func.count()).select_from(AwardRow).where(AwardRow.revoked_at.is_not(None))
        )
        bits = session.scalar(
            select(func.count())
            .select_from(StatusEntryRow)
            .where(StatusEntryRow.revoked_at.is_not(None))
        )
    assert awards == bits
    return awards or 0


def test_it_is_read_before_it_is_done(desk: Visitor, ladder: Ladder) -> None:
    """With the microcredential that goes along; only the last button writes."""
    page = desk.get(place(ladder, f"?badge={ladder.course.achievement.id}"))
    assert "1 person holds it" in page.text
    assert ladder.learner.name in page.text

    ladder.wait()
    seen = choose(desk, ladder)
    assert "1 badge will be taken back" in seen.text
    assert "A microcredential goes with them" in seen.text
    assert "The Stack" in seen.text
    assert count_revoked(ladder) == 0

    (form,) = (one for one in seen.reader.forms if "action=revoke" in one.actions)
    fields = {name: value for name, value in form.fields.items() if name != "csrf_token"}
    done = desk.submit(form.action, **{**fields, "action": "revoke"})

    assert "Taken back. The pages of these badges" in done.text
    assert count_revoked(ladder) == 2
    assert not ladder.holds("one")
    assert not ladder.holds()
    with ladder.runtime.reading() as session:
        event = session.scalars(
            select(AuditEventRow).where(AuditEventRow.action == "credential.revoked")
        ).one()
    assert event.actor_id == desk.launch.user_id
    assert event.note == "The wrong list."
    again = desk.submit(form.action, **{**fields, "action": "revoke"})
    assert again.status == 422
    assert count_revoked(ladder) == 2


def test_all_who_are_listed_can_be_meant(desk: Visitor, ladder: Ladder) -> None:
    """Without ticking each; still nothing is written before it is confirmed."""
    other = ladder.for_another()
    other.release("one")

    seen = desk.submit(
        place(ladder), badge=str(ladder.course.achievement.id), reason="All wrong", action="all"
    )

    assert "2 badges will be taken back" in seen.text
    assert seen.text.count('name="credential"') == 2
    assert count_revoked(ladder) == 0


def test_a_microcredential_that_stands_without_it_does_not_go(runtime: Runtime) -> None:
    """As its pathway declares; and finding out writes nothing."""
    ladder = a_ladder(runtime, slugs=BOTH)
    ladder.pathway(components=BOTH, on_revoked="keep")
    ladder.release_all(*BOTH)
    ladder.wait()

    assert find_following(runtime.issuing, [ladder.credential("one").id]) == []
    assert count_revoked(ladder) == 0
    assert ladder.holds("one")


def test_all_of_one_earner_is_tried_together(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two badges is enough: only without both the microcredential goes."""
    monkeypatch.setattr(revoking, "AT_ONCE", 1)
    ladder = a_ladder(runtime, slugs=BOTH)
    ladder.pathway(components=BOTH, needed=1)
    ladder.release_all(*BOTH)
    other = ladder.for_another()
    other.release_all(*BOTH)
    ladder.wait()
    both = [ladder.credential(slug).id for slug in BOTH]

    found = find_following(runtime.issuing, [both[0], other.credential("one").id, both[1]])

    assert [one.credential_id for one in found] == [ladder.credential().id]
    assert count_revoked(ladder) == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "  "}, "This is needed"),
        ({"reason": "x" * 1001}, "at most 1000 characters"),
        ({"since": "soon"}, "A day, please"),
        ({"since": "2031-01-01"}, "This is needed"),
        ({"badge": "none"}, "This is needed"),
        ({"since": "9999-12-31", "until": "9999-12-31"}, "This is needed"),
    ],
)
def test_what_is_missing_is_said(
    desk: Visitor, ladder: Ladder, changes: dict[str, str], words: str
) -> None:
    """Nobody is chosen who is not listed, and nothing goes without a reason."""
    page = choose(desk, ladder, **changes)
    assert page.status == 422
    assert words in page.text


def test_others_take_nothing_back(app: Flask, desk: Visitor, ladder: Ladder) -> None:
    """An instructor has no desk; a credential of another program is on no list here."""
    assert choose(desk, ladder, "00000000-0000-0000-0000-000000000000").status == 422
    with ladder.runtime.writing() as session:
        teacher = rows.a_user(session, ladder.course, Role.INSTRUCTOR, name="Ines")
        launch = rows.a_launch(session, ladder.course, teacher, Role.INSTRUCTOR)
    assert choose(Visitor(app, launch), ladder).status == 404
    assert count_revoked(ladder) == 0
