"""Badges from elsewhere that a coordinator accepts: the desk's form, and who reads of it."""

import io
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from badges.baking import bake
from badges.image import draw_badge_image
from badges.pathway import AcceptedCredential
from badges.pathway_definition import parse_pathway
from lti_tool.runtime import Runtime
from lti_tool.store import keys
from lti_tool.store.rows import AchievementVersionRow
from lti_tool.values import Role
from tests import rows
from tests.coordinators import a_coordinator
from tests.credentials import ACHIEVEMENT, a_lasting_credential
from tests.pages import BASE, Page, Visitor, text_of
from tests.stacked import Ladder, a_ladder

ISSUER = "did:web:badges.college.example"
TYPED = {
    "component": "two",
    "achievement": "urn:uuid:0f4b2d9e-3c1a-4f6e-9a64-2f6f3f4c9f10",
    "issuer": ISSUER,
    "title": "Listening",
    "issuer_name": "The College",
}


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Four badges and a learner; noon is past, when the credential was signed."""
    runtime.clock.advance(hours=3)  # type: ignore[attr-defined]  # the tests' clock
    return a_ladder(runtime)


@pytest.fixture
def desk(app: Flask, ladder: Ladder) -> Visitor:
    """The coordinator's browser."""
    with ladder.runtime.writing() as session:
        return Visitor(app, a_coordinator(session, ladder.course))


@pytest.fixture
def draft(ladder: Ladder) -> str:
    """The address of a draft's form at the desk."""
    return f"/desk/{ladder.program_id}/stack/{ladder.draft()}"


def accepted(ladder: Ladder) -> tuple[AcceptedCredential, ...]:
    """What the newest version accepts."""
    with ladder.runtime.reading() as session:
        newest = session.scalars(
            select(AchievementVersionRow)
            .where(AchievementVersionRow.title == "The Stack")
            .order_by(AchievementVersionRow.number.desc())
        ).first()
        assert newest is not None
        return parse_pathway(newest.document).accepts


def fields(page: Page) -> dict[str, str]:
    """What the form says is accepted."""
    (form,) = (one for one in page.reader.forms if "issuer_name" in one.fields)
    return {name: form.fields.get(name, "") for name in TYPED}


def error_at(page: Page, field: str) -> str:
    """What is said beside a field."""
    found = re.search(rf'id="{field}-error".*?</p>', page.text, re.DOTALL)
    assert found is not None
    return unescape(re.sub(r"<[^>]+>", "", found.group()[found.group().index(">") :]))


def test_what_is_typed_counts_once_it_is_published(
    app: Flask, desk: Visitor, ladder: Ladder, draft: str
) -> None:
    """The editor lists it, the preview names it, and then the world reads of it."""
    page = desk.submit(f"{draft}/accept", action="save", **TYPED)
    assert "It is on the list." in text_of(page)
    assert "Listening by The College counts as Two" in text_of(page)

    preview = text_of(desk.get(f"{draft}/publish"))
    assert "Listening by The College counts as Two" in preview
    ladder.publish(desk_id(draft))
    (one,) = accepted(ladder)
    assert one == AcceptedCredential(**TYPED)
    with ladder.runtime.reading() as session:
        version = session.scalars(
            select(AchievementVersionRow).where(AchievementVersionRow.title == "The Stack")
        ).one()
    public = app.test_client().get(f"/achievements/{version.id}", base_url=BASE)
    assert "What else counts" in public.text
    assert "Listening" in public.text
    document = app.test_client().get(f"/achievements/{version.id}.json", base_url=BASE)
    assert (
        f"<{TYPED['achievement']}> of The College <{ISSUER}>"
        in (json.loads(document.data)["criteria"]["narrative"])
    )


def desk_id(draft: str) -> UUID:
    """The id of the draft's achievement."""
    return UUID(draft.rpartition("/")[2])


def without_two(desk: Visitor, page: Page, action: str) -> Page:
    """Press a button of the pathway's form, with the second badge off its list."""
    (form,) = (one for one in page.reader.forms if "base" in one.fields)
    sent: dict[str, str | list[str]] = {**form.fields, "component": ["one", "three", "four"]}
    del sent["csrf_token"]
    return desk.submit(form.action, **(sent | {"action": action}))


@pytest.mark.parametrize("way", ["credential", "picture", "file"])
def test_ids_are_read_from_a_badge(desk: Visitor, ladder: Ladder, draft: str, way: str) -> None:
    """Pasted, in its picture or as a file; what was chosen stays, and nothing is stored yet."""
    data = a_lasting_credential()
    drawn = draw_badge_image(title="Listening", position=1, total=None, alt="A badge")
    ways: dict[str, dict[str, Any]] = {
        "credential": {"credential": data.decode()},
        "picture": {"file": (io.BytesIO(bake(drawn, data)), "badge.svg")},
        "file": {"file": (io.BytesIO(data), "badge.json")},
    }
    page = desk.submit(f"{draft}/accept", action="read", component="three", **ways[way])

    assert "It holds." in text_of(page)
    assert fields(page) == {
        "component": "three",
        "achievement": ACHIEVEMENT,
        "issuer": json.loads(data)["issuer"]["id"],
        "title": "Listening Closely",
        "issuer_name": "Harbour College",
    }
    assert accepted(ladder) == ()
    desk.submit(f"{draft}/accept", action="save", **fields(page))
    assert [one.achievement for one in accepted(ladder)] == [ACHIEVEMENT]


def test_enter_reads_where_there_is_something_to_read(desk: Visitor, draft: str) -> None:
    """Otherwise it saves, and says what lacks."""
    read = desk.submit(f"{draft}/accept", action="", credential=a_lasting_credential().decode())
    saved = desk.submit(f"{draft}/accept", action="")

    assert fields(read)["achievement"] == ACHIEVEMENT
    assert saved.status == 422
    assert "Choose the badge as which it counts." in error_at(saved, "component")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (lambda _: "{}", "This is not a credential that we can read."),
        (lambda text: text.replace("Listening Closely", "Flying"), "Nobody stands behind"),
    ],
)
def test_what_nobody_stands_behind_fills_nothing(
    desk: Visitor,
    draft: str,
    changed: Callable[[str], str],
    words: str,
) -> None:
    """It is said where it was given; what was typed stays."""
    text = changed(a_lasting_credential().decode())
    page = desk.submit(f"{draft}/accept", action="read", credential=text, title="Typed already")

    assert page.status == 422
    assert words in error_at(page, "credential")
    assert fields(page)["title"] == "Typed already"
    assert fields(page)["issuer"] == ""


def test_nothing_given_is_said(desk: Visitor, draft: str) -> None:
    """A button that reads needs something to read."""
    page = desk.submit(f"{draft}/accept", action="read")

    assert page.status == 422
    assert "Give a file, a text or an address." in text_of(page)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"component": ""}, "component", "Choose the badge"),
        ({"component": "five"}, "component", "Choose the badge"),
        ({"component": "No Slug"}, "component", "Choose the badge"),
        ({"achievement": "college.example/1"}, "achievement", "no id of an achievement"),
        ({"achievement": "http://college.example/1"}, "achievement", "no id of an achievement"),
        ({"achievement": "https://x.example/ 1"}, "achievement", "no id of an achievement"),
        ({"achievement": "https://x.example/" + "a" * 2000}, "achievement", "at most 2000"),
        ({"issuer": ""}, "issuer", "no id of an issuer"),
        ({"issuer": "{own}"}, "issuer", "This issuer is here"),
        ({"title": "x" * 301}, "title", "at most 300"),
    ],
)
def test_what_could_never_count_is_refused_beside_its_field(
    desk: Visitor, ladder: Ladder, draft: str, changes: dict[str, str], field: str, words: str
) -> None:
    """Everything that was typed is still there, and nothing is stored."""
    if changes == {"issuer": "{own}"}:
        with ladder.runtime.reading() as session:
            (changes["issuer"],) = keys.list_issuer_ids(session)
    page = desk.submit(f"{draft}/accept", action="save", **(TYPED | changes))

    assert page.status == 422
    assert words in error_at(page, field)
    kept = set(TYPED) - {"component", field}
    assert {name: fields(page)[name] for name in kept} == {name: TYPED[name] for name in kept}
    assert accepted(ladder) == ()


def test_the_same_is_accepted_once(desk: Visitor, ladder: Ladder, draft: str) -> None:
    """For another badge of the program it may be accepted as well."""
    desk.submit(f"{draft}/accept", action="save", **TYPED)
    page = desk.submit(f"{draft}/accept", action="save", **(TYPED | {"title": "Otherwise"}))
    desk.submit(f"{draft}/accept", action="save", **(TYPED | {"component": "three"}))

    assert "counts as that badge already" in error_at(page, "achievement")
    assert [one.component for one in accepted(ladder)] == ["two", "three"]


def test_a_badge_that_no_longer_counts_leaves_a_fault(
    desk: Visitor, ladder: Ladder, draft: str
) -> None:
    """What was accepted for it is not lost with it; publishing says where to look."""
    desk.submit(f"{draft}/accept", action="save", **TYPED)
    page = without_two(desk, desk.get(draft), "publish")
    assert "It counts as a badge that is not on the list above." in text_of(page)

    (button,) = re.findall(r'value="(unaccept:[0-9a-f]+)"', page.text)
    page = without_two(desk, page, button)
    assert accepted(ladder) == ()
    assert "Listening" not in text_of(page)


def test_a_published_one_stays_and_the_next_version_begins(
    desk: Visitor, ladder: Ladder, draft: str
) -> None:
    """What is published never changes."""
    ladder.publish(desk_id(draft))
    page = desk.submit(f"{draft}/accept", action="save", **TYPED)

    assert "Version 2" in text_of(page)
    assert len(accepted(ladder)) == 1


def test_only_coordinators_accept(app: Flask, ladder: Ladder, draft: str) -> None:
    """For anybody else there is no such page, and without the form's token nothing happens."""
    with ladder.runtime.writing() as session:
        learner = Visitor(app, rows.a_launch(session, ladder.course, ladder.learner))
        other = rows.a_user(session, ladder.course)
        assessor = Visitor(app, rows.a_launch(session, ladder.course, other, Role.INSTRUCTOR))
    for visitor in (learner, assessor):
        assert visitor.get(f"{draft}/accept").status == 404
        assert visitor.submit(f"{draft}/accept", action="save", **TYPED).status == 404
    assert accepted(ladder) == ()


def test_a_form_of_another_page_accepts_nothing(desk: Visitor, ladder: Ladder, draft: str) -> None:
    """A token of nobody is refused."""
    answer = desk.post(f"{draft}/accept", action="save", **(TYPED | {"csrf_token": "other"}))

    assert answer.status_code == 422
    assert "What is accepted" not in answer.text
    assert accepted(ladder) == ()
