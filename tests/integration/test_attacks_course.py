"""Hostile people in courses: every address with every method, by whom it is not for."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from flask import Flask, render_template
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.errors import NotAllowedError
from lti_tool.lti.login import secret_hash
from lti_tool.runtime import Runtime
from lti_tool.services import releasing
from lti_tool.store.rows import (
    ArtefactRow,
    CredentialRow,
    EvidenceReferenceRow,
    LaunchRow,
    Row,
    UserRow,
)
from lti_tool.values import Launch, Role
from lti_tool.views.session import COOKIE
from tests.conftest import FakeClock
from tests.desks import Desk, a_desk, another_desk
from tests.grading import PASS, Assessor, an_assessor
from tests.learners import Learner
from tests.rows import BROWSER_SECRET, a_context, a_course, a_launch, a_link, a_user

BASE = "https://tool.example"
NAME, ANSWER, FILE = "Vera Victim", "What only I may read.", "my-private-plan.pdf"
SECRETS = (NAME, ANSWER, FILE)
VISITS = frozenset({"launch", "browser"})
"""Tables that say when somebody came, which a refused visit may change."""


@dataclass(frozen=True)
class Victim:
    """A learner with work, and what of it stands in addresses."""

    runtime: Runtime
    desk: Desk
    assessor: Assessor

    def ids(self) -> dict[str, UUID]:
        """The ids of the work by the names that routes give them."""
        with self.runtime.reading() as session:
            artefact = session.scalars(
                select(ArtefactRow.id).where(ArtefactRow.title == FILE)
            ).one()
            credential = session.scalars(select(CredentialRow.id)).one_or_none()
        attempt = self.desk.attempt()
        return {
            "attempt_id": attempt.id,
            "submission_id": attempt.submission_id,
            "upload_id": artefact,
            "credential_id": credential or uuid4(),
            "program_id": self.desk.course.program.id,
            # Of a badge that is there, anybody may read whom to ask.
            "achievement_id": uuid4(),
            "version_id": uuid4(),
            "pathway_id": uuid4(),
            "foreign_id": uuid4(),
        }

    def rows(self) -> dict[tuple[object, ...], tuple[object, ...]]:
        """Everything that is stored, by table and key."""
        found: dict[tuple[object, ...], tuple[object, ...]] = {}
        with self.runtime.reading() as session:
            for table in Row.metadata.sorted_tables:
                if table.name not in VISITS:
                    keys = [column.name for column in table.primary_key]
                    for row in session.execute(select(table)).mappings():
                        found[table.name, *(row[key] for key in keys)] = tuple(row.values())
        return found


@pytest.fixture
def victim(runtime: Runtime, clock: FakeClock) -> Victim:
    """A learner whose work is handed in, rated, and not yet decided."""
    desk = a_desk(runtime.database, clock, runtime.settings.data_dir)
    with runtime.writing() as session:
        session.get_one(UserRow, desk.launch.user_id).name = NAME
    desk.start()
    desk.add_file(name=FILE)
    desk.fill()
    file_id = next(row.id for row in desk.rows(ArtefactRow) if row.kind == "file")
    desk.save(
        None,
        answer__story=ANSWER,
        name_on_badge=NAME,
        **{f"artefact__{file_id}__people": "nobody"},
    )
    desk.submit()
    assessor = an_assessor(runtime, desk)
    assessor.rate(PASS)
    return Victim(runtime, desk, assessor)


@dataclass(frozen=True)
class Stranger:
    """Somebody's browser, with a launch of theirs or what they hold for one."""

    app: Flask
    runtime: Runtime
    launch: Launch
    cookie: str | None = BROWSER_SECRET

    def call(self, method: str, path: str, *, as_json: bool, **fields: str) -> TestResponse:
        """Call an address with the right form token, which is no secret to its owner."""
        key = self.runtime.settings.secret_key.encode()
        token = hmac.new(key, f"csrf {self.launch.id}".encode(), sha256).hexdigest()
        client = self.app.test_client()
        if self.cookie:
            client.set_cookie(COOKIE, self.cookie, domain="tool.example", secure=True)
        headers = {"X-CSRF-Token": token, "Upload-Offset": "0"}
        if as_json:
            body = {"revision": 1, "fields": {"level.a": "p1"}, "name": "x", "size": 1}
            return client.open(
                path, base_url=BASE, method=method, headers=headers, json=body | {"modified": 1}
            )
        form = {"revision": "1", "action": "save"} | fields
        return client.open(path, base_url=BASE, method=method, headers=headers, data=form)


def the_routes(app: Flask) -> list[tuple[str, str, frozenset[str]]]:
    """Every route of a course: its method, its rule, and the names in it."""
    return [
        (method, rule.rule, frozenset(rule.arguments))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
        if rule.rule.startswith("/l/<ref>")
    ]


def filled(rule: str, ref: str, ids: dict[str, UUID]) -> str:
    """Return a rule's address with these ids in it."""
    path = rule.replace("<ref>", ref)
    for name, id_ in ids.items():
        path = path.replace(f"<uuid:{name}>", str(id_))
    return path


def attack(
    victim: Victim, stranger: Stranger, *, ref: str | None = None
) -> Iterator[tuple[str, frozenset[str], TestResponse]]:
    """Call every route with the victim's ids, by form and by script."""
    ids = victim.ids()
    for method, rule, names in the_routes(stranger.app):
        path = filled(rule, ref or stranger.launch.ref, ids)
        for as_json in (False, True):
            answer = stranger.call(method, path, as_json=as_json)
            yield f"{method} {rule} json={as_json}", names, answer


def assert_untouched(victim: Victim, before: dict[tuple[object, ...], tuple[object, ...]]) -> None:
    """Nothing that was there has changed."""
    after = victim.rows()
    changed = {key for key in before if after.get(key) != before[key]}
    assert not changed


def another_launch(victim: Victim, role: Role) -> Launch:
    """Store a member of the victim's course."""
    with victim.runtime.writing() as session:
        user = a_user(session, victim.desk.course, role, name="Mallory")
        return a_launch(session, victim.desk.course, user, role)


WHO = (
    "classmate",
    "mentor",
    "administrator",
    "teacher elsewhere",
    "teacher next door",
)


@pytest.mark.parametrize("who", WHO)
def test_nobody_else_reads_or_changes_a_learners_work(
    app: Flask, runtime: Runtime, victim: Victim, who: str
) -> None:
    """Every address in a course with somebody else's ids is refused, whatever the method."""
    if who == "classmate":
        stranger = Stranger(app, runtime, another_desk(victim.desk).launch)
    elif who in {"mentor", "administrator"}:
        role = Role.OTHER if who == "mentor" else Role.ADMINISTRATOR
        stranger = Stranger(app, runtime, another_launch(victim, role))
    else:
        stranger = Stranger(app, runtime, strangers_elsewhere(victim)[who])
    before = victim.rows()
    for what, names, answer in attack(victim, stranger):
        assert answer.status_code < 500, what
        if names - {"ref"} and not (what.startswith("DELETE") and answer.status_code == 204):
            assert answer.status_code >= 400, what
        listed = who == "administrator" and answer.request.path.endswith(("/queue", "/"))
        for secret in SECRETS:
            assert listed or secret not in answer.text, what
    assert_untouched(victim, before)


def strangers_elsewhere(victim: Victim) -> dict[str, Launch]:
    """Instructors of another organisation, and of another course of this one."""
    course = victim.desk.course
    with victim.runtime.writing() as session:
        elsewhere = a_course(session, slug="elsewhere")
        beside = replace(course, context=a_context(session, course.deployment, lti_context_id="2"))
        beside = replace(beside, link=a_link(session, beside.context, lti_resource_link_id="2"))
        return {
            "teacher elsewhere": a_launch(
                session, elsewhere, a_user(session, elsewhere), Role.INSTRUCTOR
            ),
            "teacher next door": a_launch(
                session, beside, a_user(session, beside), Role.INSTRUCTOR
            ),
        }


def test_nobody_rates_or_decides_their_own_work(
    app: Flask, runtime: Runtime, victim: Victim
) -> None:
    """A learner who is an instructor in the same course, too, meets their own work as learner."""
    with runtime.writing() as session:
        user = session.get_one(UserRow, victim.desk.launch.user_id)
        launch = a_launch(session, victim.desk.course, user, Role.LEARNER, Role.INSTRUCTOR)
    stranger = Stranger(app, runtime, launch)
    before = victim.rows()
    for what, names, answer in attack(victim, stranger):
        assert answer.status_code < 500, what
        if "attempt_id" in names:
            assert answer.status_code in {403, 404, 422}, (what, answer.status_code)
    assert_untouched(victim, before)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_stand_in_decides_nothing(victim: Victim) -> None:
    """The platform's test user issues no badge, whatever roles it is given."""
    launch = replace(victim.assessor.launch, is_test_user=True)
    attempt_id = victim.ids()["attempt_id"]
    with victim.runtime.reading() as session, pytest.raises(NotAllowedError):
        releasing.prepare(session, launch, attempt_id)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_goes_wrong_in_an_error_page_is_logged_without_address(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect while an error is answered names places, not the address with its token."""

    def fail(template: str, **values: object) -> str:
        if template != "errors/session_ended.html":
            return render_template(template, **values)
        error = ValueError("words of a person")
        # SQLAlchemy makes such rings of causes.
        raise error from error

    monkeypatch.setattr("lti_tool.views.errors.render_template", fail)
    answer = app.test_client().get(f"/l/{uuid4()}.secret-token/", base_url=BASE)

    assert answer.status_code == 500
    assert "ValueError" in caplog.text
    assert "secret-token" not in caplog.text
    assert "words of a person" not in caplog.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_launch_opens_nothing_for_who_does_not_hold_it(
    app: Flask, runtime: Runtime, victim: Victim, clock: FakeClock
) -> None:
    """Other browsers, ended launches, tokens left out or wrong, and odd spellings: nothing."""
    theirs = victim.assessor.launch
    with runtime.writing() as session:
        user = session.get_one(UserRow, theirs.user_id)
        by_token = a_launch(session, victim.desk.course, user, Role.INSTRUCTOR)
        row = session.get_one(LaunchRow, by_token.id)
        row.browser_id, row.token_hash = None, secret_hash("the-token")
        ended = a_launch(session, victim.desk.course, user, Role.INSTRUCTOR)
        session.get_one(LaunchRow, ended.id).expires_at = clock()
    tries = [
        (theirs, str(theirs.id), None),
        (theirs, str(theirs.id), "another-browser"),
        (theirs, f"{theirs.id}.", "another-browser"),
        (theirs, f"{theirs.id}.{BROWSER_SECRET}", None),
        (theirs, f"{theirs.id}.x", BROWSER_SECRET),
        (by_token, str(by_token.id), BROWSER_SECRET),
        (by_token, f"{by_token.id}.", BROWSER_SECRET),
        (by_token, f"{by_token.id}.the-toke", None),
        (by_token, f"{by_token.id}.the-token.", None),
        (by_token, f"{by_token.id}.\udcff", None),
        (ended, str(ended.id), BROWSER_SECRET),
    ]
    before = victim.rows()
    for launch, ref, cookie in tries:
        stranger = Stranger(app, runtime, launch, cookie)
        encoded = quote(ref, errors="surrogateescape")
        for what, _, answer in attack(victim, stranger, ref=encoded):
            assert answer.status_code == 401, (what, ref)
            assert not any(secret in answer.text for secret in SECRETS), what
    assert_untouched(victim, before)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "ref",
    [
        "%00",
        "%ff",
        "..%2f",
        "%2e%2e",
        "{id}%00",
        "{id}%0d%0aSet-Cookie:x=1",
        "%7B{id}%7D.x",
        "urn:uuid:{id}.x",
        "-" * 9000,
        "٣",
    ],
)
def test_odd_refs_are_sessions_that_ended(app: Flask, victim: Victim, ref: str) -> None:
    """No spelling of a launch is a defect, and none adds a header."""
    client = app.test_client()
    path = f"/l/{ref.format(id=victim.desk.launch.id)}/"
    answer = client.get(path, base_url=BASE)

    assert answer.status_code in {301, 308, 401, 404}
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_form_token_is_needed_by_every_unsafe_method(
    app: Flask, runtime: Runtime, victim: Victim
) -> None:
    """Without it, with another launch's, in the query or by method override, nothing happens."""
    owners = (victim.desk.launch, victim.assessor.launch)
    before = victim.rows()
    for owner, other in zip(owners, reversed(owners), strict=True):
        client = app.test_client()
        client.set_cookie(COOKIE, BROWSER_SECRET, domain="tool.example", secure=True)
        key = runtime.settings.secret_key.encode()
        foreign = hmac.new(key, f"csrf {other.id}".encode(), sha256).hexdigest()
        own = hmac.new(key, f"csrf {owner.id}".encode(), sha256).hexdigest()
        for method, rule, _ in the_routes(app):
            if method == "GET":
                continue
            path = filled(rule, owner.ref, victim.ids())
            answers = [
                client.open(path, base_url=BASE, method=method, data={"csrf_token": foreign}),
                client.open(path, base_url=BASE, method=method, headers={"X-CSRF-Token": "\xff"}),
                client.open(f"{path}?csrf_token={own}", base_url=BASE, method=method),
                client.open(path, base_url=BASE, method=method, json={"csrf_token": own}),
                client.post(path, base_url=BASE, headers={"X-HTTP-Method-Override": method}),
            ]
            codes = {answer.status_code for answer in answers}
            assert codes <= {405, 422}, (method, rule, codes)
    assert_untouched(victim, before)


def test_nothing_of_handed_in_work_can_be_changed(
    app: Flask, runtime: Runtime, victim: Victim
) -> None:
    """After an assessor opened it, its learner's every act leaves it as it is."""
    stranger = Stranger(app, runtime, victim.desk.launch)
    with runtime.reading() as session:
        reference = session.scalars(select(EvidenceReferenceRow.id).limit(1)).one()
    before = victim.rows()
    for what, _, answer in attack(victim, stranger):
        assert answer.status_code < 500, what
    subject = victim.ids()["upload_id"]
    for action in (
        "submit",
        f"remove-artefact:{subject}",
        f"remove-reference:{reference}",
        "add-reference:a",
        "add-link",
        "upload",
    ):
        path = f"/l/{victim.desk.launch.ref}/work"
        answer = stranger.call("POST", path, as_json=False, action=action, name_on_badge="Eve")
        assert answer.status_code in {404, 409}, action
    assert_untouched(victim, before)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "query",
    ["page=99999999999999999999999", "page=-1", "page=٣", "page=1e9", "state[]=x&state=%00"],
)
def test_odd_queries_are_the_first_or_last_page(
    app: Flask, runtime: Runtime, victim: Victim, query: str
) -> None:
    """Numbers that no database counts to are pages that are not there."""
    stranger = Stranger(app, runtime, victim.assessor.launch)
    path = f"/l/{victim.assessor.launch.ref}/queue?{query}"

    assert stranger.call("GET", path, as_json=False).status_code == 200


def test_a_hostile_form_is_no_defect(desk_of: Learner) -> None:
    """Names of fields and values that no database holds are refused or cleaned."""
    for fields in (
        {"reference.\x00.explanation": "x", "revision": "0", "action": "save"},
        {f"reference.{uuid4()}.explanation": "x\x00y", "revision": "0", "action": "save"},
        {"answer.\x00": "x", "revision": "0", "action": "save"},
        {"answer.story": "\x00\x01", "revision": "0", "action": "save"},
        {"answer.story": "x", "revision": "99", "action": "save"},
        {"revision": "0", "action": "add-reference:\x00"},
        {"revision": "0", "action": "remove-artefact:\x00"},
        {"revision": "0", "action": "add-link", "link.url": "https://x.example/\x00"},
        {"revision": "0", "action": "\x00:\x00"},
    ):
        answer = desk_of.post("/work", **fields)
        assert answer.status_code < 500, fields
    for body in (
        {"revision": 0, "fields": {"reference.\ud800.explanation": "x"}},
        {"revision": 0, "fields": {"answer.story": "\ud800\x00"}},
        {"revision": 9, "fields": {"answer.story": {"a": ["\x00"] * 9}}},
        {"revision": 0, "fields": {"name_on_badge": 1e308}},
        {"revision": 1e308, "fields": {}},
        {"revision": True, "fields": {}},
    ):
        assert desk_of.send("/work", body).status_code < 500, body
    for name in ("\ud800\x00", "a" * 100_000, "\u202egpj.exe", "", "../../x", "\x7f"):
        assert desk_of.announce(name, 1).status_code < 500


@pytest.fixture
def desk_of(app: Flask, runtime: Runtime, clock: FakeClock) -> Learner:
    """The browser of a learner at work."""
    desk = a_desk(runtime.database, clock, Path(runtime.settings.data_dir))
    desk.start()
    return Learner(app, desk.launch)
