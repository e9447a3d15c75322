"""Badges of other issuers in the gallery: handing one in, how it stands, deciding about it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from lti_tool.services.models import FieldError, Notice
from lti_tool.services.pages.foreign import ForeignRequest, ForeignView, HandedInView
from lti_tool.services.pages.handing_in import HandInPage, RefusalView, RequestLine, RequestPage
from lti_tool.services.pages.public import CheckView, KeptPage
from tests.browser import gallery_samples as s
from tests.browser.gallery_desk import HEAD, LONG_TITLE
from tests.browser.gallery_pages import Pages
from tests.browser.gallery_public import kept_badge
from tests.browser.gallery_stack import (
    ACCEPTED,
    COMPONENTS,
    EARNED,
    FORM,
    LATER,
    OPEN,
    TITLES,
    a_stack,
    microcredential,
    own,
    pathways,
    replaced,
)

ID = UUID("0f4b2d9e-3c1a-4f6e-9a64-2f6f3f4c9f10")
HANDED_IN = datetime(2026, 10, 2, 8, 0, tzinfo=UTC)
VIEW = ForeignView(
    id=ID,
    pathway_id=ID,
    pathway_title=FORM.title,
    component="three",
    component_title=TITLES[2],
    title="Plans with students",
    issuer_name="North Shore Community College",
    issuer_id="did:web:badges.northshore.example",
    subject_name="R. Quintero",
    earned_at=EARNED,
    valid_until=None,
    handed_in_at=HANDED_IN,
    state="waiting",
    address="another",
    holder_basis=None,
    reason="",
    decided_at=None,
    checked_at=LATER,
    check_outcome="valid",
    failing_since=None,
    revoked_at=None,
    url="#",
    can_withdraw=True,
)
COUNTS = replace(VIEW, state="accepted", holder_basis="email", decided_at=HANDED_IN)
FOREIGN = (
    replace(COMPONENTS[2], standing="held", url=None, foreign=COUNTS),
    replace(
        COMPONENTS[2],
        title=TITLES[1],
        url=None,
        foreign=replace(
            COUNTS,
            title=f"{LONG_TITLE} {LONG_TITLE}",
            issuer_name=s.RTL_NAME,
            revoked_at=LATER,
        ),
    ),
)
"""A slot that is met from elsewhere, and one that was until its issuer took it back."""
OPEN_SLOT = replace(COMPONENTS[3], hand_in_url="#", is_awaited=True)
CHECKS = tuple(
    CheckView(code=code, state="passed")
    for code in ("form", "context", "schema", "key", "signature", "validity", "status")
)
BROKEN = (
    *CHECKS[:4],
    CheckView(code="signature", state="failed", detail="signature"),
    CheckView(code="validity", state="skipped"),
    CheckView(code="status", state="skipped"),
)


def foreign() -> Pages:
    """Return the pages about badges of other issuers."""
    nothing = (FieldError(name="url", code="answered_status", detail="404"),)
    unsaid = (FieldError(name="confirm_reason", code="reason_required"),)
    why = (FieldError(name="refuse_reason", code="reason_required"),)
    said = (Notice(kind="success", code="foreign_waiting"),)
    slots = replace(
        a_stack(),
        pathway=OPEN,
        components=(COMPONENTS[0], *FOREIGN, OPEN_SLOT),
        handed_in=handed_in(),
        hand_in_url="#",
        credential=None,
    )
    fresh = replace(
        slots, handed_in=(), components=(*COMPONENTS[:2], *slots.components[3:], FOREIGN[0])
    )
    return {
        "learner-hand-in": ("learner/hand_in.html", {"page": hand_in()}),
        "learner-hand-in-refused": (
            "learner/hand_in.html",
            {
                "page": hand_in(refusal=RefusalView(code="not_valid_broken", checks=BROKEN)),
                "had_file": True,
            },
        ),
        "learner-hand-in-errors": (
            "learner/hand_in.html",
            {
                "page": hand_in(url="https://badges.northshore.example/1", knows_address=False),
                "errors": nothing,
            },
        ),
        "learner-hand-in-rtl": (
            "learner/hand_in.html",
            {
                "page": hand_in(refusal=RefusalView(code="not_accepted", checks=())),
                "lang": "ar",
                "text_direction": "rtl",
            },
        ),
        "learner-hand-in-nothing": ("learner/hand_in.html", {"page": hand_in(accepted=())}),
        "learner-stack-foreign": (
            "learner/stack.html",
            {"page": own(slots, fresh), "notices": said},
        ),
        "learner-stack-foreign-rtl": (
            "learner/stack.html",
            {"page": own(slots), "lang": "ar", "text_direction": "rtl"},
        ),
        "desk-stack-foreign": (
            "desk/stack.html",
            {"page": replace(pathways(), from_elsewhere=lines())},
        ),
        "desk-foreign": ("desk/foreign.html", {"page": request(lines()[0])}),
        "desk-foreign-errors": (
            "desk/foreign.html",
            {
                "page": request(lines()[1], outcome="unreachable", checks=BROKEN),
                "errors": (*unsaid, *why),
            },
        ),
        "desk-foreign-own": ("desk/foreign.html", {"page": request(is_own(lines()[0]))}),
        "desk-foreign-counts": ("desk/foreign.html", {"page": request(lines()[2])}),
        "desk-foreign-rtl": (
            "desk/foreign.html",
            {"page": request(lines()[1]), "lang": "ar", "text_direction": "rtl"},
        ),
        "keep-home-foreign": ("keep/home.html", {"page": a_kept_page()}),
        "credential-foreign": (
            "credentials/credential.html",
            {
                "page": replaced(
                    microcredential("valid"),
                    components=(COMPONENTS[0], *FOREIGN, replace(COMPONENTS[3], standing="other")),
                )
            },
        ),
    }


def a_kept_page() -> KeptPage:
    """Return an earner's own page with a microcredential that rests on one from elsewhere."""
    given = replace(kept_badge(2), components=(COMPONENTS[0], *FOREIGN))
    lost = replace(kept_badge(3), components=(COMPONENTS[0], FOREIGN[1]))
    return KeptPage(name=s.LONG_NAME, badges=(given, lost), verify_url="#", name_url="#")


def handed_in() -> tuple[HandedInView, ...]:
    """Return one in every state."""
    failing = replace(COUNTS, failing_since=LATER)
    views = {
        "waiting": replace(VIEW, title=f"{LONG_TITLE} {LONG_TITLE}", issuer_name=s.LONG_NAME),
        "counts": COUNTS,
        "refused": replace(
            VIEW,
            state="refused",
            decided_at=LATER,
            reason="The college says that it gave this to somebody else.",
            title=s.RTL_NAME,
            issuer_name="",
        ),
        "revoked": replace(COUNTS, revoked_at=LATER),
        "expired": replace(failing, check_outcome="expired"),
        "unchecked": replace(failing, check_outcome="unreachable"),
        "broken": replace(failing, check_outcome="broken"),
    }
    stays = {"refused", "counts"}
    return tuple(
        HandedInView(view=view, status=status, withdraw_url=None if status in stays else "#")
        for status, view in views.items()
    )


def hand_in(**changes: Any) -> HandInPage:  # noqa: ANN401 - a sample's own fields
    """Return the form."""
    values: dict[str, Any] = {
        "pathway": FORM.title,
        "accepted": ACCEPTED,
        "choices": (("two", LONG_TITLE), ("three", TITLES[2])),
        "component": "",
        "text": "",
        "url": "",
        "maximum_bytes": 300_000,
        "knows_address": True,
        "refusal": None,
        "action_url": "#",
        "back_url": "#",
    } | changes
    return HandInPage(**values)


def lines() -> tuple[RequestLine, ...]:
    """Return the desk's list."""
    people = ("Rosa Quintero Ibáñez", s.LONG_NAME, s.RTL_NAME, "Ben Okafor")
    views = (
        handed_in()[0].view,
        replace(VIEW, address="unsaid", subject_name="", issuer_name="", title=s.RTL_NAME),
        replace(COUNTS, holder_basis="confirmed", reason="She showed her page there."),
        replace(COUNTS, failing_since=LATER, check_outcome="unreachable"),
    )
    return tuple(
        RequestLine(
            request=ForeignRequest(
                view=view,
                learner_id=ID,
                learner_name=name,
                decided_by="Cleo Coordinator",
                is_own=False,
            ),
            name=name,
            status=status,
            url="#",
        )
        for name, view, status in zip(
            people, views, ("waiting", "waiting", "counts", "unchecked"), strict=True
        )
    )


def is_own(line: RequestLine) -> RequestLine:
    """Return the coordinator's own."""
    return replace(line, request=replace(line.request, is_own=True))


def request(line: RequestLine, **changes: Any) -> RequestPage:  # noqa: ANN401 - a sample's own fields
    """Return one that a coordinator decides about."""
    values: dict[str, Any] = {
        "head": HEAD,
        "line": line,
        "outcome": "valid",
        "checks": CHECKS,
        "confirm_reason": "",
        "refuse_reason": "",
        "confirm_url": "#",
        "refuse_url": "#",
        "back_url": "#",
    } | changes
    return RequestPage(**values)
