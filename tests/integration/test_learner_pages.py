"""The learner's pages over HTTP: with and without scripts, for friends and for others."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lti_tool.runtime import Runtime
from lti_tool.services.revoking import revoke_credential
from lti_tool.store.rows import CredentialRow, KeptTextRow, LaunchRow, ScoreDeliveryRow
from lti_tool.values import Role
from tests.conftest import FakeClock
from tests.desks import Desk, a_desk, another_desk
from tests.grading import FAIL, PASS, an_assessor
from tests.learners import Learner
from tests.rows import a_launch, a_link, a_user

SCRIPT = "<script>alert('x')</script>"


@pytest.fixture
def desk(runtime: Runtime, clock: FakeClock, settings_folder: Path) -> Desk:
    """A learner who has launched the activity."""
    return a_desk(runtime.database, clock, settings_folder)


@pytest.fixture
def settings_folder(runtime: Runtime) -> Path:
    """Where the application keeps its files."""
    return runtime.settings.data_dir


@pytest.fixture
def learner(app: Flask, desk: Desk) -> Learner:
    """The learner's browser."""
    return Learner(app, desk.launch)


@pytest.fixture
def begun(learner: Learner) -> Learner:
    """A learner's browser after "start"."""
    page = learner.submit("/start")
    assert page.status == 200
    assert page.form(learner.url("/work"))
    return learner


def save_form(learner: Learner, action: str = "save", **changes: str) -> dict[str, str]:
    """Return the fields of the draft's form as it stands, with changes and a button."""
    form = learner.get("/work").form(learner.url("/work"))
    return (
        form.fields
        | {name.replace("__", "."): text for name, text in changes.items()}
        | {"action": action}
    )


def test_the_activity_comes_first(learner: Learner) -> None:
    """Home says what the badge asks, and its one button starts the draft."""
    page = learner.get("/")

    assert page.title.startswith("A badge")
    assert "What clarity means." not in page.text
    assert "What a means." in page.text
    assert page.form(learner.url("/start"))


def test_home_and_work_are_the_same_draft(begun: Learner) -> None:
    """Whoever comes back by a launch finds the draft at once."""
    for path in ("/", "/work"):
        assert begun.get(path).form(begun.url("/work")).fields["revision"] == "0"


def test_work_before_a_start_is_the_activity(learner: Learner) -> None:
    """A bookmark of the draft's page shows whatever page there is."""
    assert learner.get("/work").form(learner.url("/start"))


def test_a_save_by_script(begun: Learner) -> None:
    """Only what changed is sent; the answer has the revision and the checklist anew."""
    answer = begun.save(0, answer__story="I waited.")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    assert (body["revision"], body["saved_at"]) == (1, "2026-11-21T10:00:00+00:00")
    assert "1 of 7 done" in body["regions"]["checklist"]
    assert begun.get("/work").form(begun.url("/work")).fields["answer.story"] == "I waited."


def test_a_stale_save_by_script(begun: Learner, desk: Desk) -> None:
    """409 with what is stored in every field; the late text is kept."""
    begun.save(0, answer__story="first")

    answer = begun.save(0, answer__story="second")

    assert answer.status_code == 409
    body = answer.get_json()
    assert (body["error"], body["revision"]) == ("stale", 1)
    assert body["fields"]["answer.story"] == "first"
    assert body["fields"]["name_on_badge"] == "Ada Learner"
    assert body["saved_at"] == "2026-11-21T10:00:00+00:00"
    assert "1 of 7 done" in body["regions"]["checklist"]
    assert [row.text for row in desk.rows(KeptTextRow)] == ["second"]


def test_refused_fields_by_script(begun: Learner) -> None:
    """422 with words for each field, and nothing stored."""
    answer = begun.save(0, answer__story="x" * 100_001, answer__more="fine")

    assert answer.status_code == 422
    assert answer.get_json() == {
        "error": "invalid",
        "fields": {"answer.story": {"message": "This is too long: at most 100000 characters."}},
    }
    assert begun.get("/work").form(begun.url("/work")).fields["answer.more"] == ""


def test_hostile_bodies_are_refused(begun: Learner, desk: Desk) -> None:
    """Whatever is no save is answered 422, in JSON, and stores nothing."""
    bodies = {
        "{": "malformed",
        '{"revision": -1, "fields": {}}': "malformed",
        '{"revision": 0, "fields": {"__proto__": "x"}}': "unknown_field",
        '{"revision": 0, "fields": {"answer.story": ["x"]}}': "invalid",
        "[" * 100_000: "malformed",
    }
    for body, error in bodies.items():
        answer = begun.call("POST", "/work", data=body, content_type="application/json")
        assert (answer.status_code, answer.get_json()["error"]) == (422, error)
    assert desk.attempt().revision == 0


def test_ten_megabytes_of_text_are_refused_in_either_way(begun: Learner) -> None:
    """By script with a message; by form with every word still in its field."""
    text = "word " * 2_100_000
    assert begun.save(0, answer__story=text).status_code == 422

    page = begun.submit("/work", **save_form(begun, answer__story=text))

    assert page.status == 422
    assert "at most 100000 characters" in page.text
    assert page.form(begun.url("/work")).fields["answer.story"] == text
    assert begun.get("/work").form(begun.url("/work")).fields["answer.story"] == ""


def test_a_body_beyond_every_limit_is_refused(begun: Learner) -> None:
    """More than the application takes at all is a 413."""
    answer = begun.call("POST", "/work", data=b" " * (17 * 2**20), content_type="application/json")

    assert (answer.status_code, answer.get_json()) == (413, {"error": "too_large"})


def test_markup_is_text_wherever_it_was_typed(begun: Learner, desk: Desk) -> None:
    """Scripts in every text field are shown as what was typed, on every page."""
    begun.submit(
        "/work",
        **save_form(
            begun, "add-link", **{"link.url": "https://x.example/?a=<b>", "link.title": ""}
        ),
    )
    link = desk.add_link("https://x.example/", title=SCRIPT)
    reference = desk.add_reference("a")
    fields = {
        "answer.story": SCRIPT,
        "name_on_badge": SCRIPT,
        f"reference.{reference}.source": str(link),
        f"reference.{reference}.locator": SCRIPT,
        f"reference.{reference}.explanation": SCRIPT,
    }
    page = begun.submit("/work", **save_form(begun, **fields))
    assert page.status == 200
    assert "<script>" not in page.text
    assert page.form(begun.url("/work")).fields["answer.story"] == SCRIPT
    begun.upload(b"%PDF-", f"{SCRIPT}.pdf")
    refused = begun.submit("/work", **save_form(begun, "submit"))
    assert "<script>" not in refused.text
    for region in begun.save(1, answer__more=SCRIPT).get_json()["regions"].values():
        assert "<script>" not in region


def test_a_save_by_form_goes_back_to_the_page(begun: Learner) -> None:
    """Without scripts a button saves, and the page says so."""
    page = begun.submit("/work", **save_form(begun, answer__story="One\nline."))

    assert page.url.endswith("/work?notice=saved")
    assert "Saved." in page.text
    assert page.form(begun.url("/work")).fields["answer.story"] == "One\nline."


def test_a_stale_form_shows_both_texts(begun: Learner, desk: Desk) -> None:
    """409: mine is in the field, theirs above it; sending again is a choice that was made."""
    old = save_form(begun, answer__story="mine")
    begun.save(0, answer__story="theirs")

    page = begun.submit("/work", **old)

    assert page.status == 409
    form = page.form(begun.url("/work"))
    assert (form.fields["answer.story"], form.fields["revision"]) == ("mine", "1")
    assert "theirs" in page.text
    assert "Both texts are kept below" in page.text
    assert [row.text for row in desk.rows(KeptTextRow)] == ["mine"]
    again = begun.submit("/work", **form.fields, action="save")
    assert again.status == 200
    assert again.form(begun.url("/work")).fields["answer.story"] == "mine"


def test_a_kept_text_is_put_back_or_dismissed(begun: Learner, desk: Desk) -> None:
    """On the page it is folded away, in whole, and as text; its buttons save the form first."""
    begun.save(0, answer__story="first")
    begun.save(0, answer__story=SCRIPT)

    page = begun.get("/work")
    assert "Another version of a text was kept" in page.text
    assert SCRIPT not in page.text
    (button,) = [one for one in page.form(begun.url("/work")).actions if "put-back" in one]
    answer = begun.post("/work", **save_form(begun, button.removeprefix("action=")))
    assert answer.headers["Location"] == begun.url("/work?notice=put_back#answer-story")
    page = begun.get("/work?notice=put_back")
    assert "The kept text is back in its field." in page.text
    assert page.form(begun.url("/work")).fields["answer.story"] == SCRIPT

    (button,) = [one for one in page.form(begun.url("/work")).actions if "dismiss" in one]
    page = begun.submit(
        "/work", **save_form(begun, button.removeprefix("action="), answer__more="typed on")
    )
    assert "version of a text was kept" not in page.text
    assert page.form(begun.url("/work")).fields["answer.more"] == "typed on"
    assert desk.rows(KeptTextRow) == []


def test_a_text_for_work_that_was_handed_in_meanwhile_is_kept(begun: Learner, desk: Desk) -> None:
    """From a page with scripts or without; taken back, the work shows it."""
    desk.fill()
    old = save_form(begun, answer__story="by form")
    desk.submit()

    assert begun.post("/work", **old).status_code == 409
    assert begun.save(int(old["revision"]), answer__more="by script").status_code == 409

    desk.take_back()
    assert {one.text for one in desk.page().kept_texts} == {"by form", "by script"}


def test_a_form_without_a_revision_is_refused(begun: Learner) -> None:
    """Nothing is stored on a revision that nobody gave out."""
    assert begun.post("/work", **{"answer.story": "x"}).status_code == 422
    assert begun.post("/work", revision="x").status_code == 422


def test_pointers_are_added_and_removed(begun: Learner, desk: Desk) -> None:
    """Each button saves what is typed first and leads back to its place."""
    added = begun.post("/work", **save_form(begun, "add-reference:b", answer__story="kept"))
    assert added.status_code == 303
    reference = desk.page().criteria[1].references[0]
    assert added.location.endswith(f"/work#reference-{reference.id}")
    assert desk.page().answers[0].text == "kept"

    removed = begun.post("/work", **save_form(begun, f"remove-reference:{reference.id}"))

    assert removed.location.endswith("/work#references-b")
    assert desk.page().criteria[1].references == ()


def test_a_link_is_added_and_removed(begun: Learner, desk: Desk) -> None:
    """It shows its host; removing it takes it away."""
    fields = {"link.url": "https://video.example/1", "link.title": "Session"}
    added = begun.post("/work", **save_form(begun, "add-link", **fields))
    artefact = desk.page().artefacts[0]
    assert added.location.endswith(f"#artefact-{artefact.id}")
    assert "video.example" in begun.get("/work").text

    begun.submit("/work", **save_form(begun, f"remove-artefact:{artefact.id}"))

    assert desk.page().artefacts == ()


def test_a_refused_link_stays_in_its_field(begun: Learner) -> None:
    """What was typed is there to be mended, with the error at the field."""
    fields = {"link.url": "video.example", "link.title": "Session 2", "answer.story": "kept"}
    page = begun.submit("/work", **save_form(begun, "add-link", **fields))

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert "not a web address" in page.text
    form = page.form(begun.url("/work"))
    assert form.fields["link.url"] == "video.example"
    assert form.fields["link.title"] == "Session 2"
    assert form.fields["answer.story"] == "kept"


STRANGE_BUTTONS = {
    "nothing": 422,
    "": 422,
    "add-reference:nowhere": 422,
    "add-reference": 422,
    "remove-artefact:x": 404,
    "remove-artefact:00000000-0000-0000-0000-000000000001": 404,
    "remove-reference:../x": 404,
    "remove-reference:00000000-0000-0000-0000-000000000001": 303,
}


def test_strange_buttons(begun: Learner) -> None:
    """A button that the page does not have does nothing."""
    for action, status in STRANGE_BUTTONS.items():
        assert begun.post("/work", **save_form(begun, action)).status_code == status, action


def test_an_incomplete_draft_is_not_handed_in(begun: Learner, desk: Desk) -> None:
    """422 with each missing thing and a link to its field; what was typed is saved."""
    page = begun.submit("/work", **save_form(begun, "submit", answer__more="saved all the same"))

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert 'href="#answer-story"' in page.text
    assert "What happened?: This is needed." in page.text
    assert 'href="#references-a"' in page.text
    assert 'id="references-a"' in page.text
    assert 'href="#name_confirmed"' in page.text
    assert desk.page().answers[1].text == "saved all the same"
    assert desk.attempt().state == "draft"


def test_handing_in_and_taking_back(begun: Learner, desk: Desk) -> None:
    """The whole form is one button; so is the way back."""
    desk.fill()

    page = begun.submit("/work", **save_form(begun, "submit"))

    assert page.url.endswith("/?notice=submitted")
    assert "Your work is handed in." in page.text
    assert "Your work is in" in page.text
    assert begun.get("/work").text.count("Take it back") == 1
    back = begun.submit("/take-back")
    assert back.url.endswith("/?notice=taken_back")
    assert back.form(begun.url("/work")).fields["answer.story"] == "What I did and why."


def test_handing_in_wakes_the_worker(app: Flask, desk: Desk, runtime: Runtime) -> None:
    """Once the row is there, somebody is told to deliver it."""
    woken: list[int] = []
    app.extensions["quatrefoil"] = replace(
        runtime, wake=lambda: woken.append(len(desk.rows(ScoreDeliveryRow)))
    )
    learner = Learner(app, desk.launch)
    learner.submit("/start")
    desk.fill()

    learner.submit("/work", **save_form(learner, "submit"))

    assert woken == [1]


def test_a_tab_of_handed_in_work_is_told(begun: Learner, desk: Desk) -> None:
    """A save comes back as closed; a form gets a calm page; nothing changes."""
    form = save_form(begun, answer__story="too late")
    desk.fill()
    desk.submit()

    answer = begun.save(0, answer__story="too late")
    assert (answer.status_code, answer.get_json()) == (409, {"error": "closed"})
    assert begun.submit("/work", **form).status == 409
    assert begun.announce("x.pdf", 5).get_json() == {"error": "closed"}


def test_the_result_and_another_try(begun: Learner, desk: Desk, runtime: Runtime) -> None:
    """The page says what to change, and its button opens the next attempt."""
    desk.fill()
    desk.submit()
    an_assessor(runtime, desk).give_back(FAIL, note=f"Show the ending. {SCRIPT}")

    page = begun.get("/")
    assert "Some of it needs another round" in page.text
    assert "Show the ending." in page.text
    assert "<script>" not in page.text
    work = begun.submit("/resubmit")

    assert "What to change" in work.text
    assert "Attempt 2" in work.text
    assert work.text.count("you need not show it again") == 3


def test_the_badge_is_shared_and_made_private_again(
    begun: Learner, desk: Desk, runtime: Runtime
) -> None:
    """The page of the badge's earner makes the link and ends it."""
    desk.fill()
    desk.submit()
    an_assessor(runtime, desk).release(PASS)

    page = begun.get("/")
    assert "You earned this badge" in page.text
    shared = begun.submit("/share")
    assert "https://tool.example/s/" in shared.text
    private = begun.submit("/unshare")
    assert "https://tool.example/s/" not in private.text
    assert "Your badge is private again" in private.text


def test_a_revoked_badge_says_when(begun: Learner, desk: Desk, runtime: Runtime) -> None:
    """What was given, and that and when it was taken back."""
    desk.fill()
    desk.submit()
    an_assessor(runtime, desk).release(PASS)
    revoke_credential(runtime.issuing, desk.rows(CredentialRow)[0].id, reason="By mistake.")

    page = begun.get("/")

    assert "This badge is no longer valid" in page.text
    said = re.sub("<[^>]*>", "", page.text)
    assert "It was given on November 21, 2026 and taken back on November 21, 2026." in said


def test_a_link_that_opens_nothing_yet(app: Flask, desk: Desk) -> None:
    """The learner reads that it is not set up, at every address."""
    with desk.database.writing() as session:
        link = a_link(session, desk.course.context, lti_resource_link_id="link-2")
    learner = Learner(app, desk.behind(link).launch)

    for path in ("/", "/work", "/activity"):
        assert "Not set up yet" in learner.get(path).text


POSTS = ("/start", "/work", "/take-back", "/resubmit", "/share", "/unshare", "/uploads")


def test_learner_acts_are_for_learners(app: Flask, desk: Desk) -> None:
    """Somebody else on a learner's address gets 403, and may read what the badge asks."""
    for role in (Role.INSTRUCTOR, Role.ASSISTANT, Role.ADMINISTRATOR, Role.OTHER):
        with desk.database.writing() as session:
            launch = a_launch(session, desk.course, a_user(session, desk.course, role), role)
        other = Learner(app, launch)

        for path in POSTS:
            assert other.post(path).status_code == 403
        assert other.answer("/work").status_code == 403
        assert "What a means." in other.get("/activity").text


def test_every_act_needs_the_form_token(begun: Learner) -> None:
    """Without it, or with another launch's, nothing happens."""
    for path in POSTS:
        refused = begun.call("POST", path, json={}, headers={"X-CSRF-Token": "0" * 64})
        assert (refused.status_code, refused.get_json()["error"]) == (422, "csrf")


def test_another_learners_work_stays_theirs(app: Flask, begun: Learner, desk: Desk) -> None:
    """Ids of another's work, in every place where an id can be sent, find nothing."""
    artefact, reference = desk.add_link(), desk.add_reference("a")
    upload = begun.announce("x.pdf", 5).get_json()["url"].rpartition("/")[2]
    other = Learner(app, another_desk(desk).launch)
    other.submit("/start")

    for action in (f"remove-artefact:{artefact}",):
        assert other.post("/work", **save_form(other, action)).status_code == 404
    other.post("/work", **save_form(other, f"remove-reference:{reference}"))
    for name in (f"artefact.{artefact}.people", f"reference.{reference}.locator"):
        assert other.save(0, **{name: "nobody"}).status_code == 422
    for method in ("GET", "PUT", "DELETE"):
        other.call(method, f"/uploads/{upload}", data=b"x", headers={"Upload-Offset": "0"})
    assert other.call("GET", f"/uploads/{upload}").status_code == 404
    assert other.put(f"/uploads/{upload}", b"%PDF-").status_code == 404
    assert other.call("POST", f"/uploads/{upload}/finish", json={}).status_code == 404
    page = desk.page()
    assert [one.id for one in page.artefacts] == [str(artefact)]
    assert len(page.criteria[0].references) == 1
    assert [one.id for one in page.unfinished] == [upload]


def test_a_session_that_ended_says_so_to_scripts(begun: Learner, clock: FakeClock) -> None:
    """401, so that the page keeps the text and asks for a new launch."""
    clock.advance(hours=9)

    answer = begun.save(0, answer__story="typed in mid-work")
    assert (answer.status_code, answer.get_json()) == (401, {"error": "session_ended"})
    for method, path in (("PUT", "/uploads/x"), ("POST", "/uploads")):
        assert begun.call(method, path, data=b"").status_code in {401, 404}


def test_the_draft_goes_on_after_a_new_launch(
    app: Flask, begun: Learner, desk: Desk, clock: FakeClock
) -> None:
    """Another launch, of another day, opens the same draft."""
    begun.save(0, answer__story="yesterday")
    clock.advance(hours=9)
    with desk.database.writing() as session:
        row = session.get_one(LaunchRow, desk.launch.id)
        row.expires_at = clock() + (row.expires_at - row.created_at)

    page = Learner(app, desk.launch).get("/")
    assert page.form(begun.url("/work")).fields["answer.story"] == "yesterday"


def test_error_answers_are_json_for_scripts(begun: Learner) -> None:
    """No script has to read HTML."""
    for answer in (
        begun.call("POST", "/uploads/nowhere", json={}),
        begun.call("PATCH", "/work", json={}),
        begun.call("POST", "/work", data="{", content_type="application/json"),
    ):
        assert answer.mimetype == "application/json"
        assert "error" in json.loads(answer.text)
