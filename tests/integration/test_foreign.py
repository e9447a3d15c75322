"""Badges of other issuers that stand in for ours: handed in, decided, followed, revoked there."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from badges.achievement import Issuer, Status
from badges.baking import bake
from badges.checks import CheckState, PartKind
from badges.credential import CONTEXTS
from badges.definition import DefinitionState
from badges.endorsement import EndorsementFacts, build_endorsement
from badges.foreign import AddressMatch
from badges.instants import format_instant
from badges.pathway import OnRevoked, PathwayState, Standing
from badges.proof import add_data_integrity_proof
from badges.untrusted import parse_object
from badges.written import digest_multibase, serialize
from keys.did import verification_method_id
from keys.multikey import encode_multikey
from keys.ring import HeldKey
from keys.signing import generate_ed25519
from lti_tool.errors import ConflictError, InvalidFieldsError, NotFoundError
from lti_tool.lti.http import GuardedSession
from lti_tool.runtime import Runtime
from lti_tool.services import pathway_versions, renaming, sharing
from lti_tool.services.desk import signing_off
from lti_tool.services.examining import Report, examine
from lti_tool.services.fetching import FetchingResolver
from lti_tool.services.foreign import following
from lti_tool.services.foreign.checking import ForeignParts
from lti_tool.services.foreign.deciding import confirm, refuse, withdraw
from lti_tool.services.foreign.handing_in import (
    A_DAY_AT_MOST,
    ForeignRefusedError,
    HandedIn,
    Offer,
    hand_in,
)
from lti_tool.services.foreign.listing import list_own, list_requests
from lti_tool.services.foreign.reading import fetch, read_text, read_upload
from lti_tool.services.records import catch_up
from lti_tool.services.resolving import ChainedResolver, OwnResolver
from lti_tool.services.stacks import list_stacks
from lti_tool.services.sweeping import run_alone
from lti_tool.store import shares
from lti_tool.store.rows import (
    AchievementRow,
    AuditEventRow,
    ForeignComponentRow,
    ForeignCredentialRow,
    IssuerRow,
    ProgramRow,
)
from lti_tool.values import ProgramScope, Role
from tests import rows
from tests.conftest import FakeClock
from tests.foreign import ACHIEVEMENT, ADDRESS, College, a_college, foreign_parts
from tests.pictures import a_png
from tests.stacked import Ladder, a_ladder, at_once


def _with(document: dict[str, object], **changes: object) -> bytes:
    return json.dumps(document | changes).encode()


def _tampered(college: College) -> bytes:
    return _with(json.loads(college.signed()), name="Another")


def _revoked(college: College) -> bytes:
    college.revoke(1)
    return college.signed()


def _silent(college: College) -> bytes:
    data = college.signed()
    college.fall_silent()
    return data


def _stolen(college: College) -> bytes:
    """Of the accepted issuer's name, and signed by somebody else who has a key of that name."""
    key = generate_ed25519()
    named = verification_method_id(college.did, key.public)
    held = HeldKey(id=named, public=key.public, signing=key)
    return serialize(add_data_integrity_proof(college.badge(), held, created=college.clock()))


def _self_made(college: College) -> bytes:
    """Of a did:key of whoever hands it in, for the right achievement."""
    key = generate_ed25519()
    did = f"did:key:{encode_multikey(key.public)}"
    held = HeldKey(id=verification_method_id(did, key.public), public=key.public, signing=key)
    document = college.badge()
    issuer: Any = document["issuer"]
    del document["credentialStatus"]
    document |= {"issuer": issuer | {"id": did}}
    return serialize(add_data_integrity_proof(document, held, created=college.clock()))


def _endorsement(college: College) -> bytes:
    college.pages["/x"] = b""
    facts = EndorsementFacts(
        id=f"http://{college.host}/endorsements/1",
        endorser=Issuer(id=college.did, name="The College", url=f"http://{college.host}/"),
        subject_id=ACHIEVEMENT,
        name="An endorsement",
        comment="Good.",
        status=Status(list_url=college.list_url, index=7),
        valid_from=college.clock(),
    )
    return college.signed(build_endorsement(facts))


HOSTILE: dict[str, tuple[Callable[[College], bytes], str]] = {
    "nothing": (lambda _: b"x", "not_valid_unreadable"),
    "huge numbers": (lambda _: b'{"a": 1e999}', "not_valid_unreadable"),
    "deep": (lambda _: b'{"a":' * 5000 + b"1" + b"}" * 5000, "not_valid_unreadable"),
    "unsigned": (lambda one: json.dumps(one.badge()).encode(), "not_valid_unreadable"),
    "tampered": (_tampered, "not_valid_broken"),
    "revoked": (_revoked, "not_valid_revoked"),
    "expired": (
        lambda one: one.signed(one.badge(validUntil=format_instant(one.clock()))),
        "not_valid_expired",
    ),
    "not yet": (
        lambda one: one.signed(earned_at=one.clock() + timedelta(days=1)),
        "not_valid_not_yet",
    ),
    "silent": (_silent, "not_valid_unreachable"),
    "key of another": (_stolen, "not_valid_broken"),
    "issuer of their own": (_self_made, "another_issuer"),
    "another achievement": (
        lambda one: one.signed(achievement=f"{ACHIEVEMENT}/easier"),
        "another_achievement",
    ),
    "endorsement": (_endorsement, "not_a_badge"),
}


@dataclass(frozen=True)
class Town:
    """A program with two badges, and a college elsewhere whose badge counts as the second."""

    ladder: Ladder
    college: College
    parts: ForeignParts
    pathway_id: UUID
    scope: ProgramScope

    @property
    def runtime(self) -> Runtime:
        """The process."""
        return self.ladder.runtime

    def offer(self, data: bytes, address: str = ADDRESS, **changes: object) -> Offer:
        """What the learner hands in."""
        made = Offer(
            earner_id=self.ladder.learner.earner_id,
            program_id=self.ladder.program_id,
            pathway_id=self.pathway_id,
            data=data,
            address=address,
        )
        return replace(made, **changes)  # type: ignore[arg-type]  # a test's own keywords

    def hand_in(self, data: bytes | None = None, address: str = ADDRESS) -> HandedIn:
        """Hand a badge of the college in."""
        return hand_in(self.parts, self.offer(data or self.college.signed(), address))

    def refusal(self, data: bytes, **changes: object) -> str:
        """With which code it is refused."""
        with pytest.raises(ForeignRefusedError) as caught:
            hand_in(self.parts, self.offer(data, **changes))  # type: ignore[arg-type]  # as above
        return caught.value.code

    def sweep(self) -> None:
        """Let the worker look."""
        following.look_at_due(self.parts, run=run_alone)

    def next_day(self) -> None:
        """Let a day pass, and the worker look."""
        self.college.clock.advance(hours=25)
        self.sweep()

    def row(self, id_: UUID) -> ForeignCredentialRow:
        """What is stored."""
        with self.runtime.reading() as session:
            found = session.get_one(ForeignCredentialRow, id_)
            assert found.document is not None
            return found

    def standing(self, slug: str = "two") -> Standing:
        """How the learner stands with a badge."""
        return self.ladder.standings().outcome.components[slug].standing

    def actions(self) -> list[str]:
        """What the log of the program says."""
        with self.runtime.reading() as session:
            query = select(AuditEventRow.action).order_by(AuditEventRow.at, AuditEventRow.id)
            return list(session.scalars(query))

    def examine(self, data: bytes) -> Report:
        """Verify as `/verify` of this installation does."""
        fetching = FetchingResolver(self.parts.http)
        own = OwnResolver(self.runtime.database, self.parts.issuing.urls)
        now = self.runtime.clock()
        return examine(data, resolver=ChainedResolver(own, fetching), now=now)


@pytest.fixture
def college(clock: FakeClock) -> Iterator[College]:
    """An issuer elsewhere."""
    with a_college(clock) as made:
        yield made


@pytest.fixture
def town(runtime: Runtime, college: College) -> Town:
    """A pathway of two badges; the college's may stand for the second."""
    return a_town(runtime, college)


def a_town(runtime: Runtime, college: College, **changes: object) -> Town:
    """A pathway with these changes."""
    ladder = a_ladder(runtime, slugs=("one", "two"))
    values = {"components": ("one", "two"), "accepts": (college.accepted(),)} | changes
    pathway_id = ladder.pathway(**values)
    with runtime.writing() as session:
        coordinator = rows.a_user(session, ladder.course, Role.INSTRUCTOR, name="Cora")
    scope = ProgramScope(
        program_id=ladder.program_id,
        organisation_id=ladder.course.organisation.id,
        user_id=coordinator.id,
    )
    return Town(ladder, college, foreign_parts(runtime, college.host), pathway_id, scope)


def related(town: Town) -> dict[str, dict[str, Any]]:
    """What the microcredential binds, by address."""
    document: dict[str, Any] = parse_object(town.ladder.credential().document)
    return {one["id"]: one for one in document["relatedResource"]}


def test_the_right_address_counts_at_once_and_completes(town: Town) -> None:
    """The issuer gave it to the person's own address: the microcredential follows, and names it."""
    town.ladder.release("one")
    data = town.college.signed()
    found = town.hand_in(data, ADDRESS.upper())

    assert (found.state, found.address, found.component) == ("accepted", AddressMatch.SAME, "two")
    assert found.followed
    assert town.ladder.holds()
    url = town.parts.issuing.urls.component(found.id)
    bound = related(town)
    assert bound[url] == {
        "id": url,
        "mediaType": "application/vc",
        "digestMultibase": digest_multibase(data),
    }
    assert len(bound) == 2
    document: dict[str, Any] = parse_object(town.ladder.credential().document)
    (evidence,) = (one for one in document["evidence"] if one["id"].startswith(url))
    assert ACHIEVEMENT in evidence["narrative"]
    assert town.college.did in evidence["narrative"]
    row = town.row(found.id)
    assert (row.document, row.form, row.check_outcome) == (data, "json", "valid")
    assert (row.title, row.issuer_name, row.subject_name) == ("Listening", "The College", "Ada L.")
    assert "earner.foreign_accepted" in town.actions()
    assert "microcredential.awarded" in town.actions()


@pytest.mark.parametrize("form", ["signed", "compact", "token"])
def test_the_whole_verifies_with_its_foreign_part(town: Town, form: str) -> None:
    """Its digest, its status and its issuer are checked, and said, also once it was revoked."""
    town.ladder.release("one")
    found = town.hand_in(getattr(town.college, form)())
    assert found.followed

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


@pytest.mark.parametrize(
    ("named", "address", "match"),
    [
        ("", ADDRESS, AddressMatch.UNSAID),
        ("bob@elsewhere.example", ADDRESS, AddressMatch.ANOTHER),
        (ADDRESS, "", AddressMatch.NOT_COMPARED),
    ],
)
def test_otherwise_a_coordinator_looks(
    town: Town, named: str, address: str, match: AddressMatch
) -> None:
    """It counts for nothing until somebody responsible confirms whose it is, with a reason."""
    town.ladder.release("one")
    found = town.hand_in(town.college.signed(address=named), address)
    assert (found.state, found.address, found.followed) == ("waiting", match, False)
    assert town.standing() is Standing.MISSING
    town.next_day()
    assert not town.ladder.holds()

    with town.runtime.reading() as session:
        (request,) = list_requests(session, town.scope, urls=town.parts.issuing.urls)
    assert (request.view.id, request.view.address) == (found.id, match.value)
    assert request.learner_name == town.ladder.learner.name
    with pytest.raises(InvalidFieldsError) as missing:
        confirm(town.parts, town.scope, found.id, reason=" ")
    assert missing.value.faults == {"reason": ("required", None)}
    assert confirm(town.parts, town.scope, found.id, reason="Saw the original")

    assert town.ladder.holds()
    row = town.row(found.id)
    assert (row.holder_basis, row.decided_by, row.reason) == (
        "confirmed",
        town.scope.user_id,
        "Saw the original",
    )
    assert "foreign.confirmed" in town.actions()
    with pytest.raises(ConflictError) as again:
        confirm(town.parts, town.scope, found.id, reason="Saw it twice")
    assert again.value.code == "decided_already"


def test_nobody_confirms_their_own_or_another_programs(town: Town) -> None:
    """As with attestations; and what is elsewhere is not found."""
    found = town.hand_in(town.college.signed(address=""))
    own = replace(town.scope, user_id=town.ladder.learner.id)
    other = replace(town.scope, program_id=town.pathway_id)

    for act in (confirm, refuse):
        parts: Any = town.parts if act is confirm else town.runtime.issuing
        with pytest.raises(InvalidFieldsError) as refused:
            act(parts, own, found.id, reason="It is mine")
        assert refused.value.faults == {"learner": ("own_work", None)}
        with pytest.raises(NotFoundError):
            act(parts, other, found.id, reason="It is there")
    with pytest.raises(NotFoundError):
        withdraw(town.runtime.issuing, town.ladder.for_another().learner.earner_id, found.id)
    with town.runtime.reading() as session:
        (request,) = list_requests(session, own, urls=town.parts.issuing.urls)
    assert request.is_own


def test_what_is_refused_or_withdrawn_is_gone(town: Town) -> None:
    """The bytes and whom they name go; the reason stays; the place is free again."""
    issuing = town.runtime.issuing
    first = town.hand_in(town.college.signed(address=""))
    refuse(issuing, town.scope, first.id, reason="Of somebody else")
    second = town.hand_in(town.college.signed(address=""))
    withdraw(issuing, town.ladder.learner.earner_id, second.id)
    third = town.hand_in(town.college.signed())

    for id_, state in ((first.id, "refused"), (second.id, "withdrawn")):
        row = town.row(id_)
        assert (row.state, row.document, row.subject_name) == (state, b"", "")
        with pytest.raises(ConflictError):
            withdraw(issuing, town.ladder.learner.earner_id, id_)
        with pytest.raises(ConflictError):
            refuse(issuing, town.scope, id_, reason="Again")
    assert third.state == "accepted"
    with town.runtime.reading() as session:
        views = list_own(session, town.ladder.learner.earner_id, urls=issuing.urls)
    assert {(one.state, one.reason, one.can_withdraw) for one in views} == {
        ("accepted", "", True),
        ("withdrawn", "", False),
        ("refused", "Of somebody else", False),
    }
    assert {one.component_title for one in views} == {"Two"}
    assert {"foreign.refused", "earner.foreign_withdrawn"} <= set(town.actions())


def test_what_carries_a_microcredential_stays(town: Town) -> None:
    """Neither its earner nor a coordinator takes it away from under it, not even revoked."""
    town.ladder.release("one")
    found = town.hand_in()
    town.ladder.wait()
    for end in range(2):
        with pytest.raises(ConflictError) as caught:
            withdraw(town.runtime.issuing, town.ladder.learner.earner_id, found.id)
        assert caught.value.code == "rests_on_it"
        with pytest.raises(ConflictError, match="rests"):
            refuse(town.runtime.issuing, town.scope, found.id, reason="By mistake")
        if end == 0:
            town.ladder.revoke("the-stack")


def test_a_badge_that_comes_later_completes_within_a_sweep(town: Town) -> None:
    """Whoever releases waits for nobody's server; the worker does, and asks anew."""
    found = town.hand_in()
    assert not found.followed
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


def open_next(town: Town, **changes: object) -> None:
    """Publish the next version of the pathway."""
    with town.runtime.writing() as session:
        (stack,) = list_stacks(session, town.ladder.program_id)
        draft = replace(stack.definition, state=DefinitionState.DRAFT, **changes)  # type: ignore[arg-type]  # a test's own keywords
        pathway_versions.write_draft(
            session,
            session.get_one(ProgramRow, town.ladder.program_id),
            session.get_one(AchievementRow, town.pathway_id),
            draft,
            clock=town.runtime.clock,
            new_id=town.runtime.new_id,
        )
    town.ladder.publish(town.pathway_id)


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
    assert town.hand_in(town.college.signed(number=2)).followed


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


def test_order_is_that_of_the_days_of_the_awards(runtime: Runtime, college: College) -> None:
    """`awardedDate` counts, not the day on which it was handed in."""
    early = college.signed(earned_at=college.clock().replace(year=2020))
    late = college.signed(number=2, earned_at=college.clock().replace(hour=11))
    town = a_town(runtime, college, is_ordered=True)
    town.ladder.release("one")
    college.clock.advance(hours=2)
    found = town.hand_in(early)
    assert not found.followed
    assert town.ladder.standings().outcome.out_of_order == ("two",)
    withdraw(runtime.issuing, town.ladder.learner.earner_id, found.id)

    assert town.hand_in(late).followed


def test_a_coordinator_signs_off_what_holds_now(runtime: Runtime, college: College) -> None:
    """Before they do, the other issuer is asked; if it does not answer, they are told why."""
    town = a_town(runtime, college, needs_sign_off=True)
    town.ladder.release("one")
    found = town.hand_in()
    assert not found.followed
    earner_id = town.ladder.learner.earner_id
    with runtime.reading() as session:
        assert [one.earner_id for one in signing_off.list_waiting(session, town.ladder.program_id)]
    pages = dict(college.pages)
    college.fall_silent()
    with pytest.raises(ConflictError) as caught:
        signing_off.sign_off(town.parts, town.scope, town.pathway_id, earner_id)
    assert caught.value.code == "foreign_not_valid"
    college.pages.update(pages)
    signing_off.sign_off(town.parts, town.scope, town.pathway_id, earner_id)

    assert town.ladder.holds()
    with pytest.raises(ConflictError) as again:
        signing_off.sign_off(town.parts, town.scope, town.pathway_id, earner_id)
    assert again.value.code == "nothing_to_sign_off"


def test_who_holds_nothing_but_one_from_elsewhere_waits_for_the_sign_off_too(
    runtime: Runtime, college: College
) -> None:
    """One of two is enough, and it is not ours."""
    town = a_town(runtime, college, needs_sign_off=True, needed=1)
    town.hand_in()
    with runtime.reading() as session:
        (waiting,) = signing_off.list_waiting(session, town.ladder.program_id)
    assert waiting.earner_id == town.ladder.learner.earner_id
    signing_off.sign_off(town.parts, town.scope, town.pathway_id, waiting.earner_id)
    assert list(related(town)) == [
        town.parts.issuing.urls.component(one) for one in components(town)
    ]


def components(town: Town) -> list[UUID]:
    """What microcredentials rest on from elsewhere."""
    with town.runtime.reading() as session:
        return list(session.scalars(select(ForeignComponentRow.foreign_id)))


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


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_what_does_not_count_is_refused_by_name(town: Town, name: str) -> None:
    """Each with a code of its own, and nothing is stored."""
    make, code = HOSTILE[name]

    assert town.refusal(make(town.college)) == code

    with town.runtime.reading() as session:
        assert session.scalar(select(func.count()).select_from(ForeignCredentialRow)) == 0


def test_a_badge_of_our_own_is_not_from_elsewhere(town: Town) -> None:
    """Not even of another issuer of the installation: it counts by itself, or not at all."""
    town.ladder.release("one")
    with town.runtime.reading() as session:
        did = session.get_one(IssuerRow, town.ladder.course.issuer.id).did

    assert town.refusal(town.ladder.credential("one").document) == "own_credential"
    assert did not in {one.issuer for one in town.ladder.standings().stack.definition.accepts}


def test_one_credential_stands_for_one_person_once(town: Town) -> None:
    """Whoever comes second with it is refused, in whatever pathway of the program."""
    data = town.college.signed(address="")
    town.hand_in(data)
    other = replace(town, ladder=town.ladder.for_another())
    accepts = (town.college.accepted(), town.college.accepted("one"))
    beside = town.ladder.pathway(id="beside", components=("one", "two"), accepts=accepts)

    assert town.refusal(data) == "handed_in_already"
    assert town.refusal(town.college.signed(number=2)) == "held_already"
    assert other.refusal(data) == "handed_in_by_another"
    assert other.refusal(data, pathway_id=beside) == "handed_in_by_another"
    same = hand_in(town.parts, town.offer(data, pathway_id=beside, component="one"))
    assert same.component == "one"
    more = hand_in(town.parts, town.offer(town.college.signed(number=2), pathway_id=beside))
    assert more.component == "two"
    assert town.refusal(town.college.signed(number=3), pathway_id=beside) == "held_already"
    assert town.refusal(data, component="three") == "not_accepted"
    assert town.refusal(data, is_test_user=True) == "test_user"
    with pytest.raises(NotFoundError):
        hand_in(town.parts, town.offer(data, program_id=town.pathway_id))


def test_nobody_fills_the_disk(town: Town) -> None:
    """So many stand at a time, and so many are tried a day."""
    for _ in range(A_DAY_AT_MOST):
        found = town.hand_in(town.college.signed(address=""))
        withdraw(town.runtime.issuing, town.ladder.learner.earner_id, found.id)
    asked = len(town.college.asked)
    assert town.refusal(town.college.signed()) == "too_many"
    assert len(town.college.asked) == asked
    town.college.clock.advance(hours=25)
    assert town.hand_in().state == "accepted"


def test_ten_at_once_make_one(town: Town) -> None:
    """Ten hand the same in, with the last badge beside: one stands, one microcredential."""
    data = town.college.signed()
    failed = at_once(
        *(lambda: town.hand_in(data) for _ in range(10)), lambda: town.ladder.release("one")
    )
    town.sweep()

    assert {getattr(one, "code", repr(one)) for one in failed} == {"handed_in_already"}
    assert len(failed) == 9
    assert town.ladder.count_awards() == 1
    assert town.ladder.holds()
    assert len(related(town)) == 2


def test_two_people_with_one_credential_at_once(town: Town) -> None:
    """One of them has it."""
    data = town.college.signed()
    other = replace(town, ladder=town.ladder.for_another())
    failed = at_once(*(lambda one=one: one.hand_in(data) for one in (town, other) * 3))

    assert len(failed) == 5
    assert {one.code for one in failed} == {"handed_in_already", "handed_in_by_another"}  # type: ignore[attr-defined]  # ours


def test_ten_accepted_at_once_make_ten(town: Town) -> None:
    """Ten people, each with their own: each gets one."""
    people = [replace(town, ladder=town.ladder.for_another(f"Ben {n}")) for n in range(10)]
    for one in people:
        one.ladder.release("one")
    failed = at_once(
        *(
            lambda one=one, n=n: one.hand_in(town.college.signed(number=n))
            for n, one in enumerate(people, start=1)
        )
    )
    town.college.clock.advance(hours=1)
    town.sweep()

    assert failed == []
    assert [one.ladder.count_awards() for one in people] == [1] * 10


def test_killed_in_between_leaves_nothing_half(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything follows the process dies: the next sweep does the rest, once."""
    town.ladder.release("one")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for place in ("prepare", "settle"):
        monkeypatch.setattr(following, place, die)
        with pytest.raises(KeyboardInterrupt):
            town.hand_in() if place == "prepare" else town.sweep()
        assert not town.ladder.holds()
        assert town.ladder.count_awards() == 0
        monkeypatch.undo()
        if place == "prepare":
            town.college.clock.advance(minutes=16)
    town.sweep()
    assert not town.ladder.holds()
    town.college.clock.advance(minutes=16)
    town.sweep()
    assert town.ladder.count_awards() == 1


def test_a_check_that_dies_while_it_revokes_is_made_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The credential and what rests on it change together, or not at all."""
    town.ladder.release("one")
    found = town.hand_in()
    town.college.revoke(1)
    town.college.clock.advance(hours=25)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(following, "settle_revoked", die)
    with pytest.raises(KeyboardInterrupt):
        town.sweep()
    monkeypatch.undo()
    assert town.row(found.id).revoked_at is None
    assert town.ladder.holds()
    town.college.clock.advance(minutes=16)
    town.sweep()
    assert town.row(found.id).revoked_at is not None
    assert not town.ladder.holds()


def test_what_cannot_be_read_is_said(town: Town) -> None:
    """A file, a text and an address come down to the same bytes; the rest has its codes."""
    data = town.college.compact()
    baked = bake(a_png(), data)
    town.college.pages |= {"/a": data, "/p": baked, "/big": b"{" * 400_000, "/gone": 404}
    host = f"http://{town.college.host}"

    assert read_upload(data) == read_upload(baked) == read_text(f"\n{data.decode()} ") == data
    assert fetch(town.parts, f" {host}/a") == fetch(town.parts, f"{host}/p") == data
    for code, act in (
        ("nothing_given", lambda: read_upload(b"  ")),
        ("nothing_given", lambda: read_text("")),
        ("nothing_given", lambda: fetch(town.parts, " ")),
        ("too_large", lambda: read_upload(b"{" * 400_000)),
        ("too_large", lambda: read_text("{" * 400_000)),
        ("too_large", lambda: fetch(town.parts, f"{host}/big")),
        ("picture_not_baked", lambda: read_upload(a_png())),
        ("answered_status", lambda: fetch(town.parts, f"{host}/gone")),
        ("not_reachable", lambda: fetch(town.parts, "http://127.0.0.1:9/x")),
        ("not_reachable", lambda: fetch(town.parts, "http://10.0.0.1/x")),
        ("not_reachable", lambda: fetch(town.parts, "file:///etc/passwd")),
        ("own_credential", lambda: fetch(town.parts, "https://tool.example/credentials/x")),
    ):
        with pytest.raises(InvalidFieldsError) as caught:
            act()  # type: ignore[no-untyped-call]  # lambdas
        assert {fault[0] for fault in caught.value.faults.values()} == {code}


def test_an_issuer_on_a_private_address_is_not_asked(town: Town) -> None:
    """Without a setting that lets its host through nobody's server here is called."""
    strict = ForeignParts(issuing=town.runtime.issuing, http=GuardedSession())
    asked = len(town.college.asked)

    with pytest.raises(ForeignRefusedError) as caught:
        hand_in(strict, town.offer(town.college.signed()))

    assert caught.value.code == "not_valid_unreachable"
    assert len(town.college.asked) == asked


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
    assert town.hand_in(data).followed
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


def test_a_microcredential_that_rests_on_tokens_alone_has_no_record(
    runtime: Runtime, college: College
) -> None:
    """There is nothing that could stand in it; the sweep does not try for ever."""
    town = a_town(runtime, college, needed=1)
    assert town.hand_in(college.token()).followed
    with runtime.reading() as session:
        credential_id = town.ladder.credential().id
        assert shares.find_form(session, credential_id, shares.LEARNER_RECORD) is None
    college.clock.advance(minutes=1)
    assert catch_up(runtime.issuing) == ()
