"""Microcredentials in the gallery: the desk's pages, the learner's, the world's."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lti_tool.services.models import AchievementSummary, FieldError, Notice
from lti_tool.services.pages.accepting import AcceptForm, AcceptPage
from lti_tool.services.pages.learner import OwnCredential
from lti_tool.services.pages.pathways import (
    AttestedView,
    AttestPage,
    ChoiceView,
    DeskPathway,
    PathwayEditorPage,
    PathwayForm,
    PathwaysPage,
    PublishPathwayPage,
    WaitingView,
)
from lti_tool.services.pages.stack import (
    AcceptedView,
    ComponentView,
    PathwayPage,
    PathwayView,
    StackPage,
    StackView,
)
from tests.browser import gallery_samples as s
from tests.browser.gallery_desk import HEAD, LONG_TITLE
from tests.browser.gallery_pages import Pages
from tests.browser.gallery_public import credential

EARNED = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
TITLES = ("Starting Well", LONG_TITLE, "Plans That Hold", "A Course of Your Own")
WHOLE = PathwayView(
    required=4, titles=TITLES, is_ordered=False, on_revoked="revoke", needs_sign_off=False
)
ACCEPTED = (
    AcceptedView(
        key="a",
        badge=TITLES[2],
        title="Plans with students",
        issuer_name="North Shore Community College",
        achievement="https://badges.northshore.example/achievements/plans",
        issuer="did:web:badges.northshore.example",
        url="https://badges.northshore.example/achievements/plans",
    ),
    AcceptedView(
        key="b",
        badge=LONG_TITLE,
        title=s.RTL_NAME,
        issuer_name=s.RTL_NAME,
        achievement="urn:uuid:0f4b2d9e-3c1a-4f6e-9a64-2f6f3f4c9f10",
        issuer="https://school.example/issuer",
        url=None,
    ),
    AcceptedView(
        key="c",
        badge=LONG_TITLE,
        title="",
        issuer_name="",
        achievement=f"https://badges.elsewhere.example/achievements/{'0123456789' * 9}",
        issuer="did:web:badges.elsewhere.example:issuers:a-school-with-a-long-name",
        url=f"https://badges.elsewhere.example/achievements/{'0123456789' * 9}",
    ),
)
OPEN = replace(WHOLE, accepted=ACCEPTED)
SOME = replace(WHOLE, required=3, is_ordered=True, on_revoked="keep", needs_sign_off=True)
COMPONENTS = (
    ComponentView(title=TITLES[0], standing="held", since=EARNED, url="#", about_url="#"),
    ComponentView(
        title=TITLES[1], standing="held", since=EARNED, url="#", about_url="#", is_attested=True
    ),
    ComponentView(
        title=TITLES[2], standing="revoked", since=EARNED, revoked_at=LATER, url="#", about_url="#"
    ),
    ComponentView(title=TITLES[3], standing="missing", about_url="#"),
)
FORM = PathwayForm(
    title="Harbour Coaching Microcredential",
    description="Who holds it coaches fellow students, and looks back on a term of doing so.",
    image_alt="A quatrefoil with all four leaves filled",
    criteria_narrative="",
    components=("one", "two", "three"),
    count="all",
    needed="",
    order="any",
    on_revoked="revoke",
    sign_off="automatic",
    tags="coaching, student success",
    attribution="",
    licence_title="",
    licence_url="",
)


def stack() -> Pages:
    """Return the pages about microcredentials."""
    faults = (
        FieldError(name="components", code="repeated_component", subject=TITLES[1]),
        FieldError(name="accepted-b", code="accepts_for_none", subject=TITLES[3]),
        FieldError(name="needed", code="needed_too_many", detail="3"),
        FieldError(name="description", code="required"),
    )
    changed = (Notice(kind="warning", code="desk_pathway_changed"),)
    asked = (FieldError(name="source", code="required"),)
    own_issuer = (FieldError(name="issuer", code="accepts_own"),)
    unread = (
        FieldError(name="credential", code="credential_unproved"),
        FieldError(name="component", code="choose_component"),
        FieldError(name="achievement", code="not_an_id"),
    )
    return {
        "desk-stack": ("desk/stack.html", {"page": pathways()}),
        "desk-stack-empty": ("desk/stack.html", {"page": pathways(empty=True)}),
        "desk-pathway": ("desk/pathway.html", {"page": editor()}),
        "desk-pathway-errors": (
            "desk/pathway.html",
            {"page": editor(pathway=None), "errors": faults, "notices": changed},
        ),
        "desk-pathway-rtl": (
            "desk/pathway.html",
            {"page": editor(), "lang": "ar", "text_direction": "rtl"},
        ),
        "desk-accept": ("desk/accept.html", {"page": accept(read_status=None)}),
        "desk-accept-read": (
            "desk/accept.html",
            {"page": accept(form=READ), "errors": own_issuer, "text_direction": "ltr"},
        ),
        "desk-accept-errors": (
            "desk/accept.html",
            {"page": accept(read_status=None, text="{}", url="https://"), "errors": unread},
        ),
        "desk-accept-rtl": (
            "desk/accept.html",
            {"page": accept(form=READ), "lang": "ar", "text_direction": "rtl"},
        ),
        "desk-pathway-publish": (
            "desk/publish_pathway.html",
            {"page": publishing(pathway=replace(SOME, accepted=ACCEPTED))},
        ),
        "desk-pathway-publish-slots": (
            "desk/publish_pathway.html",
            {"page": publishing(undefined=TITLES[2:], due=(), following=(), waiting=())},
        ),
        "desk-attest": ("desk/attest.html", {"page": attest(), "errors": asked}),
        "desk-attest-nobody": ("desk/attest.html", {"page": attest(learners=(), name="Zo")}),
        "learner-stack": ("learner/stack.html", {"page": own(a_stack(), a_stack("stands"))}),
        "learner-stack-states": (
            "learner/stack.html",
            {
                "page": own(
                    a_stack("not_defined"),
                    a_stack("awaits_sign_off"),
                    a_stack("met"),
                    a_stack("unmet"),
                )
            },
        ),
        "learner-stack-none": ("learner/stack.html", {"page": own()}),
        "credential-pathway": ("credentials/pathway.html", {"page": pathway()}),
        "credential-microcredential": (
            "credentials/credential.html",
            {"page": microcredential("valid")},
        ),
        "credential-attested": (
            "credentials/credential.html",
            {"page": replaced(credential("valid"), attested_since=EARNED, results=())},
        ),
    }


def pathways(*, empty: bool = False) -> PathwaysPage:
    """Return the desk's list."""
    first = DeskPathway(
        title=FORM.title,
        state="published",
        version=2,
        published_at=EARNED,
        published_by=s.LONG_NAME,
        has_draft=True,
        pathway=WHOLE,
        undefined=(),
        count_holders=31,
        url="#",
    )
    draft = replace(
        first,
        title=LONG_TITLE,
        state="draft",
        published_at=None,
        pathway=SOME,
        undefined=TITLES[2:],
        count_holders=0,
    )
    return PathwaysPage(
        head=HEAD,
        pathways=() if empty else (first, draft),
        waiting=()
        if empty
        else tuple(
            WaitingView(earner_id=name, name=name, achievement_id="1", title=FORM.title)
            for name in ("Rosa Quintero Ibáñez", s.LONG_NAME, s.RTL_NAME)
        ),
        attested=()
        if empty
        else (
            AttestedView(
                name=s.RTL_NAME,
                badge=TITLES[0],
                held_since=EARNED,
                source="The list of the department, spring term",
                attested_by="Cleo Coordinator",
                is_revoked=True,
            ),
        ),
        add_url="#",
        sign_off_url="#",
        attest_url="#",
        overdue=() if empty else (s.LONG_NAME, s.RTL_NAME),
        overdue_hash="0",
        overdue_url="#",
    )


def editor(*, pathway: PathwayView | None = WHOLE) -> PathwayEditorPage:
    """Return the form."""
    return PathwayEditorPage(
        head=HEAD,
        form=FORM,
        base="0" * 64,
        state="draft",
        version=2,
        published_at=None,
        components=tuple(
            ChoiceView(slug=slug, title=title, is_open=slug != "three")
            for slug, title in zip(FORM.components, TITLES, strict=False)
        ),
        others=(ChoiceView(slug="four", title=TITLES[3], is_open=True),),
        accepted=ACCEPTED,
        accept_url="#",
        pathway=pathway,
        count_holders=0,
        url="#",
        publish_url="#",
        back_url="#",
        public_url="#",
    )


READ = AcceptForm(
    component="two",
    achievement=ACCEPTED[2].achievement,
    issuer=ACCEPTED[2].issuer,
    title=s.RTL_NAME,
    issuer_name=s.LONG_NAME,
)


def accept(**changes: Any) -> AcceptPage:  # noqa: ANN401 - a sample's own fields
    """Return the form that accepts a badge from elsewhere."""
    values: dict[str, Any] = {
        "head": HEAD,
        "pathway": FORM.title,
        "form": AcceptForm(),
        "components": tuple(zip(FORM.components, TITLES, strict=False)),
        "text": "",
        "url": "",
        "maximum_bytes": 1_000_000,
        "read_status": "valid",
        "action_url": "#",
        "back_url": "#",
    } | changes
    return AcceptPage(**values)


def publishing(**changes: Any) -> PublishPathwayPage:  # noqa: ANN401 - a sample's own fields
    """Return what publishing would do."""
    values: dict[str, Any] = {
        "head": HEAD,
        "title": FORM.title,
        "description": FORM.description,
        "pathway": SOME,
        "due": ("Rosa Quintero Ibáñez", s.LONG_NAME, s.RTL_NAME),
        "following": ("Aiko Mori",),
        "waiting": ("Ben Okafor",),
        "undefined": (),
        "hash": "0",
        "note": "",
        "url": "#",
        "edit_url": "#",
    } | changes
    return PublishPathwayPage(**values)


def attest(**changes: Any) -> AttestPage:  # noqa: ANN401 - a sample's own fields
    """Return the form that attests."""
    values: dict[str, Any] = {
        "head": HEAD,
        "learners": (("1", s.LONG_NAME), ("2", s.RTL_NAME)),
        "has_more": True,
        "name": "",
        "badges": tuple(enumerate(TITLES)),
        "learner": "2",
        "badge": "",
        "held_since": "2025-05-04",
        "source": "",
        "url": "#",
        "back_url": "#",
    } | changes
    return AttestPage(**values)


def summary() -> AchievementSummary:
    """Return the head of the microcredential."""
    return AchievementSummary(
        title=FORM.title,
        description=FORM.description,
        program="Harbour Coaching Program",
        position=None,
        total_in_stack=None,
        image_url=s.PICTURE,
        image_alt=FORM.image_alt,
        criteria_url="#",
    )


def a_stack(state: str = "unmet") -> StackView:
    """Return one microcredential on its learner's page."""
    held = tuple(replace(COMPONENTS[0], title=title) for title in TITLES)
    empty = replace(COMPONENTS[3], standing="placeholder", about_url=None)
    components = {
        "stands": held,
        "awaits_sign_off": held,
        "met": held,
        "not_defined": (*COMPONENTS[:2], empty, empty),
        "unmet": (COMPONENTS[0], replace(COMPONENTS[1], out_of_order=True), *COMPONENTS[2:]),
    }[state]
    is_there = state in {"stands", "unmet"}
    return StackView(
        achievement=summary(),
        pathway=SOME if state == "awaits_sign_off" else WHOLE,
        state=state,
        count_held=sum(one.standing == "held" for one in components),
        components=components,
        credential=own_credential(is_revoked=state == "unmet") if is_there else None,
        about_url="#",
    )


def own_credential(*, is_revoked: bool) -> OwnCredential:
    """Return the learner's credential."""
    return OwnCredential(
        page_url="#",
        json_url="#",
        jwt_url="#",
        image_url=s.PICTURE,
        image_alt=FORM.image_alt,
        share_link="https://badges.example/s/x7Yk2-Qm",
        shows="with_levels",
        has_levels=False,
        share_url="#",
        unshare_url="#",
        evidence_url=None,
        keep_url="#",
        issued_on=EARNED,
        revoked_on=LATER if is_revoked else None,
        status="revoked" if is_revoked else "valid",
    )


def own(*stacks: StackView) -> StackPage:
    """Return the learner's page."""
    return StackPage(program_title="Harbour Coaching Program", stacks=stacks, back_url="#")


def pathway() -> PathwayPage:
    """Return what the microcredential is."""
    return PathwayPage(
        achievement=summary(),
        narrative="It stands for a term of coaching, from the first agreement to a look back.",
        issuer_name="Harbour College",
        issuer_url="#",
        pathway=OPEN,
        components=(*COMPONENTS[:3], replace(COMPONENTS[3], standing="placeholder", about_url="")),
        version_label="1",
        state="published",
        json_url="#",
        tags=("coaching", "student success"),
        attribution="By Harbour College.",
        licence="CC BY 4.0",
        licence_url="#",
    )


def microcredential(status: str) -> s.Model:
    """Return the page of a microcredential's credential."""
    return replaced(
        credential(status),
        achievement=summary(),
        results=(),
        rules=(),
        points=None,
        evidence_url=None,
        pathway=replace(WHOLE, required=2),
        components=(*COMPONENTS[:3], replace(COMPONENTS[3], standing="other")),
    )


def replaced(page: s.Model, **changes: object) -> s.Model:
    """Return a page with other fields."""
    return s.Model(**(vars(page) | changes))
