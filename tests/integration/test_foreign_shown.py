"""A microcredential with a badge of another issuer: verified, served, recorded, taken along."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from badges.checks import CheckState, PartKind
from badges.clr import RecordFacts
from badges.credential import CONTEXTS
from badges.pathway import OnRevoked
from badges.untrusted import parse_object
from badges.written import serialize
from lti_tool.runtime import Runtime
from lti_tool.services import own_stacks, records, renaming, sharing, stack_pages
from lti_tool.services.documents import FolderResolver
from lti_tool.services.examining import examine
from lti_tool.services.foreign.following import Sequel
from lti_tool.services.kits import find_kit
from lti_tool.services.records import catch_up
from lti_tool.store import shares
from lti_tool.store.rows import AwardRow, ForeignDocumentRow
from lti_tool.values import Launch
from lti_tool.views.sites import Exporter
from tests import rows
from tests.foreign import ACHIEVEMENT, College
from tests.towns import Town, a_town, related


@pytest.mark.parametrize("form", ["signed", "compact", "token"])
def test_the_whole_verifies_with_its_foreign_part(town: Town, form: str) -> None:
    """Its digest, its status and its issuer are checked, and said, also once it was revoked."""
    town.ladder.release("one")
    found = town.hand_in(getattr(town.college, form)())
    assert found.sequel is Sequel.ISSUED

    report = town.examine(town.ladder.credential().document)

    assert report.status == "valid"
    (part,) = (one for one in report.parts if one.issuer_id == town.college.did)
    assert (part.kind, part.state, part.name) == (
        PartKind.COMPONENT,
        CheckState.PASSED,
        "Listening",
    )
    town.college.revoke(1)
    assert town.examine(town.ladder.credential().document).status == "part_lost"


def test_its_bytes_are_public_as_long_as_the_whole_is(town: Town, app: Flask) -> None:
    """At our own address, as they were handed in; under the same share as everything else."""
    town.ladder.release("one")
    data = town.college.token()
    found = town.hand_in(data)
    client, path = app.test_client(), f"/components/{found.id}"
    earner_id, issuing = town.ladder.learner.earner_id, town.runtime.issuing
    credential_id = town.ladder.credential().id
    assert client.get(path).status_code == 404

    sharing.share(issuing, earner_id, credential_id, random_token=town.runtime.random_token)

    answer = client.get(path)
    assert (answer.data, answer.mimetype) == (data, "application/vc+jwt")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "attachment" in answer.headers["Content-Disposition"]
    with town.runtime.writing() as session:
        sharing.unshare(session, earner_id, credential_id, clock=issuing.clock)
    assert client.get(path).status_code == 404
    assert client.get(f"/components/{town.pathway_id}").status_code == 404


@pytest.mark.parametrize(
    ("form", "contexts", "count"),
    [
        ("signed", None, 3),
        ("token", None, 2),
        # Both lists define the same words anew, and protect them: no document holds both.
        ("signed", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json", 2),
    ],
)
def test_the_learner_record_holds_what_can_stand_in_it(
    town: Town, form: str, contexts: str | None, count: int
) -> None:
    """With its association; the rest is named by the microcredential, and left out."""
    town.ladder.release("one")
    badge = town.college.badge()
    if contexts:
        badge["@context"] = [CONTEXTS[0], contexts, CONTEXTS[2]]
        # What that list does not know yet.
        subject: Any = badge["credentialSubject"]
        del badge["awardedDate"], subject["achievement"]["inLanguage"]
    data = town.college.signed(badge) if form == "signed" else town.college.token()
    assert town.hand_in(data).sequel is Sequel.ISSUED
    issuing = town.runtime.issuing
    with town.runtime.reading() as session:
        found = shares.find_form(session, town.ladder.credential().id, shares.LEARNER_RECORD)
    assert found is not None
    record: dict[str, Any] = parse_object(found.document)
    held = record["credentialSubject"]["verifiableCredential"]
    assert len(held) == count
    targets = {one["targetId"] for one in record["credentialSubject"]["association"]}
    assert (ACHIEVEMENT in targets) is (count == 3)
    assert town.examine(found.document).status == "valid"
    town.college.clock.advance(minutes=1)
    assert catch_up(issuing) == ()
    renaming.change_identity(
        issuing,
        town.ladder.learner.earner_id,
        renaming.Wish(name="Ada B.", badges=frozenset({town.ladder.credential("one").id})),
    )

    with town.runtime.reading() as session:
        again = shares.find_form(session, town.ladder.credential().id, shares.LEARNER_RECORD)
    assert again is not None
    assert again.document != found.document
    assert town.examine(again.document).status == "valid"
    assert len(related(town)) == 2


def test_whatever_others_signed_there_is_a_record(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should something that was taken for fit turn out not to be, it is left out."""
    town.ladder.release("one")

    def take_all(facts: RecordFacts, foreign: tuple[bytes, ...]) -> RecordFacts:
        other = parse_object(foreign[0]) | {"id": town.parts.issuing.urls.credential(own)}
        return replace(facts, foreign=(serialize(other),))

    own = town.ladder.credential("one").id
    monkeypatch.setattr(records, "with_foreign", take_all)
    assert town.hand_in().sequel is Sequel.ISSUED

    with town.runtime.reading() as session:
        found = shares.find_form(session, town.ladder.credential().id, shares.LEARNER_RECORD)
    assert found is not None
    assert town.examine(found.document).status == "valid"


def test_a_microcredential_that_rests_on_tokens_alone_has_no_record(
    runtime: Runtime, college: College
) -> None:
    """There is nothing that could stand in it; the sweep does not try for ever."""
    town = a_town(runtime, college, needed=1)
    assert town.hand_in(college.token()).sequel is Sequel.ISSUED
    with runtime.reading() as session:
        credential_id = town.ladder.credential().id
        assert shares.find_form(session, credential_id, shares.LEARNER_RECORD) is None
    college.clock.advance(minutes=1)
    assert catch_up(runtime.issuing) == ()


@pytest.mark.parametrize("form", ["signed", "token"])
def test_a_kit_holds_what_its_issuer_served_when_it_was_verified(
    town: Town, tmp_path: Path, form: str
) -> None:
    """Years later, with the college gone: the folder alone proves the part, as of its day."""
    town.ladder.release("one")
    found = town.hand_in(getattr(town.college, form)())
    kit = find_kit(town.runtime.issuing, town.ladder.credential().id)
    town.college.fall_silent()
    for one in kit.files:
        (tmp_path / one.name).write_bytes(one.data)

    for name in ("credential.json", "credential.jwt", "learner-record.json"):
        data = (tmp_path / name).read_bytes()
        report = examine(data, resolver=FolderResolver(tmp_path), now=town.college.clock())
        assert report.status == "valid"
        named = [one for one in report.parts if one.issuer_id == town.college.did]
        assert {(one.name, one.checks[-1].state) for one in named} <= {
            ("Listening", CheckState.PASSED)
        }
        assert named or name == "learner-record.json"
    ending = "json" if form == "signed" else "jwt"
    assert (tmp_path / f"{found.id}.{ending}").is_file()
    elsewhere = [one.data for one in kit.files if one.kind == "elsewhere"]
    pages = ["/college/did.json", "/status/1"]
    assert len(elsewhere) == len(pages)
    with town.runtime.reading() as session:
        saved = session.scalars(select(ForeignDocumentRow)).all()
    assert {one.body for one in saved} == set(elsewhere)
    other = tmp_path / f"{found.id}.{ending}"
    other.write_bytes(town.college.signed(number=9))
    report = examine(kit.credential.document, resolver=FolderResolver(tmp_path), now=kit.saved_at)
    assert report.status == "part_broken"


def test_the_static_copy_has_its_bytes(town: Town, app: Flask) -> None:
    """While the microcredential is shared; under the address that it names."""
    town.ladder.release("one")
    found = town.hand_in()
    path = f"components/{found.id}"
    assert path not in dict(Exporter(app, town.runtime).pages())
    sharing.share(
        town.runtime.issuing,
        town.ladder.learner.earner_id,
        town.ladder.credential().id,
        random_token=town.runtime.random_token,
    )

    assert dict(Exporter(app, town.runtime).pages())[path] == town.row(found.id).document


def test_the_pages_of_its_earner_and_of_the_world_know_where_it_is_from(town: Town) -> None:
    """Each with the status that it has: held, then revoked, by whose word."""
    town.ladder.release("one")
    town.hand_in()
    award_id, urls = town.ladder.credential().award_id, town.parts.issuing.urls
    for standing in ("held", "revoked"):
        with town.runtime.reading() as session:
            award = session.get_one(AwardRow, award_id)
            _, shown = stack_pages.credential_components(
                session, award, urls=urls, credential_url=lambda _: None
            )
            (stack,) = own_stacks.stack_page(
                session, a_learners_launch(town), public_urls=urls
            ).stacks
        for views in (shown, stack.components):
            (view,) = (one for one in views if one.title == "Two")
            assert view.standing == standing
            assert view.foreign is not None
            assert view.foreign.issuer_name == "The College"
        town.college.revoke(1)
        town.next_day()


def a_learners_launch(town: Town) -> Launch:
    """The learner in their course."""
    with town.runtime.writing() as session:
        return rows.a_launch(session, town.ladder.course, town.ladder.learner)


@pytest.mark.parametrize("effect", [OnRevoked.REVOKE, OnRevoked.KEEP])
def test_its_pages_say_what_was_last_known_and_ask_nobody(
    runtime: Runtime, college: College, app: Flask, effect: OnRevoked
) -> None:
    """As with a badge of ours: a kept microcredential is valid, with a part that is lost."""
    town = a_town(runtime, college, on_revoked=effect)
    town.ladder.release("one")
    town.hand_in(college.token())
    credential_id = town.ladder.credential().id
    earner_id = town.ladder.learner.earner_id
    sharing.share(runtime.issuing, earner_id, credential_id, random_token=runtime.random_token)
    client, path = app.test_client(), f"/credentials/{credential_id}"
    asked = len(college.asked)
    assert "has not taken it back" not in client.get(path).text
    assert len(college.asked) == asked
    college.revoke(1)
    town.next_day()
    asked = len(college.asked)
    page = client.get(path).text

    assert ("holds no longer" in page) is (effect is OnRevoked.KEEP)
    assert "revoked" in page.lower()
    assert len(college.asked) == asked
