"""Pages about what belongs to a credential: its parts, and who endorses it."""

from lti_tool.services.pages.endorsements import EndorsementView
from lti_tool.services.pages.public import CheckView, PartView
from tests.browser import gallery_samples as s
from tests.browser.gallery_pages import Pages
from tests.browser.gallery_public import checks, credential, report
from tests.browser.gallery_samples import Model


def verifying() -> Pages:
    """Return the reports on credentials with parts, and a badge with endorsements."""
    template = "verify/report.html"
    return {
        "verify-report-record": (template, {"page": report_of_parts("part_lost")}),
        "verify-report-part-broken": (template, {"page": report_of_parts("part_broken")}),
        "verify-report-record-rtl": (
            template,
            {"page": report_of_parts("part_lost"), "lang": "ar", "text_direction": "rtl"},
        ),
        "credential-endorsed": ("credentials/credential.html", {"page": endorsed_credential()}),
    }


def a_part(state: str, code: str, *, name: str = "Listening", **changes: object) -> PartView:
    """Return a part of a credential as a report shows it."""
    values: dict[str, object] = {
        "kind": "embedded",
        "state": state,
        "code": code,
        "id": "https://badges.example/credentials/0a3f7c1e-5d1f-4a39-9a53-4a1f3a0c9b77",
        "name": name,
        "issuer_name": "Harbour College" if name else "",
        "comment": "",
        "checks": tuple(
            CheckView(code=one, state="passed")
            for one in ("binding", "form", "signature", "status")
        ),
    } | changes
    return PartView(**values)  # type: ignore[arg-type]  # a test's own keywords


def report_of_parts(status: str) -> Model:
    """Return the report on a learner record: every way in which a part can come out."""
    is_broken = status == "part_broken"
    inside = (a_part("passed", "ok"), a_part("skipped", "not_public", name=""))
    endorsement = a_part(
        "passed",
        "ok",
        name="Endorsement of Listening",
        kind="endorsement",
        issuer_name=s.LONG_NAME,
        comment="Our members read the rubric and would hire by it.\n\nקראנו את המחוון.",
    )
    withdrawn = a_part("warned", "revoked", name="Endorsement of the college", kind="endorsement")
    return report(
        status,
        kind="record",
        checks=(
            *checks("valid"),
            CheckView(code="parts", state="failed" if is_broken else "warned", detail="digest"),
            CheckView(code="associations", state="passed"),
            CheckView(code="endorsements", state="warned", detail="revoked"),
        ),
        parts=(
            a_part("warned", "revoked", name="Academic Coaching", parts=inside),
            a_part("failed" if is_broken else "passed", "digest" if is_broken else "ok"),
            a_part("passed", "ok", name=s.LONG_NAME * 2),
        ),
        endorsements=(endorsement, withdrawn),
    )


def endorsed_credential() -> Model:
    """Return the page of a badge that carries endorsements, one of them withdrawn."""
    views = tuple(
        EndorsementView(
            endorser_name=name,
            endorser_id="did:web:employers.example:issuers:board",
            comment=comment,
            of_issuer=of_issuer,
            since=s.LATER,
            withdrawn_on=s.LATER if of_issuer else None,
            is_ours=False,
            url="#",
        )
        for name, comment, of_issuer in (
            (s.LONG_NAME, "Our members read the rubric and would hire by it.", False),
            ("איגוד המעסיקים", "", True),
        )
    )
    return credential("valid", endorsements=views)
