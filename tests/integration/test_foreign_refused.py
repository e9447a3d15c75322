"""Badges of other issuers that do not count, and whoever may not say that they do."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import func, select

from badges.achievement import Issuer, Status
from badges.baking import bake
from badges.endorsement import EndorsementFacts, build_endorsement
from badges.instants import format_instant
from badges.pathway import Standing
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.written import serialize
from keys.did import verification_method_id
from keys.multikey import encode_multikey
from keys.ring import HeldKey
from keys.signing import generate_ed25519
from lti_tool.errors import InvalidFieldsError, NotFoundError
from lti_tool.lti.http import GuardedSession
from lti_tool.services.foreign.checking import ForeignParts
from lti_tool.services.foreign.deciding import confirm, refuse, withdraw
from lti_tool.services.foreign.handing_in import (
    A_DAY_AT_MOST,
    ForeignRefusedError,
    hand_in,
)
from lti_tool.services.foreign.listing import list_requests
from lti_tool.services.foreign.reading import fetch, read_text, read_upload
from lti_tool.store.rows import (
    ForeignCredentialRow,
    IssuerRow,
)
from tests.foreign import ACHIEVEMENT, College
from tests.pictures import a_png
from tests.towns import Town, a_town

_WIDE = str.maketrans("0123456789abcdef", "零一二三四五六七八九甲乙丙丁戊己")


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


def _of_our_name(college: College) -> bytes:
    """It calls itself by an address of ours, which a badge of ours may have."""
    return college.signed(college.badge(id="https://tool.example/credentials/1"))


def _of_a_long_name(college: College) -> bytes:
    """Its id is longer than what an index holds, and says nothing twice."""
    digits = "".join(sha256(str(number).encode()).hexdigest() for number in range(32))
    return college.signed(college.badge(id=f"urn:x:{digits[:1990].translate(_WIDE)}"))


def _of_no_name(college: College) -> bytes:
    """A token signs whatever its id is."""
    return sign_vc_jwt(college.badge(id="urn:x:a\0b"), college.token_key).encode()


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
    "an id too long": (_of_a_long_name, "id_unfit"),
    "an id that is no text": (_of_no_name, "id_unfit"),
    "an id of ours": (_of_our_name, "own_credential"),
    "another achievement": (
        lambda one: one.signed(achievement=f"{ACHIEVEMENT}/easier"),
        "another_achievement",
    ),
    "endorsement": (_endorsement, "not_a_badge"),
}


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


def test_who_hands_it_in_elsewhere_is_in_nobodys_way(town: Town) -> None:
    """Accounts of two LMSs may be one human being; and nobody decides for another program."""
    data = town.college.signed()
    there = a_town(town.runtime, town.college, organisation="quay")
    stranger = town.hand_in(data, "ben@else.example")
    assert stranger.state == "waiting"

    assert there.hand_in(data).state == "accepted"

    refuse(town.runtime.issuing, town.scope, stranger.id, reason="Of somebody else")
    ours = replace(town, ladder=town.ladder.for_another())
    assert ours.hand_in(data).state == "accepted"
    assert ours.standing() is there.standing() is Standing.HELD


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


def test_what_cannot_be_read_is_said(town: Town) -> None:
    """A file, a text and an address come down to the same bytes; the rest has its codes."""
    data = town.college.compact()
    baked = bake(a_png(), data)
    town.college.pages |= {"/a": data, "/p": baked, "/big": b"{" * 400_000, "/gone": 404}
    host = f"http://{town.college.host}"

    assert read_upload(data) == read_upload(baked) == read_text(f"\n{data.decode()} ") == data
    # Such a space is white to whoever verifies text, and no white space of bytes.
    assert read_upload(f"\xa0{data.decode()}\u2003".encode()) == data
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
