"""Badges of other issuers that stand in for ours: handed in, and decided."""

from dataclasses import replace
from typing import Any

import pytest

from badges.foreign import AddressMatch
from badges.pathway import Standing
from badges.untrusted import parse_object
from badges.written import digest_multibase
from lti_tool.errors import ConflictError, InvalidFieldsError
from lti_tool.runtime import Runtime
from lti_tool.services.desk import signing_off
from lti_tool.services.foreign.deciding import confirm, refuse, withdraw
from lti_tool.services.foreign.following import Sequel
from lti_tool.services.foreign.listing import list_own, list_requests
from tests.foreign import ACHIEVEMENT, ADDRESS, College
from tests.towns import Town, a_town, components, related


def test_the_right_address_counts_at_once_and_completes(town: Town) -> None:
    """The issuer gave it to the person's own address: the microcredential follows, and names it."""
    town.ladder.release("one")
    data = town.college.signed()
    found = town.hand_in(data, ADDRESS.upper())

    assert (found.state, found.address, found.component) == ("accepted", AddressMatch.SAME, "two")
    assert found.sequel is Sequel.ISSUED
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
    assert (found.state, found.address, found.sequel) == ("waiting", match, Sequel.NOTHING)
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
    sequel = confirm(town.parts, town.scope, found.id, reason="Saw the original")
    assert sequel is Sequel.ISSUED

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


def test_what_is_refused_or_withdrawn_is_gone(town: Town) -> None:
    """The bytes and whom they name go; the reason stays; the place is free again."""
    issuing = town.runtime.issuing
    first = town.hand_in(town.college.signed(address=""))
    refuse(issuing, town.scope, first.id, reason="Of somebody else")
    second = town.hand_in(town.college.signed(address=""))
    withdraw(issuing, town.ladder.learner.earner_id, second.id)
    third = town.hand_in(town.college.signed(number=2))

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


def test_what_was_refused_comes_back_only_by_a_coordinator(town: Town) -> None:
    """Whoever changes their address at the LMS, or hands it in again, gets round nobody's word."""
    town.ladder.release("one")
    data = town.college.signed()
    first = town.hand_in(data, "ben@college.example")
    refuse(town.runtime.issuing, town.scope, first.id, reason="It is Ada's")

    second = town.hand_in(data, ADDRESS)
    assert (second.state, second.address, second.sequel) == (
        "waiting",
        AddressMatch.SAME,
        Sequel.NOTHING,
    )
    assert not town.ladder.holds()
    withdraw(town.runtime.issuing, town.ladder.learner.earner_id, second.id)
    third = town.hand_in(data, ADDRESS)
    assert third.state == "waiting"
    sequel = confirm(town.parts, town.scope, third.id, reason="It was theirs")
    assert sequel is Sequel.ISSUED


def test_whose_it_is_does_not_suffer_from_whom_it_was_refused(town: Town) -> None:
    """Somebody tried to take it: it counts at once for the person that it names."""
    data = town.college.signed()
    thief = replace(town, ladder=town.ladder.for_another())
    taken = thief.hand_in(data, "ben@college.example")
    assert town.refusal(data) == "handed_in_by_another"
    refuse(town.runtime.issuing, town.scope, taken.id, reason="It is Ada's")

    assert town.hand_in(data).state == "accepted"


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


def test_order_is_that_of_the_days_of_the_awards(runtime: Runtime, college: College) -> None:
    """`awardedDate` counts, not the day on which it was handed in."""
    early = college.signed(earned_at=college.clock().replace(year=2020))
    late = college.signed(number=2, earned_at=college.clock().replace(hour=11))
    town = a_town(runtime, college, is_ordered=True)
    town.ladder.release("one")
    college.clock.advance(hours=2)
    found = town.hand_in(early)
    assert found.sequel is Sequel.NOTHING
    assert town.ladder.standings().outcome.out_of_order == ("two",)
    withdraw(runtime.issuing, town.ladder.learner.earner_id, found.id)

    assert town.hand_in(late).sequel is Sequel.ISSUED


def test_a_coordinator_signs_off_what_holds_now(runtime: Runtime, college: College) -> None:
    """Before they do, the other issuer is asked; if it does not answer, they are told why."""
    town = a_town(runtime, college, needs_sign_off=True)
    town.ladder.release("one")
    found = town.hand_in()
    assert found.sequel is Sequel.NOTHING
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
