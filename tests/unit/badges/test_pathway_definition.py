"""Pathway definitions: bytes and back, what keeps one from publishing, what a credential says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.credential import build_credential, check_before_signing
from badges.definition import DefinitionState
from badges.errors import (
    InvalidCredentialError,
    InvalidDefinitionError,
    PathwayNotPublishableError,
    PublishedDefinitionError,
    UnpublishedDefinitionError,
)
from badges.pathway import AcceptedCredential, OnRevoked
from badges.pathway_definition import (
    PathwayDefinition,
    find_faults,
    parse_pathway,
    pathway_hash,
    publish_pathway,
    serialize_pathway,
    unfit_fields,
)
from badges.pathway_faults import PathwayFault, PathwayFaultCode
from badges.pathway_publication import StackedBadge, achievement_of_pathway, binding_of
from rubrics.model import Licence
from tests.credentials import a_held_badge, a_microcredential, an_issuer, some_facts

BADGES = ("one", "two", "three")


def a_pathway(**changes: object) -> PathwayDefinition:
    """A draft that could be published."""
    values: dict[str, object] = {
        "id": "stack",
        "title": "Stack",
        "program": "harbour",
        "state": DefinitionState.DRAFT,
        "description": "All of it.",
        "image_alt": "A full quatrefoil",
        "components": BADGES,
    } | changes
    return PathwayDefinition(**values)  # type: ignore[arg-type]  # a test's own keywords


def an_accepted(**changes: str) -> AcceptedCredential:
    """A credential from elsewhere that counts as the second badge."""
    values = {
        "component": "two",
        "achievement": "https://college.example.org/achievements/coaching",
        "issuer": "did:web:college.example.org",
    } | changes
    return AcceptedCredential(**values)


SLUGS = st.sampled_from((*BADGES, "stack", "elsewhere"))
ACCEPTED = st.builds(
    AcceptedCredential,
    component=SLUGS,
    achievement=st.sampled_from(
        (
            "https://college.example.org/achievements/1",
            "https://college.example.org/\u00e9?a=1#b",
            "urn:uuid:0f4b2d9e-3c1a-4f6e-9a64-2f6f3f4c9f10",
            "did:key:z6Mkf#1",
        )
    ),
    issuer=st.sampled_from(("https://college.example.org/issuer", "did:web:college.example.org")),
    title=st.sampled_from(("", "Coaching, first part")),
    issuer_name=st.sampled_from(("", "\u05de\u05db\u05dc\u05dc\u05d4")),
)


@st.composite
def pathways(draw: st.DrawFn) -> PathwayDefinition:
    """Any draft that a coordinator could save."""
    return a_pathway(
        description=draw(st.sampled_from(("", "What it is."))),
        image_alt=draw(st.sampled_from(("", "A leaf"))),
        components=tuple(draw(st.lists(SLUGS, max_size=5))),
        needed=draw(st.none() | st.integers(0, 6)),
        is_ordered=draw(st.booleans()),
        on_revoked=draw(st.sampled_from(OnRevoked)),
        needs_sign_off=draw(st.booleans()),
        accepts=tuple(draw(st.lists(ACCEPTED, max_size=4))),
        tags=draw(st.sampled_from(((), ("coaching",)))),
        licence=draw(st.sampled_from((None, Licence(title="CC0", url="https://example.org/cc0")))),
        attribution=draw(st.sampled_from(("", "By Harbour College."))),
    )


@given(pathways())
def test_bytes_and_back(definition: PathwayDefinition) -> None:
    """Every draft is stored and read as it is, and equal ones have equal hashes."""
    read = parse_pathway(serialize_pathway(definition))

    assert read == definition
    assert pathway_hash(read) == pathway_hash(definition)


@given(pathways())
def test_what_has_no_fault_can_be_walked(definition: PathwayDefinition) -> None:
    """Publishing says no exactly where a fault is named; what is published is a pathway."""
    faults = find_faults(definition, BADGES)

    if faults:
        with pytest.raises(PathwayNotPublishableError) as caught:
            publish_pathway(definition, BADGES)
        assert caught.value.faults == faults
    else:
        published = publish_pathway(definition, BADGES)
        assert published.is_published
        for slug in BADGES:
            of_one = published.accepted_for(slug)
            assert len({one.key for one in of_one}) == len(of_one)
        assert {one.component for one in published.accepts} <= set(published.components)
        assert 1 <= published.pathway.required <= len(published.components)
        with pytest.raises(PublishedDefinitionError):
            publish_pathway(published, BADGES)


def test_without_accepted_credentials_the_bytes_are_as_before() -> None:
    """What was published earlier keeps its hash: it names nothing that it does not have."""
    assert b"accepts" not in serialize_pathway(a_pathway())


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"achievement": "http://college.example.org/1"}, "accepts/0/achievement"),
        ({"achievement": "college.example.org/1"}, "accepts/0/achievement"),
        ({"achievement": "https://college.example.org/a b"}, "accepts/0/achievement"),
        ({"achievement": "https://college.example.org/1\n"}, "accepts/0/achievement"),
        ({"achievement": "javascript:alert(1)"}, "accepts/0/achievement"),
        ({"achievement": "https://college.example.org/>" + "a" * 9}, "accepts/0/achievement"),
        ({"achievement": "https://" + "a" * 2000}, "accepts/0/achievement"),
        ({"issuer": "urn:uuid:0f4b2d9e-3c1a-4f6e-9a64-2f6f3f4c9f10"}, "accepts/0/issuer"),
        ({"issuer": "https://"}, "accepts/0/issuer"),
        ({"component": "Two"}, "accepts/0/component"),
        ({"title": "two\nlines"}, "accepts/0/title"),
    ],
)
def test_what_is_accepted_is_named_by_addresses(changes: dict[str, str], place: str) -> None:
    """Anything that no credential can be compared with is neither written nor read."""
    with pytest.raises(InvalidDefinitionError) as caught:
        serialize_pathway(a_pathway(accepts=(an_accepted(**changes),)))

    assert caught.value.place == place
    assert unfit_fields(an_accepted(**changes)) == (place.rpartition("/")[2],)


def test_every_field_that_cannot_be_stored_is_named() -> None:
    """A form says all of them at once; empty names are nothing that lacks."""
    nothing = AcceptedCredential(component="", achievement="", issuer="")

    assert unfit_fields(nothing) == ("component", "achievement", "issuer")
    assert unfit_fields(an_accepted()) == ()


def test_no_more_is_accepted_than_people_can_look_through() -> None:
    """A hundred at most."""
    many = tuple(
        an_accepted(achievement=f"https://college.example.org/{number}") for number in range(101)
    )

    assert len(parse_pathway(serialize_pathway(a_pathway(accepts=many[:100]))).accepts) == 100
    with pytest.raises(InvalidDefinitionError):
        serialize_pathway(a_pathway(accepts=many))


def test_what_is_wrong_with_an_accepted_credential_is_told_at_its_place() -> None:
    """It counts as a badge that counts, is named once, and comes from elsewhere."""
    accepts = (
        an_accepted(),
        an_accepted(component="elsewhere"),
        an_accepted(title="By another name"),
        an_accepted(issuer="did:web:badges.example.edu"),
        an_accepted(component="one"),
    )
    definition = a_pathway(accepts=accepts)

    faults = find_faults(definition, BADGES, own_issuers={"did:web:badges.example.edu"})

    assert faults == (
        PathwayFault(
            field="accepts",
            code=PathwayFaultCode.ACCEPTS_FOR_NONE,
            subject="elsewhere",
            position=1,
        ),
        PathwayFault(
            field="accepts", code=PathwayFaultCode.ACCEPTS_REPEATED, subject="two", position=2
        ),
        PathwayFault(field="accepts", code=PathwayFaultCode.ACCEPTS_OWN, subject="two", position=3),
    )
    with pytest.raises(PathwayNotPublishableError):
        publish_pathway(
            a_pathway(accepts=accepts[3:4]), BADGES, own_issuers={"did:web:badges.example.edu"}
        )


@pytest.mark.parametrize("document", [b"", b"{}", b'{"id": "stack"}', b"[]"])
def test_other_bytes_are_no_pathway(document: bytes) -> None:
    """They are refused, not repaired."""
    with pytest.raises(InvalidDefinitionError):
        parse_pathway(document)


def test_a_title_that_the_reader_would_refuse_is_not_written() -> None:
    """What is stored can always be read again."""
    with pytest.raises(InvalidDefinitionError):
        serialize_pathway(a_pathway(title="two\nlines"))


def test_a_draft_has_no_achievement() -> None:
    """Nothing of it may be issued."""
    with pytest.raises(UnpublishedDefinitionError):
        achievement_of_pathway(
            a_pathway(),
            [],
            id_="https://badges.example.edu/achievements/1",
            version="1",
            creator=an_issuer(),
            criteria_url="https://badges.example.edu/achievements/1/criteria",
            image_url="https://badges.example.edu/achievements/1/image.svg",
        )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "all 3 of these 3"),
        ({"needed": 2}, "at least 2 of these 3"),
        ({"is_ordered": True}, "in this order"),
        ({"needs_sign_off": True}, "signs it off"),
        (
            {"accepts": (an_accepted(title="Coaching [1]", issuer_name="College"),)},
            (
                r"- as \*two\*: Coaching \[1\] <https://college.example.org/achievements/coaching>"
                " of College <did:web:college.example.org>"
            ),
        ),
        (
            {"accepts": (an_accepted(),)},
            (
                r"- as \*two\*: <https://college.example.org/achievements/coaching>"
                " of <did:web:college.example.org>"
            ),
        ),
        ({"attribution": "By Harbour."}, "**Credit.** By Harbour."),
    ],
)
def test_the_criteria_say_what_it_takes(changes: dict[str, object], words: str) -> None:
    """A stranger reads the rule, and follows a link to each badge; titles are no markup."""
    definition = publish_pathway(a_pathway(**changes), BADGES)
    achievement = achievement_of_pathway(
        definition,
        [
            StackedBadge(title=f"*{slug}*", url=f"https://badges.example.edu/{slug}")
            for slug in BADGES
        ],
        id_="https://badges.example.edu/achievements/1",
        version="1",
        creator=an_issuer(),
        criteria_url="https://badges.example.edu/achievements/1/criteria",
        image_url="https://badges.example.edu/achievements/1/image.svg",
    )

    assert words in achievement.criteria_narrative
    assert r"[\*one\*](https://badges.example.edu/one)" in achievement.criteria_narrative


@pytest.mark.parametrize("is_said_twice", [False, True])
def test_a_credential_says_what_it_was_given_for(
    is_said_twice: bool,  # noqa: FBT001 - a table of cases
) -> None:
    """By results or by words, never by neither and never by both."""
    document = build_credential(a_microcredential())
    check_before_signing(document)
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)
    if is_said_twice:
        whole = build_credential(some_facts())["credentialSubject"]
        assert isinstance(whole, dict)
        subject["achievement"], subject["result"] = whole["achievement"], whole["result"]
    else:
        del subject["narrative"]

    with pytest.raises(InvalidCredentialError):
        check_before_signing(document)


def test_a_badge_cannot_be_bound_twice() -> None:
    """An id leads to one thing: two bindings of one badge to different bytes are refused."""
    one = a_held_badge(1)
    related = (binding_of(one), binding_of(replace(one, document=b"other bytes")))

    with pytest.raises(InvalidCredentialError):
        check_before_signing(build_credential(a_microcredential(related=related)))
