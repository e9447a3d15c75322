"""Changing whom badges name: the same badges, issued anew, with all that rests on them."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from badges.identity import Identity, hash_address, identity_of
from lti_tool.errors import ConflictError
from lti_tool.runtime import Runtime
from lti_tool.services import forms, records, renaming, sharing
from lti_tool.services.disclosing import Disclosure
from lti_tool.services.examining import examine
from lti_tool.services.renaming import AddressWish, Wish
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import PublicURLs
from lti_tool.store import shares
from lti_tool.store.rows import (
    AuditEventRow,
    CredentialFormRow,
    CredentialRow,
    EarnerRow,
    FormerCredentialRow,
    UserRow,
)
from tests.pages import BASE, Visitor, read_page
from tests.rows import a_launch, a_user
from tests.stacked import BADGES, Ladder, a_ladder, at_once
from tests.stages import PASS, a_stage

EVERY = (*BADGES, "the-stack")
NAME = "Rosa Quintero Ibáñez"


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Four badges and a microcredential, all awarded to one learner."""
    made = a_ladder(runtime)
    made.pathway()
    made.release_all()
    made.wait()
    return made


@pytest.fixture
def learner(app: Flask, ladder: Ladder) -> Visitor:
    """The earner in their course."""
    with ladder.runtime.writing() as session:
        user = session.get_one(UserRow, ladder.learner.id)
        return Visitor(app, a_launch(session, ladder.course, user))


def credentials(ladder: Ladder) -> dict[str, CredentialRow]:
    """Every credential of the learner."""
    return {slug: ladder.credential(slug) for slug in EVERY}


def rename(
    ladder: Ladder,
    name: str = NAME,
    *slugs: str,
    address: AddressWish = AddressWish.KEEP,
    typed_address: str = "",
) -> int:
    """Change the name on some badges, or on all of them."""
    ids = frozenset(ladder.credential(slug).id for slug in slugs or EVERY)
    wish = Wish(name=name, badges=ids, address=address, typed_address=typed_address)
    return renaming.change_identity(ladder.runtime.issuing, ladder.learner.earner_id, wish)


def identity(row: CredentialRow | CredentialFormRow) -> Identity:
    """Whom a credential names."""
    return identity_of(json.loads(row.document))


def verdict(ladder: Ladder, data: bytes) -> str:
    """What a verifier that asks us finds."""
    runtime = ladder.runtime
    resolver = OwnResolver(runtime.database, PublicURLs(runtime.settings.base_url))
    return examine(data, resolver=resolver, now=runtime.clock()).status


def facts(row: CredentialRow) -> dict[str, Any]:
    """A credential without what may differ once somebody else is named."""
    found: dict[str, Any] = json.loads(row.document)
    for name in ("proof", "validFrom", "relatedResource"):
        found.pop(name, None)
    found["credentialSubject"].pop("identifier", None)
    return found


def test_every_badge_bears_the_new_name(ladder: Ladder) -> None:
    """The same ids, facts and days; the microcredential binds the new bytes; all of it valid."""
    before = credentials(ladder)
    assert rename(ladder) == 5

    for slug, former in before.items():
        now = ladder.credential(slug)
        assert (now.id, now.status_position, facts(now)) == (
            former.id,
            former.status_position,
            facts(former),
        )
        old, new = (json.loads(one.document)["validFrom"] for one in (former, now))
        assert old < new
        assert identity(now) == Identity(name=NAME)
        assert verdict(ladder, now.document) == verdict(ladder, now.token or b"") == "valid"
    with ladder.runtime.reading() as session:
        # A learner record follows, too; it has no token.
        kept = session.scalars(
            select(FormerCredentialRow).where(FormerCredentialRow.token.is_not(None))
        ).all()
        notes = session.scalars(select(AuditEventRow)).all()
    assert {(one.credential_id, one.document, one.token) for one in kept} == {
        (one.id, one.document, one.token) for one in before.values()
    }
    assert {one.reason for one in kept} == {"earner_asked"}
    assert [one.action for one in notes].count("earner.credential_reissued") == 5
    assert not any(NAME in one.note or "Ada" in one.note for one in notes)


def test_one_badge_takes_what_rests_on_it_along(ladder: Ladder) -> None:
    """The microcredential keeps its own name, and binds the new bytes."""
    before = credentials(ladder)
    assert rename(ladder, NAME, "two") == 2

    now = credentials(ladder)
    changed = {slug for slug in EVERY if now[slug].document != before[slug].document}
    assert changed == {"two", "the-stack"}
    assert identity(now["two"]).name == NAME
    assert identity(now["the-stack"]) == identity(before["the-stack"])
    with ladder.runtime.reading() as session:
        former = session.scalars(select(FormerCredentialRow)).all()
        earner = session.get_one(EarnerRow, ladder.learner.earner_id)
    assert {(one.credential_id, one.reason) for one in former} == {
        (now["two"].id, "earner_asked"),
        (now["the-stack"].id, "component_reissued"),
    }
    assert earner.chosen_name is None
    assert verdict(ladder, now["the-stack"].document) == "valid"


def test_a_name_is_taken_off(ladder: Ladder) -> None:
    """Then the badge names nobody, and is as valid as before."""
    rename(ladder, "")

    for slug in EVERY:
        row = ladder.credential(slug)
        assert "identifier" not in json.loads(row.document)["credentialSubject"]
        assert verdict(ladder, row.document) == "valid"


def test_an_address_is_put_in_and_taken_out(ladder: Ladder) -> None:
    """As a hash with a salt of its own in each badge; in clear it is stored nowhere."""
    typed = "Rosa@Example.org"
    rename(ladder, "Ada Learner", address=AddressWish.PUT, typed_address=typed)
    found = [identity(ladder.credential(slug)).address for slug in EVERY]

    for one in found:
        assert one is not None
        assert one == hash_address("rosa@example.org", salt=one.salt)
    assert len({one.salt for one in found if one}) == 5
    for row in credentials(ladder).values():
        assert b"rosa" not in row.document.lower()
        assert verdict(ladder, row.document) == "valid"
    ladder.wait()
    rename(ladder, NAME)
    assert all(identity(ladder.credential(slug)).address for slug in EVERY)
    ladder.wait()
    rename(ladder, NAME, address=AddressWish.TAKE)
    assert not any(identity(ladder.credential(slug)).address for slug in EVERY)


def test_the_learner_record_follows(ladder: Ladder) -> None:
    """At once: it embeds every badge, and would go on naming whom they no longer name."""
    issuing = ladder.runtime.issuing
    records.catch_up(issuing)
    ladder.wait()
    rename(ladder)

    with ladder.runtime.reading() as session:
        record = session.scalars(select(CredentialFormRow)).one()
    assert b"Ada Learner" not in record.document
    assert NAME.encode() in record.document
    assert verdict(ladder, record.document) == "valid"
    assert records.catch_up(issuing) == ()


def test_the_form_without_levels_follows(ladder: Ladder, client: FlaskClient) -> None:
    """In the same step, so that no link goes on naming whom the badge no longer names."""
    runtime, row = ladder.runtime, ladder.credential("one")
    query = select(CredentialFormRow).filter_by(kind=forms.WITHOUT_LEVELS)
    sharing.share(
        runtime.issuing,
        ladder.learner.earner_id,
        row.id,
        Disclosure.WITHOUT_LEVELS,
        random_token=runtime.random_token,
    )
    with runtime.reading() as session:
        before = session.scalars(
            select(CredentialFormRow).filter_by(kind=forms.WITHOUT_LEVELS)
        ).one()
        link = shares.find_share(session, row.id)
    ladder.wait()
    rename(ladder)

    with runtime.reading() as session:
        now = session.scalars(query).one()
    assert (now.id, identity(now)) == (before.id, Identity(name=NAME))
    assert verdict(ladder, now.document) == verdict(ladder, now.token or b"") == "valid"
    assert forms.prepare_form(runtime.issuing, row.id) is None
    assert link is not None
    page = client.get(f"/s/{link.token}")
    assert NAME in page.text
    assert "Ada Learner" not in page.text
    report = client.post("/verify", data={"credential": before.document.decode()})
    assert "Issued anew since" in report.text
    assert str(row.id) not in report.text


def test_what_changes_nothing_is_not_signed(ladder: Ladder) -> None:
    """The same name again."""
    before = credentials(ladder)

    assert rename(ladder, "Ada Learner") == 0
    assert {slug: row.document for slug, row in credentials(ladder).items()} == {
        slug: row.document for slug, row in before.items()
    }


def test_a_badge_changes_only_so_often_in_a_day(ladder: Ladder) -> None:
    """Each for itself; tomorrow it may change again."""
    for number in range(renaming.CHANGES_A_DAY):
        rename(ladder, f"Name {number}", "one")
        ladder.wait()
    with pytest.raises(ConflictError, match="too often"):
        rename(ladder, NAME)
    assert rename(ladder, NAME, "two") == 2
    ladder.runtime.clock.advance(hours=24)  # type: ignore[attr-defined]  # the tests' clock
    assert rename(ladder, NAME) == 4


def test_two_changes_at_once_leave_one(ladder: Ladder) -> None:
    """Whoever comes second is told; nothing names two people."""
    failed = at_once(*(lambda name=name: rename(ladder, name) for name in ("First", "Second")))

    assert all(isinstance(error, ConflictError) for error in failed)
    names = {identity(ladder.credential(slug)).name for slug in EVERY}
    assert len(names) == 1
    for slug in EVERY:
        assert verdict(ladder, ladder.credential(slug).document) == "valid"


def test_a_revoked_badge_is_left_as_it_is(ladder: Ladder) -> None:
    """Nobody has to believe it, and nothing new is signed for it."""
    ladder.revoke("one")
    before = ladder.credential("one", live=False)
    ladder.wait()
    ids = frozenset({before.id, ladder.credential("two").id})
    wish = Wish(name=NAME, badges=ids)
    renaming.change_identity(ladder.runtime.issuing, ladder.learner.earner_id, wish)

    assert ladder.credential("one", live=False).document == before.document


def test_the_earners_page_is_headed_by_the_name_that_counts(
    ladder: Ladder, client: FlaskClient, learner: Visitor
) -> None:
    """Not by one that only a badge bears that was taken back."""
    found = re.search(r'id="keep-link" readonly value="([^"]+)"', learner.submit("/keep").text)
    assert found
    keep = found[1].removeprefix(BASE)
    ladder.revoke("four")
    ladder.wait()
    rename(ladder, NAME, "one", "two", "three")

    page = read_page(client.get(keep, base_url=BASE))
    assert f"Badges of {NAME}" in page.text
    assert "Ada Learner" not in page.text


def test_badges_to_come_bear_the_name(runtime: Runtime) -> None:
    """The last badge, and the microcredential that follows from it."""
    ladder = a_ladder(runtime)
    ladder.pathway()
    ladder.release_all("one", "two", "three")
    ladder.wait()
    rename(ladder, NAME, "one", "two", "three")
    ladder.release("four")

    for slug in EVERY:
        assert identity(ladder.credential(slug)).name == NAME


def test_nobody_renames_anothers_badges(ladder: Ladder) -> None:
    """They are not among those that change."""
    other = ladder.for_another()
    wish = Wish(name=NAME, badges=frozenset({ladder.credential("one").id}))

    assert renaming.change_identity(ladder.runtime.issuing, other.learner.earner_id, wish) == 0
    assert identity(ladder.credential("one")).name == "Ada Learner"
    with ladder.runtime.reading() as session:
        assert session.get_one(EarnerRow, other.learner.earner_id).chosen_name is None


def test_the_earner_sees_first_what_changes(ladder: Ladder, learner: Visitor) -> None:
    """In the course: nothing happens before the second click."""
    page = learner.get("/keep/name")
    assert 'value="Ada Learner"' in page.text
    some = [str(ladder.credential(slug).id) for slug in ("one", "two")]
    preview = learner.submit("/keep/name/preview", has_name="yes", name=f" {NAME} ", badge=some)
    assert "Nothing has changed yet" in preview.text
    assert "instead of" in preview.text
    assert "The Stack" in preview.text
    assert identity(ladder.credential("one")).name == "Ada Learner"
    form = preview.form(learner.url("/keep/name/confirm"))
    assert form.fields["name"] == NAME

    done = learner.submit("/keep/name/confirm", **form.fields | {"badge": some})
    assert "issued anew" in done.text
    assert identity(ladder.credential("two")).name == NAME
    assert identity(ladder.credential("three")).name == "Ada Learner"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "  "}, "This is needed"),
        ({"name": "\u200b"}, "This is needed"),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"address": "put", "typed_address": "rosa"}, "not an e-mail address"),
        ({"address": "put", "typed_address": ""}, "not an e-mail address"),
        ({"badge": []}, "Choose at least one badge"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    ladder: Ladder, learner: Visitor, changes: dict[str, Any], words: str
) -> None:
    """By the preview and by a forged confirmation alike."""
    fields = {
        "has_name": "yes",
        "name": NAME,
        "badge": [str(ladder.credential("one").id)],
    } | changes
    for step in ("preview", "confirm"):
        answer = learner.post(f"/keep/name/{step}", **fields)
        assert answer.status_code == 422
        assert words in read_page(answer).text
    assert identity(ladder.credential("one")).name == "Ada Learner"


def test_names_of_the_world_are_signed(ladder: Ladder, learner: Visitor) -> None:
    """What deceives the eye is taken out; markup is a name like any other."""
    for name, signed in (
        ("عبد الرحمن 明 🧭", "عبد الرحمن 明 🧭"),
        ('<b>"O\u2019Neil"</b>', '<b>"O\u2019Neil"</b>'),
        ("Ada \u202egnp.exe", "Ada gnp.exe"),
    ):
        ladder.wait()
        learner.post(
            "/keep/name/confirm", has_name="yes", name=name, badge=str(ladder.credential("one").id)
        )
        assert identity(ladder.credential("one")).name == signed
        assert "<b>" not in learner.get("/keep/name").text


def test_the_same_by_the_keep_link(ladder: Ladder, client: FlaskClient, learner: Visitor) -> None:
    """Without a course; an old link does nothing."""
    found = re.search(r'id="keep-link" readonly value="([^"]+)"', learner.submit("/keep").text)
    assert found
    keep = found[1].removeprefix(BASE)
    home = read_page(client.get(keep, base_url=BASE))
    assert f'href="{keep}name"' in home.text
    every = [str(ladder.credential(slug).id) for slug in EVERY]
    fields = {"has_name": "no", "badge": every}
    preview = read_page(client.post(f"{keep}name/preview", data=fields, base_url=BASE))
    assert "no name" in preview.text
    done = client.post(f"{keep}name/confirm", data=fields, base_url=BASE, follow_redirects=True)
    assert "Your badges are issued anew" in read_page(done).text
    assert identity(ladder.credential()).name == ""
    gone = client.post(f"{BASE}/keep/none/name/confirm", data=fields)
    assert gone.status_code == 404


def test_a_name_for_no_badge_of_theirs_is_no_name(ladder: Ladder) -> None:
    """It would be tried on nothing, and stand on badges to come that cannot be signed with it."""
    runtime = ladder.runtime
    with runtime.writing() as session:
        nobody = a_user(session, ladder.course, name="New Here").earner_id
    wish = Wish(name="Zoë\ufffe", badges=frozenset({ladder.credential().id}))

    assert renaming.change_identity(runtime.issuing, nobody, wish) == 0
    with runtime.reading() as session:
        assert session.get_one(EarnerRow, nobody).chosen_name is None


def test_one_person_across_courses_has_one_pseudonym(runtime: Runtime) -> None:
    """And two people never share one, whatever they are called and wherever their mail goes."""
    stage = a_stage(runtime, PASS)
    stage.release()
    again = stage.in_another_course()
    again.release()
    with runtime.writing() as session:
        namesake = a_user(session, stage.course, name="Ada Learner")
        ids = {
            session.get_one(UserRow, stage.learner_id).earner_id,
            session.get_one(UserRow, again.learner_id).earner_id,
        }
        subjects = {session.get_one(EarnerRow, one).subject_urn for one in ids}
        assert namesake.earner_id not in ids
        assert session.get_one(EarnerRow, namesake.earner_id).subject_urn not in subjects
    assert len(ids) == len(subjects) == 1
    assert holders(runtime) == subjects


def holders(runtime: Runtime) -> set[str]:
    """Whose the credentials are."""
    with runtime.reading() as session:
        return {
            json.loads(one)["credentialSubject"]["id"]
            for one in session.scalars(select(CredentialRow.document))
        }
