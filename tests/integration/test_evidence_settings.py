"""What others see of the work behind a badge: set by its earner, within what is allowed."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lti_tool.errors import NotFoundError
from lti_tool.services import sharing
from lti_tool.services.revoking import revoke_credential
from lti_tool.services.uploads import delete_due_files
from lti_tool.store.rows import (
    ArtefactRow,
    AttemptRow,
    AuditEventRow,
    AwardRow,
    CredentialRow,
    EvidenceChoiceRow,
    ProgramRow,
    SubmissionRow,
    UserRow,
)
from tests.pages import BASE, Page, Visitor, read_page
from tests.pieces import TEXT, a_file, a_pointer, an_answer, an_artefact
from tests.rows import a_launch, a_user, an_attempt
from tests.stages import Stage

Publish: TypeAlias = Callable[..., Page]
"""Save what others see: the answer and files by their sources."""

ANSWER = "answer:story"


@pytest.fixture
def learner(app: Flask, stage: Stage) -> Visitor:
    """The earner in their course."""
    with stage.runtime.writing() as session:
        user = session.get_one(UserRow, stage.learner_id)
        return Visitor(app, a_launch(session, stage.course, user))


@pytest.fixture
def file(stage: Stage, tmp_path: Path) -> UUID:
    """A file that the first criterion points to."""
    id_ = a_file(stage.runtime, tmp_path, stage.attempt_id)
    with stage.runtime.writing() as session:
        a_pointer(session, stage.attempt_id, id_, locator="page 1")
    return id_


@pytest.fixture
def publish(learner: Visitor, stage: Stage) -> Publish:
    """Show pieces by the earner's page in the course."""

    def save(*sources: UUID | str) -> Page:
        return learner.submit(settings(stage), shown=[str(one) for one in sources])

    return save


def credential(stage: Stage) -> CredentialRow:
    """The one credential."""
    with stage.runtime.reading() as session:
        return session.scalars(select(CredentialRow)).one()


def settings(stage: Stage, step: str = "") -> str:
    """Where the earner sets it, in a launch."""
    return f"/credentials/{credential(stage).id}/evidence{step}"


def evidence_page(stage: Stage) -> str:
    """The address that stands in the credential."""
    with stage.runtime.reading() as session:
        return f"/evidence/{session.scalars(select(AwardRow.evidence_page_id)).one()}"


def share(stage: Stage) -> None:
    """Give the badge a link."""
    runtime = stage.runtime
    with runtime.reading() as session:
        earner_id = session.get_one(UserRow, stage.learner_id).earner_id
    sharing.share(
        runtime.issuing, earner_id, credential(stage).id, random_token=runtime.random_token
    )


def after(stage: Stage, **days: int) -> None:
    """Let time pass."""
    stage.runtime.clock.advance(**days)  # type: ignore[attr-defined]  # the tests' clock


def sees(client: FlaskClient, stage: Stage) -> str:
    """What a stranger reads on the evidence page."""
    answer = client.get(evidence_page(stage), base_url=BASE)
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Cache-Control"] == "no-store"
    return read_page(answer).text


def links(text: str) -> list[str]:
    """The addresses of files on an evidence page."""
    return sorted(set(re.findall(r'"https://tool\.example(/evidence/files/[^"#]+)', text)))


@pytest.mark.usefixtures("file")
def test_nothing_is_shown_by_default(stage: Stage, client: FlaskClient) -> None:
    """Not even the name, although the badge is shared."""
    with stage.runtime.writing() as session:
        an_answer(session, stage.attempt_id)
    share(stage)
    text = sees(client, stage)

    assert "Nothing is shown here" in text
    assert "1 piece was seen by assessors" in text
    for secret in ("Agreement with Rosa", "nothing works", "Here we agreed", "Ada Learner"):
        assert secret not in text


def test_a_chosen_file_comes_with_its_pointers(
    stage: Stage, client: FlaskClient, file: UUID, publish: Publish
) -> None:
    """By a ticket, under the policy of all files; the answer stays with the assessors."""
    with stage.runtime.writing() as session:
        an_answer(session, stage.attempt_id)
        a_pointer(session, stage.attempt_id, ANSWER, explanation="In my own words.")
    share(stage)
    assert "Others see it like this" in publish(file).text
    text = sees(client, stage)

    assert "Agreement with Rosa.txt" in text
    assert "Here we agreed." in text
    for secret in ("nothing works", "In my own words"):
        assert secret not in text
    shown = links(text)
    assert shown
    for path in shown:
        answer = client.get(path, base_url=BASE)
        assert answer.data == TEXT
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_answers_alone(stage: Stage, client: FlaskClient, file: UUID, publish: Publish) -> None:
    """What was written, and what was written about it."""
    with stage.runtime.writing() as session:
        an_answer(session, stage.attempt_id)
    share(stage)
    publish(ANSWER)
    text = sees(client, stage)

    assert "nothing works" in text
    for secret in ("Agreement with Rosa", "Here we agreed", str(file)):
        assert secret not in text


def test_it_is_seen_while_the_badge_has_a_link_and_stands(
    stage: Stage, client: FlaskClient, file: UUID, publish: Publish
) -> None:
    """Hiding or revoking the badge closes the page, and files that were open a moment ago."""
    publish(file)
    assert "Agreement with Rosa" not in sees(client, stage)
    share(stage)
    (path, *_) = links(sees(client, stage))
    with stage.runtime.writing() as session:
        earner_id = session.get_one(UserRow, stage.learner_id).earner_id
        sharing.unshare(session, earner_id, credential(stage).id, clock=stage.runtime.clock)
    assert "Agreement with Rosa" not in sees(client, stage)
    assert client.get(path, base_url=BASE).status_code == 404

    share(stage)
    assert client.get(path, base_url=BASE).status_code == 200
    revoke_credential(stage.runtime.issuing, credential(stage).id, reason="By mistake")
    assert "Agreement with Rosa" not in sees(client, stage)
    assert client.get(path, base_url=BASE).status_code == 404


def test_a_ticket_ends_and_is_good_for_nothing_else(
    stage: Stage, client: FlaskClient, file: UUID, publish: Publish
) -> None:
    """What opens a shown file opens no other door, and only for a while."""
    share(stage)
    publish(file)
    (path, *_) = links(sees(client, stage))
    ticket = path.rpartition("/")[2]

    assert client.get(f"/files/{ticket}", base_url=BASE).status_code in {401, 403, 404}
    after(stage, hours=3)
    assert client.get(path, base_url=BASE).status_code in {401, 403, 404}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"people": "not_consented", "visibility": "public"}, "not everyone in it agreed"),
        ({"people": "unknown", "visibility": "public"}, "nobody said whether"),
        ({"people": "consented", "visibility": "assessors"}, "handed in for assessors alone"),
    ],
)
def test_what_shows_others_against_their_will_cannot_be_chosen(
    stage: Stage,
    client: FlaskClient,
    learner: Visitor,
    publish: Publish,
    facts: dict[str, str],
    reason: str,
) -> None:
    """The page says why, and a forged form changes nothing."""
    with stage.runtime.writing() as session:
        id_ = an_artefact(session, stage.attempt_id, **facts).id
    share(stage)
    page = learner.get(settings(stage))

    assert reason in page.text
    assert f'value="{id_}"' not in page.text.partition('name="piece"')[0]
    assert "Something changed since you looked" in publish(id_).text
    assert stage.count(EvidenceChoiceRow) == 0
    assert "A recorded session" not in sees(client, stage)


def test_consent_that_ends_takes_it_off_at_once(
    stage: Stage, client: FlaskClient, learner: Visitor, publish: Publish, tmp_path: Path
) -> None:
    """The page, and the file under an address that was given out a moment ago; for good."""
    id_ = a_file(stage.runtime, tmp_path, stage.attempt_id, people="consented", visibility="public")
    share(stage)
    publish(id_)
    (path, *_) = links(sees(client, stage))
    assert client.get(path, base_url=BASE).status_code == 200

    page = learner.submit(settings(stage, "/withdraw"), piece=str(id_))
    assert "shown to nobody else" in page.text
    assert "not everyone in it agreed" in page.text
    assert "Agreement with Rosa" not in sees(client, stage)
    assert client.get(path, base_url=BASE).status_code == 404
    publish(id_)
    assert "Agreement with Rosa" not in sees(client, stage)
    with stage.runtime.reading() as session:
        actions = {row.action: row.note for row in session.scalars(select(AuditEventRow))}
    assert actions["earner.evidence_withheld"] == "text"


def keep_for(stage: Stage, days: int) -> None:
    """Say how long the program keeps evidence."""
    with stage.runtime.writing() as session:
        session.scalars(select(ProgramRow)).one().evidence_kept_days = days


def test_evidence_is_kept_as_long_as_the_program_says(
    stage: Stage, learner: Visitor, file: UUID
) -> None:
    """Ninety days where it has not decided; the page says until when."""
    page = learner.get(settings(stage))
    assert 'datetime="2027-02-19' in page.text
    assert "/remove" not in page.text
    assert learner.post(settings(stage, "/remove"), piece=str(file)).status_code == 409
    keep_for(stage, 1)
    assert "/remove" not in learner.get(settings(stage)).text
    keep_for(stage, 0)
    assert "/remove" in learner.get(settings(stage)).text


def test_what_is_removed_is_gone_and_the_page_says_so(
    stage: Stage, client: FlaskClient, learner: Visitor, file: UUID, publish: Publish
) -> None:
    """Its kind and the day, never its name; its bytes go, and the badge stands."""
    keep_for(stage, 0)
    share(stage)
    publish(file)
    runtime = stage.runtime
    with runtime.reading() as session:
        key = session.get_one(ArtefactRow, file).storage_key or ""
    (path, *_) = links(sees(client, stage))
    after(stage, minutes=1)
    page = learner.submit(settings(stage, "/remove"), piece=str(file))
    assert "Your badge stands" in page.text
    text = sees(client, stage)

    assert "A document, removed on" in text
    for page_text in (text, page.text):
        for secret in ("Agreement with Rosa", "Here we agreed", str(file)):
            assert secret not in page_text
    assert client.get(path, base_url=BASE).status_code == 404
    assert delete_due_files(runtime.database, runtime.files, clock=runtime.clock) == 1
    with pytest.raises(NotFoundError):
        list(runtime.files.read(key, start=0, end=1))
    with runtime.reading() as session:
        row = session.get_one(ArtefactRow, file)
        notes = [one.note for one in session.scalars(select(AuditEventRow))]
    assert (row.state, row.title, row.url, row.sha256) == ("removed", "", None, None)
    assert "text" in notes
    assert not any("Rosa" in one for one in notes)
    with runtime.writing() as session:
        sharing.unshare(
            session,
            session.get_one(UserRow, stage.learner_id).earner_id,
            credential(stage).id,
            clock=runtime.clock,
        )
    assert "A document, removed on" in sees(client, stage)
    assert learner.post(settings(stage, "/remove"), piece=str(file)).status_code == 404


def test_a_file_that_earlier_attempts_hold_goes_from_all_of_them(
    stage: Stage, learner: Visitor, file: UUID
) -> None:
    """And from none while one of them is still being assessed."""
    keep_for(stage, 0)
    with stage.runtime.writing() as session:
        own = session.get_one(ArtefactRow, file)
        attempt = session.get_one(AttemptRow, stage.attempt_id)
        submission = session.get_one(SubmissionRow, attempt.submission_id)
        earlier = an_attempt(session, submission, number=2, state="in_review")
        copy = an_artefact(
            session, earlier.id, kind="file", storage_key=own.storage_key, title=own.title
        ).id
        other = an_artefact(session, earlier.id).id
        earlier_id = earlier.id
    refused = learner.post(settings(stage, "/remove"), piece=str(file))
    assert refused.status_code == 409
    with stage.runtime.writing() as session:
        session.get_one(AttemptRow, earlier_id).state = "returned"
    assert learner.post(settings(stage, "/remove"), piece=str(file)).status_code == 303
    with stage.runtime.reading() as session:
        states = {one: session.get_one(ArtefactRow, one).state for one in (file, copy, other)}
    assert states == {file: "removed", copy: "removed", other: "ready"}


def test_what_was_thrown_away_before_it_was_handed_in_is_nobodys_business(
    stage: Stage, client: FlaskClient, learner: Visitor
) -> None:
    """Nobody assessed it, so no page speaks of it."""
    with stage.runtime.writing() as session:
        handed_in = session.get_one(AttemptRow, stage.attempt_id).submitted_at
        assert handed_in is not None
        earlier = handed_in - timedelta(minutes=1)
        an_artefact(session, stage.attempt_id, state="removed", removed_at=earlier)

    assert "removed on" not in sees(client, stage)
    assert "Removed on" not in learner.get(settings(stage)).text


def test_the_same_by_the_keep_link(
    stage: Stage, client: FlaskClient, learner: Visitor, file: UUID
) -> None:
    """Without a course: set, looked at beforehand, and taken back."""
    found = re.search(r'id="keep-link" readonly value="([^"]+)"', learner.submit("/keep").text)
    assert found
    keep, id_ = found[1].removeprefix(BASE), credential(stage).id
    home = read_page(client.get(keep, base_url=BASE))
    address = f"{keep}{id_}/evidence"
    assert f'href="{address}"' in home.text
    page = read_page(client.get(address, base_url=BASE))
    assert "Others see it only while your badge has a link" in page.text

    saved = client.post(address, data={"shown": [str(file)]}, base_url=BASE, follow_redirects=True)
    assert "Others see it like this" in read_page(saved).text
    preview = read_page(client.get(f"{address}/preview", base_url=BASE))
    assert "This is how others see it" in preview.text
    assert "Agreement with Rosa" in preview.text
    assert "Agreement with Rosa" not in sees(client, stage)
    client.post(address, data={}, base_url=BASE)
    assert stage.count(EvidenceChoiceRow) == 0


def test_nobody_sets_what_is_not_theirs(app: Flask, stage: Stage, file: UUID) -> None:
    """Another learner of the course finds nothing there."""
    with stage.runtime.writing() as session:
        other = Visitor(app, a_launch(session, stage.course, a_user(session, stage.course)))

    for step in ("", "/preview"):
        assert other.answer(settings(stage, step)).status_code == 404
    for step in ("", "/withdraw", "/remove"):
        answer = other.post(settings(stage, step), shown=[str(file)], piece=str(file))
        assert answer.status_code == 404
    assert other.post(settings(stage, "/remove"), piece="%00").status_code == 404


def test_an_attested_badge_has_nothing_to_show(stage: Stage, learner: Visitor) -> None:
    """Nothing was handed in here."""
    with stage.runtime.writing() as session:
        award = session.scalars(select(AwardRow)).one()
        award.origin, award.decision_id = "attested", None

    assert "There is nothing that could be shown" in learner.get(settings(stage)).text


def test_assessors_read_that_something_was_removed(
    app: Flask, stage: Stage, learner: Visitor, file: UUID
) -> None:
    """On the page of the attempt, beside what is left."""
    keep_for(stage, 0)
    after(stage, minutes=1)
    learner.post(settings(stage, "/remove"), piece=str(file))
    page = Visitor(app, stage.launch).get(f"/attempts/{stage.attempt_id}")

    assert "A document, removed on" in page.text
    assert "Agreement with Rosa" not in page.text


def test_the_badges_own_page_leads_there(
    stage: Stage, client: FlaskClient, learner: Visitor
) -> None:
    """Its earner's in the course; nobody else reads of it."""
    share(stage)
    own = learner.get(f"/credentials/{credential(stage).id}")
    assert f'href="{learner.url(settings(stage))}"' in own.text
    assert f'href="{learner.url("/keep/name")}"' in own.text

    shared = client.get(f"/credentials/{credential(stage).id}", base_url=BASE)
    assert "What others see of your work" not in shared.text
    assert "The name on your badges" not in shared.text
