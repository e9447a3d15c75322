"""A key that is lost while something is signed with it: nothing stays that nobody lists."""

from collections.abc import Callable, Collection
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.proof import JWT_ALGORITHMS, parse_embedded_proof, parse_vc_jwt
from badges.untrusted import parse_object
from keys.signing import Algorithm
from lti_tool.errors import ConflictError
from lti_tool.runtime import Runtime
from lti_tool.services import (
    awarding,
    compromising,
    endorsing,
    forms,
    jwt_forms,
    publishing_pathways,
    records,
    reissuing,
    releasing,
    renaming,
    rotating,
    settling,
    sharing,
    status_lists,
)
from lti_tool.services.disclosing import Disclosure
from lti_tool.store.rows import (
    CredentialFormRow,
    CredentialRow,
    EndorsementRow,
    IssuerRow,
    SigningKeyRow,
    StatusListRow,
)
from tests.bulks import PASS, an_office
from tests.stacked import Ladder, a_ladder, add_dean, endorse, url_of


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Two badges that may be released, and a microcredential of both."""
    made = a_ladder(runtime, slugs=("one", "two"))
    made.pathway(components=("one", "two"))
    return made


def keys_of(runtime: Runtime, *purposes: str) -> set[str]:
    """The keys of all issuers for some purposes that are believed."""
    with runtime.reading() as session:
        rows = session.scalars(select(SigningKeyRow).where(SigningKeyRow.compromised_at.is_(None)))
        return {one.id for one in rows if one.purpose in purposes and one.issuer_id}


def lose(runtime: Runtime, key_ids: Collection[str]) -> None:
    """Find out that somebody else has held keys for a moment."""
    for key_id in key_ids:
        compromising.compromise(
            runtime.issuing,
            runtime.key_parts,
            key_id,
            since=runtime.clock().replace(microsecond=0),
        )


def lost_once(
    monkeypatch: pytest.MonkeyPatch, runtime: Runtime, place: object, name: str, lost: set[str]
) -> None:
    """Lose keys as soon as something is signed, and before it is written."""
    signing: Callable[..., Any] = getattr(place, name)
    left = [lost]

    def signed(*args: object, **named: object) -> object:
        done = signing(*args, **named)
        if left:
            lose(runtime, left.pop())
        return done

    monkeypatch.setattr(place, name, signed)


def begun(act: Callable[[], object]) -> Thread:
    """Do something beside this. If nothing held it up, it would be done when this returns."""
    thread = Thread(target=act)
    thread.start()
    thread.join(0.5)
    return thread


def stored_keys(runtime: Runtime) -> set[str | None]:
    """What all that is stored is signed with."""
    tables = CredentialRow, CredentialFormRow, EndorsementRow
    with runtime.reading() as session:
        return {
            key_id
            for one in tables
            for row in session.execute(select(one.document_key_id, one.token_key_id))
            for key_id in row
        }


@pytest.mark.parametrize("purpose", ["data_integrity", "jwt"])
def test_a_badge_that_is_released_meanwhile_is_signed_again(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch, purpose: str
) -> None:
    """And the microcredential that comes with it; whoever releases notices nothing."""
    ladder.release("one")
    before = stored_keys(ladder.runtime)
    (lost,) = keys_of(ladder.runtime, purpose)
    assert lost in before
    lost_once(monkeypatch, ladder.runtime, releasing, "prepare_following", {lost})

    ladder.release("two")

    for slug in ("two", "the-stack"):
        credential = ladder.credential(slug)
        assert lost not in {credential.document_key_id, credential.token_key_id}


def test_who_compromises_a_key_waits_for_what_is_being_stored(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the list of what it signed is whole as soon as there is one."""
    (lost,), listed, losing = keys_of(ladder.runtime, "data_integrity"), list[UUID](), []
    hold_keys = settling.hold_keys

    def lose_and_list() -> None:
        lose(ladder.runtime, [lost])
        listed.extend(
            one.credential_id for one in reissuing.list_affected(ladder.runtime.database, lost)
        )

    def held(session: Session, *key_ids: str | None) -> None:
        hold_keys(session, *key_ids)
        losing.append(begun(lose_and_list))

    monkeypatch.setattr(awarding, "hold_keys", held)
    ladder.release("one")
    losing[0].join()

    credential = ladder.credential("one")
    assert credential.document_key_id == lost
    assert listed == [credential.id]


def test_what_else_is_signed_meanwhile_is_not_stored(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new name, a form without levels: whoever asks is told to try again."""
    ladder.release("one")
    runtime, earner_id = ladder.runtime, ladder.learner.earner_id
    badge = ladder.credential("one").id
    before = stored_keys(runtime)
    acts: dict[tuple[object, str], Callable[[], object]] = {
        (forms, "sign_form"): lambda: sharing.share(
            runtime.issuing,
            earner_id,
            badge,
            Disclosure.WITHOUT_LEVELS,
            random_token=runtime.random_token,
        ),
        (renaming, "sign_forms"): lambda: renaming.change_identity(
            runtime.issuing,
            earner_id,
            renaming.Wish(name="Ada", badges=frozenset([badge]), address=renaming.AddressWish.KEEP),
        ),
    }
    for (place, name), act in acts.items():
        lost = keys_of(runtime, "data_integrity", "jwt")
        with monkeypatch.context() as patched:
            lost_once(patched, runtime, place, name, lost)
            with pytest.raises(ConflictError) as error:
                act()
        assert error.value.code == "changed_meanwhile"
        assert stored_keys(runtime) == before


def is_signed_by_present_keys(runtime: Runtime) -> bool:
    """Whether both forms of the one status list are signed by the keys that sign now."""
    with runtime.reading() as session:
        (listed,) = session.scalars(select(StatusListRow))
        ring = runtime.issuing.rings.load(session, session.get_one(IssuerRow, listed.issuer_id))
    proof = parse_embedded_proof(parse_object(listed.document))
    token = parse_vc_jwt(listed.token.decode())
    keys = ring.current(Algorithm.ED25519), ring.current(*JWT_ALGORITHMS)
    return (proof.key_id, token.key_id) == tuple(one.id for one in keys)


@pytest.mark.parametrize("purpose", ["data_integrity", "jwt"])
def test_lists_are_signed_again(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch, purpose: str
) -> None:
    """The first one of an issuer, and one that is there: badges on it verify all the time."""
    runtime = ladder.runtime
    for act in (ladder.release, ladder.revoke):
        with monkeypatch.context() as patched:
            lost_once(patched, runtime, status_lists, "_sign", keys_of(runtime, purpose))
            act("one")
        assert is_signed_by_present_keys(runtime)


def test_who_compromises_a_key_dates_it_behind_what_it_waited_for(ladder: Ladder) -> None:
    """A list that was signed in between is due, and is signed anew."""
    ladder.release("one")
    runtime = ladder.runtime
    (lost,) = keys_of(runtime, "data_integrity")
    with runtime.writing() as session:
        settling.hold_keys(session, lost)
        losing = begun(lambda: lose(runtime, [lost]))
        ladder.wait()
        session.scalars(select(StatusListRow)).one().signed_at = runtime.clock()
    losing.join()

    with runtime.reading() as session:
        signed = session.scalars(select(StatusListRow)).one()
        noted = session.get_one(SigningKeyRow, lost).compromise_noted_at
    assert noted == signed.signed_at == runtime.clock()
    assert is_signed_by_present_keys(runtime)


def test_who_holds_one_key_waits_for_nobody_with_the_next(ladder: Ladder) -> None:
    """A batch holds what signed its badges, and then what signed what follows from them."""
    runtime = ladder.runtime
    (document_key,), (token_key,) = (
        keys_of(runtime, purpose) for purpose in ("data_integrity", "jwt")
    )
    with runtime.writing() as session:
        settling.hold_keys(session, document_key)
        losing = begun(lambda: lose(runtime, [token_key]))
        settling.hold_keys(session, token_key)
    losing.join()

    assert keys_of(runtime, "jwt").isdisjoint({token_key})


def test_an_endorsement_is_signed_again(ladder: Ladder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever endorses notices nothing."""
    runtime = ladder.runtime
    add_dean(runtime)
    lost = keys_of(runtime, "data_integrity", "jwt")
    lost_once(monkeypatch, runtime, endorsing, "sign_checked", lost)

    row = endorse(ladder, url_of(ladder))

    assert lost.isdisjoint({row.document_key_id, row.token_key_id})


def test_who_endorses_and_who_compromises_do_not_wait_for_each_other(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have to do with the issuer and with its keys."""
    runtime = ladder.runtime
    before = keys_of(runtime, "data_integrity")
    add_dean(runtime)
    (lost,) = keys_of(runtime, "data_integrity") - before
    check, calls, losing = endorsing._check_new, list[object](), list[Thread]()

    def checked(*given: Any) -> None:  # noqa: ANN401 - as it is called
        check(*given)
        calls.append(given)
        if len(calls) == 2:
            losing.append(begun(lambda: lose(runtime, [lost])))

    monkeypatch.setattr(endorsing, "_check_new", checked)
    row = endorse(ladder, url_of(ladder))
    losing[0].join()

    assert row.document_key_id == lost
    assert lost not in keys_of(runtime, "data_integrity")


def test_a_key_that_is_being_rotated_is_compromised_and_its_successor_signs(
    ladder: Ladder,
) -> None:
    """Whoever compromises it waits, and sees what was made meanwhile."""
    runtime = ladder.runtime
    (lost,) = keys_of(runtime, "data_integrity")
    with runtime.writing() as session:
        slug = session.scalars(select(IssuerRow.slug)).one()
        (done,) = rotating.rotate(session, runtime.key_parts, slug, "data_integrity")
        losing = begun(lambda: lose(runtime, [lost]))
    losing.join()

    assert keys_of(runtime, "data_integrity") == {done.key_id}


def test_second_forms_are_signed_again(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same sweep."""
    office = an_office(runtime, learners=3)
    office.award(office.rated(*[PASS] * 3))
    lost = keys_of(runtime, "jwt")
    lost_once(monkeypatch, runtime, jwt_forms, "_sign", lost)

    assert jwt_forms.complete_all(runtime.issuing) == 3
    assert stored_keys(runtime).isdisjoint(lost)


def test_what_follows_from_publishing_is_signed_again(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever publishes notices nothing."""
    ladder = a_ladder(runtime, slugs=("one", "two"))
    ladder.release_all("one", "two")
    draft = ladder.draft(components=("one", "two"))
    lost = keys_of(runtime, "data_integrity", "jwt")
    lost_once(monkeypatch, runtime, publishing_pathways, "prepare", lost)

    ladder.publish(draft)

    credential = ladder.credential()
    assert lost.isdisjoint({credential.document_key_id, credential.token_key_id})


def test_a_name_that_is_changed_is_not_said_to_be_as_before(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows it, the record of the microcredential, is signed again."""
    ladder.release_all("one", "two")
    ladder.wait()
    runtime, earner_id = ladder.runtime, ladder.learner.earner_id
    ids = frozenset(ladder.credential(slug).id for slug in ("one", "two", "the-stack"))
    lost = keys_of(runtime, "data_integrity")
    lost_once(monkeypatch, runtime, records, "sign_record", lost)

    assert renaming.change_identity(runtime.issuing, earner_id, renaming.Wish(name="A", badges=ids))
    with runtime.reading() as session:
        record = session.scalars(select(CredentialFormRow)).one()
    assert record.document_key_id not in lost
