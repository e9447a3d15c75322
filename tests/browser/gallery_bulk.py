"""Awards from a file, and badges that were given again, in the gallery."""

from datetime import UTC, datetime

from lti_tool.services.models import FieldError
from lti_tool.services.pages.bulk import BulkFault, BulkPage
from lti_tool.services.pages.revoke import GivenView, RevokePage
from tests.browser import gallery_samples as s
from tests.browser.gallery_desk import HEAD, LONG_TITLE
from tests.browser.gallery_pages import Pages
from tests.browser.gallery_public import credential
from tests.browser.gallery_stack import replaced

AGAIN = datetime(2026, 11, 20, 15, 5, tzinfo=UTC)
BADGES = (("harbour-1", "Starting Well"), ("harbour-2", LONG_TITLE))
COUNTS = (("awarded", 1180), ("not_awarded", 41), ("already", 12), ("repeated", 1), ("refused", 6))
FAULTS = (
    BulkFault(row=2, who="Zoë Nakamura-Oyelaran", code="unknown_user", column="user", detail=""),
    BulkFault(row=7, who=s.LONG_NAME, code="unknown_level", column=LONG_TITLE, detail=""),
    BulkFault(row=7, who=s.LONG_NAME, code="number_range", column="Words", detail="0–10"),
    BulkFault(row=19, who="ليلى حداد", code="was_revoked", column="", detail="2026-10-02"),
    BulkFault(row=1204, who="0a61f9f2", code="open_in_review", column="", detail=""),
)


def bulk() -> Pages:
    """Return each step of it, and both credentials of somebody who was given a badge again."""
    asked = (
        FieldError(name="file", code="bulk_columns", detail="“Clarty”, “Depht”"),
        FieldError(name="source", code="required"),
    )
    reasonless = (FieldError(name="reason", code="required"),)
    return {
        "desk-bulk": ("desk/bulk.html", {"page": page("choose")}),
        "desk-bulk-errors": ("desk/bulk.html", {"page": page("choose"), "errors": asked}),
        "desk-bulk-checked": ("desk/bulk.html", {"page": page("checked", faults=FAULTS)}),
        "desk-bulk-checked-rtl": (
            "desk/bulk.html",
            {"page": page("checked", faults=FAULTS), "lang": "ar", "text_direction": "rtl"},
        ),
        "desk-bulk-running": ("desk/bulk.html", {"page": page("running")}),
        "desk-bulk-done": ("desk/bulk.html", {"page": page("done", faults=FAULTS[:1])}),
        "desk-revoke": ("desk/revoke.html", {"page": taking_back(), "errors": reasonless}),
        "desk-revoke-checked": ("desk/revoke.html", {"page": taking_back(is_checked=True)}),
        "desk-revoke-rtl": (
            "desk/revoke.html",
            {"page": taking_back(is_checked=True), "lang": "ar", "text_direction": "rtl"},
        ),
        "desk-revoke-none": ("desk/revoke.html", {"page": taking_back(given=())}),
        "credential-renewed": (
            "credentials/credential.html",
            {"page": replaced(credential("revoked"), renewed_on=AGAIN, renewed_url="#")},
        ),
        "credential-given-again": (
            "credentials/credential.html",
            {"page": replaced(credential("valid"), former_on=AGAIN, former_url="#")},
        ),
        "desk-bulk-empty": ("desk/bulk.html", {"page": page("choose", badges=())}),
    }


def page(
    step: str,
    *,
    faults: tuple[BulkFault, ...] = (),
    badges: tuple[tuple[str, str], ...] = BADGES,
) -> BulkPage:
    """Return one step."""
    is_chosen = step != "choose"
    return BulkPage(
        head=HEAD,
        step=step,
        badges=badges,
        badge="harbour-2",
        courses=(("c1", "Coaching in Community Colleges"),),
        course="",
        source="The department’s list of 2025",
        is_again=False,
        url="#",
        columns_url="#",
        back_url="#",
        most_rows=5000,
        text="user,A\nx,5\n" if is_chosen else "",
        total=1240 if is_chosen else 0,
        done=500 if step == "running" else 0,
        counts=COUNTS if is_chosen else (),
        count_to_write=1221 if step == "checked" else 0,
        faults=faults,
        count_more=3 if len(faults) > 1 else 0,
    )


GIVEN = tuple(
    GivenView(id=f"c{n}", name=name, given_on=AGAIN, is_attested=n == 1, is_chosen=n != 2)
    for n, name in enumerate(("Zoë Nakamura-Oyelaran", s.LONG_NAME, "ليلى حداد"))
)


def taking_back(*, is_checked: bool = False, given: tuple[GivenView, ...] = GIVEN) -> RevokePage:
    """Return the page that takes badges back."""
    return RevokePage(
        head=HEAD,
        is_checked=is_checked,
        badges=BADGES,
        badge="harbour-2",
        since="2026-11-20",
        until="",
        given=given,
        has_more=bool(given) and not is_checked,
        reason="The file had the wrong column." if is_checked else "",
        following=((s.LONG_NAME, "Harbour Coaching Microcredential"),) if is_checked else (),
        url="#",
        back_url="#",
    )
