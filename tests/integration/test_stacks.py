"""Stacks on real databases: the microcredential follows its last badge, once, and falls with it."""

import base64
import hashlib
import json
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from badges.errors import PathwayNotPublishableError, VerificationError
from badges.pathway import OnRevoked, PathwayState
from badges.verification import verify
from lti_tool.errors import ConflictError
from lti_tool.runtime import Runtime
from lti_tool.services import publishing_pathways, stacking
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import (
    AchievementVersionRow,
    AuditEventRow,
    AwardComponentRow,
    AwardRow,
    DecisionRow,
    StatusEntryRow,
)
from lti_tool.values import Role
from tests import rows
from tests.stacked import BADGES, Ladder, a_ladder, at_once
from tests.stages import PASS


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Four badges and one learner who has earned each, once it is released."""
    return a_ladder(runtime)


def document_of(ladder: Ladder, slug: str = "the-stack") -> dict[str, Any]:
    """The signed document of a credential."""
    document: dict[str, Any] = json.loads(ladder.credential(slug).document)
    return document


def check(ladder: Ladder, data: bytes) -> None:
    """Verify a credential by our own store."""
    resolver = OwnResolver(ladder.runtime.database, PublicURLs(ladder.runtime.settings.base_url))
    verify(data, resolver=resolver, now=ladder.runtime.clock())


def test_the_last_badge_brings_the_microcredential(ladder: Ladder) -> None:
    """Three make nothing; the fourth makes it in its own transaction, valid in both forms."""
    ladder.pathway()
    ladder.release_all("one", "two", "three")
    assert not ladder.holds()
    released = ladder.release("four")

    assert ladder.holds()
    credential = ladder.credential()
    for form in (credential.document, credential.token or b""):
        check(ladder, form)
    with ladder.runtime.reading() as session:
        award = session.get_one(AwardRow, credential.award_id)
        decision = session.get_one(DecisionRow, released.decision_id)
        assert (award.origin, award.decision_id) == ("pathway", None)
        assert award.awarded_at == decision.released_at
        event = session.scalars(
            select(AuditEventRow).where(AuditEventRow.action == "microcredential.awarded")
        ).one()
        assert (event.actor_id, event.subject_id) == (ladder.launch.user_id, award.id)
    assert ladder.standings().outcome.state is PathwayState.STANDS


def test_it_binds_the_exact_credentials_of_its_badges(ladder: Ladder) -> None:
    """Names, links, and the hash of every badge's bytes as issued stand in the signed document."""
    ladder.pathway()
    ladder.release_all()
    document = document_of(ladder)

    components = [ladder.credential(slug) for slug in BADGES]
    achievement = document["credentialSubject"]["achievement"]
    assert achievement["achievementType"] == "MicroCredential"
    assert [one["targetName"] for one in achievement["alignment"]] == [
        "One",
        "Two",
        "Three",
        "Four",
    ]
    urls = PublicURLs(ladder.runtime.settings.base_url)
    for one, credential in zip(document["relatedResource"], components, strict=True):
        digest = b"\x12\x20" + hashlib.sha256(credential.document).digest()
        expected = "u" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert one == {
            "id": urls.credential(credential.id),
            "mediaType": "application/vc",
            "digestMultibase": expected,
        }
    for slug in BADGES:
        assert urls.achievement(ladder.versions[slug]) in achievement["criteria"]["narrative"]
    assert len(document["evidence"]) == 4
    assert "result" not in document["credentialSubject"]
    with ladder.runtime.reading() as session:
        bound = set(session.scalars(select(AwardComponentRow.component_id)))
    assert bound == {one.award_id for one in components}


def test_some_of_the_badges_may_be_enough(ladder: Ladder) -> None:
    """With two of four it is there, once; the others change nothing."""
    ladder.pathway(needed=2)
    ladder.release("three")
    assert not ladder.holds()
    ladder.release_all("one", "two", "four")

    assert ladder.count_awards() == 1
    assert len(document_of(ladder)["relatedResource"]) == 2


def test_an_order_is_kept(ladder: Ladder) -> None:
    """Where the order counts, the same four badges make nothing in another one."""
    ladder.pathway(is_ordered=True)
    ladder.release_all("two", "one", "three", "four")
    other = ladder.for_another()
    other.release_all()

    assert not ladder.holds()
    assert ladder.standings().outcome.out_of_order == ("two",)
    assert other.standings().outcome.state is PathwayState.STANDS


def test_nobody_earns_what_is_not_whole(runtime: Runtime) -> None:
    """A pathway with an empty place may be published, says so, and issues nothing."""
    ladder = a_ladder(runtime, slugs=BADGES[:3], placeholders=("four",))
    ladder.release_all(*BADGES[:3])
    preview = ladder.publish(ladder.draft(needed=3))

    assert preview.undefined == ("To be supplied",)
    assert preview.due == ()
    assert ladder.standings().outcome.state is PathwayState.NOT_DEFINED
    assert ladder.count_awards() == 0


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"components": ("one", "the-stack")}, "components", "contains_itself"),
        ({"components": ("one", "one")}, "components", "repeated_component"),
        ({"components": ("one", "elsewhere")}, "components", "unknown_component"),
        ({"components": ()}, "components", "no_components"),
        ({"needed": 5}, "needed", "needed_too_many"),
        ({"needed": 0}, "needed", "needed_none"),
        ({"description": ""}, "description", "missing"),
    ],
)
def test_what_cannot_be_walked_is_not_published(
    ladder: Ladder, changes: dict[str, object], field: str, code: str
) -> None:
    """Every fault names its field, and nothing is written."""
    pathway = ladder.draft(**changes)

    assert [(one.field, one.code) for one in ladder.preview(pathway).faults] == [(field, code)]
    with pytest.raises(PathwayNotPublishableError):
        ladder.publish(pathway)


def test_publishing_awards_exactly_whom_the_preview_named(ladder: Ladder) -> None:
    """Who has all badges gets it with the publication, who lacks one does not."""
    ben, eve = ladder.for_another("Ben"), ladder.for_another("Eve")
    ladder.release_all()
    ben.release_all()
    eve.release_all("one", "two", "three")
    pathway = ladder.draft()
    preview = ladder.preview(pathway)

    named = {one.earner_id for one in preview.due}
    assert named == {ladder.learner.earner_id, ben.learner.earner_id}
    ladder.publish(pathway)
    with ladder.runtime.reading() as session:
        awarded = session.scalars(select(AwardRow).where(AwardRow.origin == "pathway")).all()
        assert {one.earner_id for one in awarded} == named
    check(ladder, ladder.credential().document)
    eve.release("four")
    assert eve.holds()


def test_a_preview_that_came_true_otherwise_publishes_nothing(ladder: Ladder) -> None:
    """A badge that is awarded or revoked in between has to be looked at again."""
    ladder.release_all("one", "two", "three")
    pathway = ladder.draft()
    shown = ladder.preview(pathway).hash
    ladder.release("four")

    with pytest.raises(ConflictError) as caught:
        publishing_pathways.publish(
            ladder.runtime.issuing,
            ladder.program_id,
            pathway,
            preview_hash=shown,
            note="",
            actor_id=None,
        )
    assert caught.value.code == "preview_changed"
    assert ladder.count_awards() == 0
    ladder.publish(pathway)
    assert ladder.holds()


@pytest.mark.parametrize("policy", OnRevoked)
def test_a_revoked_badge_does_what_the_pathway_declares(ladder: Ladder, policy: OnRevoked) -> None:
    """With it goes the microcredential, bit and all, or it stays; both say so."""
    ladder.pathway(on_revoked=policy)
    ladder.release_all()
    credential = ladder.credential()
    ladder.revoke("two")

    assert ladder.holds() is (policy is OnRevoked.KEEP)
    if policy is OnRevoked.KEEP:
        check(ladder, credential.document)
        return
    with pytest.raises(VerificationError) as caught:
        check(ladder, credential.document)
    failed = [one.name for one in caught.value.checks if one.state == "failed"]
    assert failed == ["status"]
    with ladder.runtime.reading() as session:
        entry = session.get_one(
            StatusEntryRow, (credential.status_list_id, credential.status_position)
        )
        award = session.get_one(AwardRow, credential.award_id)
        assert entry.revoked_at == award.revoked_at is not None


def test_it_stands_while_enough_badges_do(ladder: Ladder) -> None:
    """Of four with three needed one may go, and then another takes it away."""
    ladder.pathway(needed=3)
    ladder.release_all()
    ladder.revoke("one")
    assert ladder.holds()
    ladder.revoke("four")

    assert not ladder.holds()


def test_revoking_the_microcredential_leaves_its_badges(ladder: Ladder) -> None:
    """It goes alone; the badges below it stand."""
    ladder.pathway()
    ladder.release_all()
    ladder.revoke("the-stack")

    assert not ladder.holds()
    assert all(ladder.holds(slug) for slug in BADGES)


def test_what_was_revoked_for_itself_does_not_come_back_by_itself(runtime: Runtime) -> None:
    """Another badge brings nothing; one of its own, earned again, brings a new one."""
    ladder = a_ladder(runtime)
    ladder.pathway(components=BADGES[:3])
    ladder.release_all("one", "two", "three")
    ladder.revoke("the-stack")
    ladder.release("four")
    assert not ladder.holds()
    ladder.revoke("one")
    ladder.wait()
    with runtime.writing() as session:
        other = rows.a_context(session, ladder.course.deployment, lti_context_id="course-2")
        course = replace(ladder.course, context=other)
        work = rows.an_attempt(session, rows.a_submission(session, course, ladder.learner))
        rater = rows.a_user(session, course, Role.INSTRUCTOR)
        rows.an_assessment(session, work, rater, PASS)
        launch = rows.a_launch(session, course, rater, Role.INSTRUCTOR)
    replace(ladder, launch=launch, attempts={"one": work.id}).release("one")

    assert ladder.holds("one")
    assert ladder.holds()
    assert ladder.count_awards() == 2


def test_a_badge_that_is_defined_late_leaves_nobody_out(runtime: Runtime) -> None:
    """Where some are enough, those who had them before are found, and get it as they were shown."""
    ladder = a_ladder(runtime, slugs=BADGES[:3], placeholders=("four",))
    ladder.pathway(needed=2)
    ladder.release_all("one", "two")
    with runtime.writing() as session:
        slot = session.scalars(
            select(AchievementVersionRow).where(AchievementVersionRow.state == "placeholder")
        ).one()
        slot.state, slot.published_at = "published", runtime.clock()
    with runtime.reading() as session:
        due = publishing_pathways.find_overdue(session, ladder.program_id)
    assert [one.earner_id for one in due] == [ladder.learner.earner_id]
    shown = publishing_pathways.overdue_hash(due)

    def award() -> None:
        publishing_pathways.award_overdue(
            runtime.issuing, ladder.program_id, shown=shown, actor_id=None
        )

    award()
    assert ladder.holds()
    with pytest.raises(ConflictError):
        award()
    assert ladder.count_awards() == 1


@pytest.mark.parametrize("is_ordered", [False, True])
def test_ten_releases_of_the_last_badges_make_one(
    ladder: Ladder,
    is_ordered: bool,  # noqa: FBT001 - a table of cases
) -> None:
    """The last badges are released by several people at once: one microcredential, whole."""
    ladder.pathway(is_ordered=is_ordered)
    ladder.release("one")
    last = BADGES[1:]
    failed = at_once(
        *(lambda slug=slug: ladder.release(slug) for slug in (*last, *last, *last, last[0]))
    )

    assert failed == []
    assert all(ladder.holds(slug) for slug in BADGES)
    assert ladder.count_awards() <= 1
    if not is_ordered:
        assert ladder.count_awards() == 1
        assert len(document_of(ladder)["relatedResource"]) == 4


def test_what_changes_in_between_is_prepared_again(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the last badge is signed, the one before it is revoked: nothing false is written."""
    ladder.pathway()
    ladder.release_all("one", "two", "three")
    prepare, seen = stacking.prepare, []

    def slowly(*arguments: Any) -> tuple[stacking.Prepared, ...]:  # noqa: ANN401 - a stand-in
        prepared = prepare(*arguments)
        seen.append(len(prepared))
        if len(seen) == 1:
            ladder.revoke("three")
        return prepared

    monkeypatch.setattr("lti_tool.services.releasing.prepare_stacks", slowly)
    ladder.release("four")

    assert seen == [1, 0]
    assert ladder.holds("four")
    assert not ladder.holds()


def test_a_release_and_a_publication_at_once_lose_nobody(ladder: Ladder) -> None:
    """Whoever comes second sees the first: the learner holds it, once, in the end."""
    ladder.release_all("one", "two", "three")
    pathway = ladder.draft()
    failed = at_once(lambda: ladder.publish(pathway), lambda: ladder.release("four"))

    assert all(isinstance(one, ConflictError) for one in failed)
    if failed:
        ladder.publish(pathway)
    assert ladder.count_awards() == 1


def test_all_orders_of_release_end_alike(runtime: Runtime) -> None:
    """Whichever badge is the last, the same is held in the end."""
    ladder = a_ladder(runtime, slugs=BADGES[:3])
    ladder.pathway(components=BADGES[:3])
    for number, order in enumerate(permutations(BADGES[:3])):
        other = ladder.for_another(f"Learner {number}")
        other.release_all(*order)
        assert other.standings().outcome.state is PathwayState.STANDS
