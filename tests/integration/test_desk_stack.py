"""Microcredentials over HTTP: the coordinator's desk, the learner's page, the world's pages."""

import html
import json
import re

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.runtime import Runtime
from lti_tool.store.rows import (
    AchievementVersionRow,
    AttestationRow,
    AuditEventRow,
    AwardRow,
    ShareRow,
    UserRow,
)
from lti_tool.values import Role
from tests import rows
from tests.coordinators import a_coordinator
from tests.pages import BASE, Page, Visitor, read_page, text_of
from tests.stacked import BADGES, Ladder, a_ladder

TITLE = "Harbour Coaching Program: microcredential"
WORDS = {"description": "All of it.", "image_alt": "A full quatrefoil"}


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Four badges and one learner who has earned each, once it is released."""
    return a_ladder(runtime)


@pytest.fixture
def desk(app: Flask, ladder: Ladder) -> Visitor:
    """The coordinator's browser."""
    with ladder.runtime.writing() as session:
        return Visitor(app, a_coordinator(session, ladder.course))


@pytest.fixture
def learner(app: Flask, ladder: Ladder) -> Visitor:
    """The learner's browser."""
    with ladder.runtime.writing() as session:
        launch = rows.a_launch(session, ladder.course, ladder.learner)
    return Visitor(app, launch)


def place(ladder: Ladder, end: str = "") -> str:
    """Return an address of the stack's part of the desk."""
    return f"/desk/{ladder.program_id}/stack/{end}"


def begin(desk: Visitor, ladder: Ladder) -> Page:
    """Begin a microcredential; return its form."""
    return desk.submit(place(ladder, "add"))


def save(desk: Visitor, page: Page, **changes: str | list[str]) -> Page:
    """Save a pathway's form as it stands, with changes."""
    (form,) = (one for one in page.reader.forms if "base" in one.fields)
    components = re.findall(r'name="component" value="([^"]*)"', page.text)
    fields: dict[str, str | list[str]] = {**form.fields, "component": components}
    fields.pop("csrf_token")
    return desk.submit(form.action, **(fields | {"action": "save"} | changes))


def publish(desk: Visitor, page: Page, **changes: str) -> Page:
    """Confirm what a page of publishing shows."""
    (form,) = (one for one in page.reader.forms if "hash" in one.fields)
    return desk.submit(form.action, hash=form.fields["hash"], note="First", **changes)


def test_a_coordinator_builds_and_publishes_it(desk: Visitor, ladder: Ladder) -> None:
    """It begins with every badge; words are asked for; the preview names who earns it."""
    ladder.release_all()
    page = begin(desk, ladder)
    assert "Holds all 4 badges: One, Two, Three, Four." in text_of(page)

    refused = save(desk, page, action="publish")
    assert refused.title.startswith("Error:")
    assert 'href="#description"' in refused.text
    shown = save(desk, refused, action="publish", **WORDS)
    assert "1 learner earns it at once" in text_of(shown)
    assert "Ada Learner" in text_of(shown)

    done = publish(desk, shown)
    assert "Published. Whoever has all that it asks for holds it now." in text_of(done)
    assert "1 person holds it" in text_of(done)
    log = text_of(desk.get(f"/desk/{ladder.program_id}/log"))
    assert f"Published the microcredential {TITLE} (First)" in log
    assert f"Awarded the microcredential {TITLE}" in log


def test_badges_are_put_in_order_without_a_script(desk: Visitor, ladder: Ladder) -> None:
    """Up, down, off the list and on again; every button keeps what was typed."""
    page = begin(desk, ladder)
    page = save(desk, page, action="up:two", title="The Harbour Path")
    assert "Holds all 4 badges: Two, One, Three, Four." in text_of(page)
    page = save(desk, page, action="down:two")
    page = save(desk, page, action="remove:three")
    assert "Holds all 3 badges: One, Two, Four." in text_of(page)
    page = save(desk, page, action="add", add="three", count="some", needed="2", order="ordered")

    sentence = "Holds at least 2 of 4 badges, earned in this order: One, Two, Four, Three."
    assert sentence in text_of(page)
    assert "The Harbour Path" in page.title


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": " "}, "title", "This is needed."),
        ({"count": "some", "needed": "many"}, "needed", "A whole number, please: 1-4."),
        ({"description": "x" * 5001}, "description", "at most 5000 characters"),
        ({"licence_title": "CC BY"}, "licence_url", "This is needed."),
        (
            {"licence_title": "CC BY", "licence_url": "javascript:alert(1)"},
            "licence_url",
            "not a web address",
        ),
    ],
)
def test_what_cannot_be_saved_is_said_beside_the_field(
    desk: Visitor, ladder: Ladder, changes: dict[str, str], field: str, words: str
) -> None:
    """Nothing that was typed is lost, and nothing is stored."""
    page = begin(desk, ladder)
    refused = save(desk, page, image_alt="Typed already", **changes)

    assert refused.status == 422
    error = re.search(rf'id="{field}-error".*?</p>', refused.text, re.DOTALL)
    assert error is not None
    assert words in html.unescape(error.group())
    assert 'value="Typed already"' in refused.text
    assert 'value="Typed already"' not in desk.get(page.url).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"component": ["one", "{own}"]}, "A microcredential cannot count toward itself."),
        ({"component": ["one", "one"]}, "One: This badge is on the list twice."),
        ({"component": ["one", "elsewhere"]}, "This is no badge of the program."),
        ({"component": []}, "Choose at least one badge."),
        ({"count": "some", "needed": "5"}, "at most 4."),
        ({"count": "some", "needed": "0"}, "At least one badge has to be needed."),
    ],
)
def test_what_cannot_be_walked_is_not_published(
    desk: Visitor, ladder: Ladder, changes: dict[str, str | list[str]], words: str
) -> None:
    """A draft may say it; publishing leads back to the field."""
    own = "coaching-microcredential"
    for name, value in changes.items():
        if isinstance(value, list):
            changes[name] = [own if one == "{own}" else one for one in value]
    refused = save(desk, begin(desk, ladder), action="publish", **(WORDS | changes))

    assert refused.url.endswith("?check=1")
    assert words in text_of(refused)


def test_two_coordinators_are_told_of_each_other(app: Flask, desk: Visitor, ladder: Ladder) -> None:
    """The second save stores nothing, keeps what was typed, and says so; then it may replace."""
    with ladder.runtime.writing() as session:
        second = Visitor(app, a_coordinator(session, ladder.course, name="Kim Coordinator"))
    page = begin(desk, ladder)
    theirs = second.get(page.url.replace(desk.launch.ref, second.launch.ref))
    save(desk, page, title="By Cleo")
    late = save(second, theirs, title="By Kim")

    assert late.status == 409
    assert "Somebody else saved this meanwhile." in text_of(late)
    assert 'value="By Kim"' in late.text
    assert 'value="By Cleo"' in desk.get(page.url).text
    save(second, late)
    assert 'value="By Kim"' in desk.get(page.url).text


def test_a_preview_that_changed_is_shown_again(desk: Visitor, ladder: Ladder) -> None:
    """Whoever confirms sees what happens, or it does not happen."""
    ladder.release_all("one", "two", "three")
    shown = save(desk, begin(desk, ladder), action="publish", **WORDS)
    ladder.release("four")
    again = publish(desk, shown)

    assert again.status == 409
    assert "Something changed since you looked" in text_of(again)
    assert "1 learner earns it at once" in text_of(again)
    assert "1 person holds it" in text_of(publish(desk, again))


def test_a_change_is_the_next_version(desk: Visitor, ladder: Ladder) -> None:
    """Who holds the first keeps it; the next asks for less, and others earn that."""
    ladder.release_all()
    other = ladder.for_another()
    other.release("one")
    publish(desk, save(desk, begin(desk, ladder), action="publish", **WORDS))
    pathway = desk.get(place(ladder)).text
    form = desk.get(re.findall(r'href="([^"]*/stack/[0-9a-f-]{36})"', pathway)[0])
    shown = save(desk, form, action="publish", count="some", needed="1")

    assert "1 learner earns it at once" in text_of(shown)
    assert "Ben Learner" in text_of(shown)
    done = publish(desk, shown)
    assert "Version 2" in text_of(done)
    assert "2 people hold it" in text_of(done)


def test_a_sign_off_is_waited_for(desk: Visitor, learner: Visitor, ladder: Ladder) -> None:
    """The desk lists who waits; one click gives it, a second one changes nothing."""
    ladder.pathway(needs_sign_off=True)
    ladder.release_all()
    assert "A coordinator of the program has to sign it off." in text_of(learner.get("/stack"))
    listed = desk.get(place(ladder))
    assert "1 person waits for your sign-off" in text_of(listed)
    (form,) = (one for one in listed.reader.forms if "earner" in one.fields)
    fields = {name: form.fields[name] for name in ("pathway", "earner")}
    done = desk.submit(form.action, **fields)

    assert "Signed off. The microcredential is given." in text_of(done)
    assert ladder.holds()
    assert desk.submit(form.action, **fields).status == 409
    assert ladder.count_awards() == 1
    with ladder.runtime.reading() as session:
        event = session.scalars(
            select(AuditEventRow).where(AuditEventRow.action == "microcredential.signed_off")
        ).one()
        assert event.actor_id == desk.launch.user_id


def attest(desk: Visitor, ladder: Ladder, slug: str = "four", **changes: str) -> Page:
    """Attest a badge of the learner."""
    with ladder.runtime.reading() as session:
        version = session.get_one(AchievementVersionRow, ladder.versions[slug])
    fields = {
        "learner": str(ladder.learner.id),
        "badge": str(version.achievement_id),
        "held_since": "2025-05-04",
        "source": "The paper list of 2025",
    }
    return desk.submit(place(ladder, "attest"), **(fields | changes))


def test_an_attested_badge_counts(desk: Visitor, learner: Visitor, ladder: Ladder) -> None:
    """It is marked as such, has no results, and may be the last one of the stack."""
    ladder.pathway()
    ladder.release_all("one", "two", "three")
    done = attest(desk, ladder)

    assert "Attested. The learner holds the badge now." in text_of(done)
    assert "The paper list of 2025" in text_of(done)
    assert ladder.holds("four")
    assert ladder.holds()
    document = json.loads(ladder.credential("four").document)
    assert "result" not in document["credentialSubject"]
    assert "attests" in document["credentialSubject"]["narrative"]
    assert document["awardedDate"] == "2025-05-04T00:00:00Z"
    assert "paper list" not in json.dumps(document)
    stack = learner.get("/stack")
    assert "Held since May 4, 2025, attested by the program" in text_of(stack)
    own = learner.get(f"/credentials/{ladder.credential('four').id}")
    assert "Attested by the program" in text_of(own)
    assert "Result for each competency" not in text_of(own)
    with ladder.runtime.reading() as session:
        assert session.scalars(select(AttestationRow)).one().attested_by == desk.launch.user_id


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"learner": ""}, "learner", "This is needed."),
        ({"learner": "00000000-0000-0000-0000-000000000000"}, "learner", "Choose a learner"),
        ({"badge": "nonsense"}, "badge", "Choose a badge"),
        ({"held_since": "yesterday"}, "held_since", "A day, please"),
        ({"held_since": "2999-01-01"}, "held_since", "still to come"),
        ({"held_since": "1066-10-14"}, "held_since", "Not before"),
        ({"source": " "}, "source", "This is needed."),
        ({"source": "x" * 501}, "source", "at most 500 characters"),
    ],
)
def test_an_attestation_is_checked(
    desk: Visitor, ladder: Ladder, changes: dict[str, str], field: str, words: str
) -> None:
    """What is wrong stands at its field, and nobody gets anything."""
    refused = attest(desk, ladder, **changes)

    assert refused.status in {413, 422}
    error = re.search(rf'id="{field}-error".*?</p>', refused.text, re.DOTALL)
    assert error is not None
    assert words in html.unescape(error.group())
    assert ladder.count_awards("four") == 0


def test_nobody_attests_themselves(desk: Visitor, ladder: Ladder) -> None:
    """Not even for another account of theirs."""
    with ladder.runtime.writing() as session:
        coordinator = session.get_one(UserRow, desk.launch.user_id)
        coordinator.earner_id = ladder.learner.earner_id

    assert "Nobody attests a badge to themselves" in attest(desk, ladder).text
    assert ladder.count_awards("four") == 0


def test_nobody_is_attested_what_they_hold(desk: Visitor, ladder: Ladder) -> None:
    """One live award of a badge, whatever it came of."""
    ladder.release("four")

    assert "holds the badge already" in text_of(attest(desk, ladder))
    assert ladder.count_awards("four") == 1


def test_a_learner_sees_what_is_held_and_what_is_left(learner: Visitor, ladder: Ladder) -> None:
    """The page is linked from the result; it names every badge with its state."""
    assert "/stack" not in learner.get("/").text
    ladder.pathway()
    ladder.release_all("one", "three")

    assert f'href="{learner.url("/stack")}"' in learner.get("/").text
    words = text_of(learner.get("/stack"))
    assert "2 of 4 badges held" in words
    assert words.count("Earned on") == 2
    assert words.count("Not earned yet") == 2


def test_a_learner_reads_of_empty_places(app: Flask, runtime: Runtime) -> None:
    """Nobody can earn the whole, and the page says why."""
    ladder = a_ladder(runtime, slugs=BADGES[:3], placeholders=("four",))
    ladder.pathway()
    with runtime.writing() as session:
        learner = Visitor(app, rows.a_launch(session, ladder.course, ladder.learner))

    words = text_of(learner.get("/stack"))
    assert "Nobody can earn it yet" in words
    assert "To be supplied Not yet defined by its program: nobody can earn it." in words


def test_its_page_shows_every_badge_with_its_status(
    app: Flask, learner: Visitor, ladder: Ladder
) -> None:
    """To its learner with links to all; to the world with links to those that are shared."""
    ladder.pathway(on_revoked="keep")
    ladder.release_all()
    ladder.revoke("two")
    own = learner.get(f"/credentials/{ladder.credential().id}")
    for slug in ("one", "three", "four"):
        assert learner.url(f"/credentials/{ladder.credential(slug).id}") in own.text
    assert "revoked on" in text_of(own)

    learner.submit(f"/credentials/{ladder.credential().id}/share")
    learner.submit(f"/credentials/{ladder.credential('one').id}/share")
    with ladder.runtime.reading() as session:
        tokens = {one.credential_id: one.token for one in session.scalars(select(ShareRow))}
    shared = read_page(app.test_client().get(f"/s/{tokens[ladder.credential().id]}", base_url=BASE))
    assert f"/s/{tokens[ladder.credential('one').id]}" in shared.text
    assert "/l/" not in shared.text
    assert text_of(shared).count("Earned on") == 4
    assert "revoked on" in text_of(shared)


def test_a_report_names_the_badges_with_their_status(app: Flask, ladder: Ladder) -> None:
    """Whoever has the file learns what became of what it rests on; of a badge there is no list."""
    ladder.pathway(on_revoked="keep")
    ladder.release_all()
    ladder.revoke("two")
    client = app.test_client()

    def report(slug: str) -> str:
        form = {"credential": ladder.credential(slug).document.decode()}
        return text_of(read_page(client.post("/verify", base_url=BASE, data=form)))

    words = report("the-stack")
    assert "has not taken it back, but something that it rests on holds no longer" in words
    assert words.count("Its issuer has taken it back.") == 1
    assert words.count("It holds, and it is the very one that is meant.") == 3
    assert "The badges that make it" not in report("one")


def test_a_revoked_microcredential_says_so_everywhere(learner: Visitor, ladder: Ladder) -> None:
    """On the way to it, on its page, and why; the badge may be earned again, and so may it."""
    ladder.pathway()
    ladder.release_all()
    credential = ladder.credential()
    ladder.revoke("two")

    words = text_of(learner.get("/stack"))
    assert "It was revoked" in words
    assert "3 of 4 badges held" in words
    own = text_of(learner.get(f"/credentials/{credential.id}"))
    assert "no longer valid" in own
    assert "A badge that it rests on was revoked." in own


def test_what_a_microcredential_is_stands_on_its_public_page(app: Flask, ladder: Ladder) -> None:
    """For people with links to its badges, for programs as in its credentials; never a rubric."""
    ladder.pathway()
    ladder.release_all()
    achievement = json.loads(ladder.credential().document)["credentialSubject"]["achievement"]
    client, path = app.test_client(), achievement["id"].removeprefix(BASE)
    page = read_page(client.get(path, base_url=BASE))

    assert "Holds all 4 badges: One, Two, Three, Four." in text_of(page)
    assert f"/achievements/{ladder.versions['two']}" in page.text
    served = client.get(f"{path}.json", base_url=BASE).get_json()
    assert {**served, "@context": None} == {"@context": None, **achievement}
    assert client.get(f"{path}/image.svg", base_url=BASE).mimetype == "image/svg+xml"
    assert client.get(f"{path}/rubric", base_url=BASE).status_code == 404


def test_others_learn_nothing(app: Flask, learner: Visitor, ladder: Ladder) -> None:
    """An instructor, a learner, another program's coordinator: not theirs, not found."""
    pathway = ladder.pathway(needs_sign_off=True)
    ladder.release_all()
    with ladder.runtime.writing() as session:
        other = rows.a_course(session, slug="other")
        strangers = [
            Visitor(app, a_coordinator(session, other)),
            Visitor(app, ladder.launch),
            learner,
        ]
    for visitor in strangers:
        for path in ("", "attest", f"{pathway}", f"{pathway}/publish"):
            assert visitor.answer(place(ladder, path)).status_code == 404
        sign_off = {"pathway": str(pathway), "earner": str(ladder.learner.earner_id)}
        assert visitor.post(place(ladder, "sign-off"), **sign_off).status_code == 404
    assert Visitor(app, ladder.launch).answer("/stack").status_code == 403
    assert not ladder.holds()
    with ladder.runtime.writing() as session:
        ben = rows.a_user(session, ladder.course, name="Ben Learner")
        bens = Visitor(app, rows.a_launch(session, ladder.course, ben))
    own = f"/credentials/{ladder.credential('one').id}"
    assert bens.answer(own).status_code == 404
    assert bens.post(f"{own}/share").status_code == 404


def test_a_microcredential_is_no_badge_to_choose(app: Flask, ladder: Ladder) -> None:
    """Activities open badges; lists of badges do not have it."""
    ladder.pathway()
    with ladder.runtime.writing() as session:
        link = rows.a_link(session, ladder.course.context, lti_resource_link_id="free")
        user = rows.a_user(session, ladder.course, Role.INSTRUCTOR)
        launch = rows.a_launch(session, ladder.course, user, Role.INSTRUCTOR, link=link)
    chooser = Visitor(app, launch).get("/bind")

    assert "The Stack" not in chooser.text
    assert ladder.count_awards() == 0
    with ladder.runtime.reading() as session:
        assert session.scalars(select(AwardRow)).all() == []


def test_the_grid_shows_microcredentials_and_attested_awards(desk: Visitor, ladder: Ladder) -> None:
    """Beside the badges, on the page and in the table to take along."""
    ladder.pathway()
    ladder.release_all("one", "two", "three")
    attest(desk, ladder)
    path = f"/desk/{ladder.program_id}/learners"

    words = text_of(desk.get(path))
    assert "The Stack 1 earned" in words
    assert "Attested" in words
    table = desk.answer(f"{path}.csv").get_data(as_text=True)
    header, row = table.splitlines()[:2]
    assert header.endswith("The Stack: state,The Stack: since")
    assert row.count("awarded") == 4
    assert row.count("attested") == 1


def test_the_evidence_of_what_was_not_assessed(app: Flask, desk: Visitor, ladder: Ladder) -> None:
    """An attested award says that nothing was handed in; a microcredential has its badges."""
    ladder.pathway()
    ladder.release_all("one", "two", "three")
    attest(desk, ladder)
    client = app.test_client()
    with ladder.runtime.reading() as session:
        pages = {one.origin: one.evidence_page_id for one in session.scalars(select(AwardRow))}

    attested = read_page(client.get(f"/evidence/{pages['attested']}", base_url=BASE))
    assert "Nothing was handed in here" in text_of(attested)
    answer = client.get(f"/evidence/{pages['pathway']}", base_url=BASE)
    assert answer.status_code == 404
