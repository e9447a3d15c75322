"""The rest of the gallery: the world's side, errors, and the two pages of the launch."""

from dataclasses import replace
from decimal import Decimal

import segno

from lti_tool.services.pages.evidence import EvidenceSettingsPage, PieceView, RemovedView
from lti_tool.services.pages.naming import NamedBadge, NamePage, NamePreviewPage
from lti_tool.services.pages.public import KeepPage, KeptBadge, KeptPage
from tests.browser import gallery_samples as s
from tests.browser.gallery_pages import Pages, error
from tests.browser.gallery_samples import Model, model

CODES = ("form", "context", "schema", "signature", "key", "issuer", "status", "validity", "subject")


def credentials() -> Pages:
    """Return the pages that anyone may see."""
    template = "credentials/credential.html"
    return {
        "credential-valid": (template, {"page": credential("valid")}),
        "credential-without-levels": (
            template,
            {"page": credential("valid", hides_levels=True)},
        ),
        "credential-revoked": (template, {"page": credential("revoked")}),
        "credential-rtl": (
            template,
            {"page": credential("valid", s.RTL_NAME), "lang": "ar", "text_direction": "rtl"},
        ),
        "credential-private": ("credentials/private.html", {"page": model("PrivatePage")}),
        "credential-achievement": ("credentials/achievement.html", {"page": achievement()}),
        "credential-rubric": (
            "credentials/rubric.html",
            {
                "page": model(
                    "RubricPage",
                    achievement=s.achievement(),
                    achievement_url="#",
                    rubric=s.rubric("tasks"),
                    facts=model(
                        "DefinitionFacts",
                        origin="transcribed",
                        source_name="source.txt",
                        source_sha256="0" * 64,
                        changes="The words are unchanged; notes are additions.",
                        open_questions=("Which tasks make up the totals?",),
                        findings=(
                            model(
                                "FindingView",
                                severity="warning",
                                place="rubric/criteria/presence",
                                text="Nothing says under which licence the text (own) is.",
                                reason="It is the program's own.",
                            ),
                        ),
                    ),
                    notes=("The source spells one abbreviation in two ways; both are kept.",),
                )
            },
        ),
        "credential-evidence": ("credentials/evidence.html", {"page": evidence()}),
        "credential-evidence-empty": (
            "credentials/evidence.html",
            {"page": evidence(empty=True)},
        ),
        "verify-form": ("verify/form.html", {"page": verify()}),
        "verify-form-error": (
            "verify/form.html",
            {"page": verify(), "errors": (error("credential", "nothing_given"),)},
        ),
        "verify-report": ("verify/report.html", {"page": report("valid")}),
        "verify-report-broken": ("verify/report.html", {"page": report("broken")}),
        "verify-report-unreadable": ("verify/report.html", {"page": report("unreadable")}),
    }


def checks(status: str) -> tuple[Model, ...]:
    """Return the checks of a credential that is in this state."""
    failed = {"broken": "signature", "revoked": "status", "unreadable": "form"}.get(status)
    return tuple(
        model(
            "CheckView",
            code=code,
            state="failed" if code == failed else "passed",
            detail="Something in it was changed." if code == failed == "signature" else None,
        )
        for code in CODES
    )


def credential(
    status: str,
    name: str = "Rosa Quintero Ibáñez",
    endorsements: tuple[object, ...] = (),
    *,
    hides_levels: bool = False,
) -> Model:
    """Return the page of one credential."""
    return model(
        "CredentialPage",
        status=status,
        name=name,
        issuer_name="Harbour College",
        issuer_url="#",
        issued_on=s.LATER,
        expires_on=None,
        revoked_at=s.LATER if status == "revoked" else None,
        revocation_reason="The recording belonged to another learner.",
        achievement=s.achievement(),
        achievement_url="#",
        results=() if hides_levels else s.results(1, 0, 1, 1),
        points=None if hides_levels else Decimal(14),
        rules=s.RULES,
        level_source="assessor",
        evidence_url="#",
        checks=checks(status),
        checked_at=s.LATER,
        json_url="#",
        jwt_url="#",
        picture_url="#",
        svg_url="#",
        card_url="#",
        kit_url="#",
        verify_url="#",
        credential_id="https://badges.example/credentials/0a3f7c1e-5d1f-4a39-9a53-4a1f3a0c9b77",
        page_url="https://badges.example/s/x7Yk2-Qm",
        is_owner=not hides_levels,
        evidence_settings_url=None if hides_levels else "#",
        name_url=None if hides_levels else "#",
        is_shared=status != "valid",
        hides_levels=hides_levels,
        pathway=None,
        components=(),
        attested_since=None,
        renewed_on=None,
        renewed_url=None,
        former_on=None,
        former_url=None,
        endorsements=endorsements,
    )


def achievement() -> Model:
    """Return the public page of a badge."""
    return model(
        "AchievementPage",
        achievement=s.achievement(),
        issuer_name="Harbour College",
        issuer_url="#",
        rubric=s.rubric("tasks"),
        version_label="Version 1",
        state="valid",
        rubric_url="#",
        json_url="#",
        alignments=(
            model("AlignmentView", framework="An invented framework", name="Listening", url="#"),
        ),
        tags=("coaching", "listening"),
        provenance="Made up for practice.",
        is_practice=True,
    )


def evidence(*, empty: bool = False) -> Model:
    """Return the evidence that its earner shows."""
    return model(
        "EvidencePage",
        achievement=s.achievement(),
        name="Rosa Quintero Ibáñez",
        answers=() if empty else s.ANSWERS,
        artefacts=() if empty else s.ARTEFACTS[2:],
        criteria=() if empty else s.EVIDENCE,
        count_withheld=2,
        is_attested=False,
        removed=() if empty else (RemovedView(kind="video", removed_on=s.LATER),),
        settings_url=None if empty else "#",
    )


def evidence_settings(*, is_kept: bool = False) -> EvidenceSettingsPage:
    """Return where an earner says what others see."""
    answer = PieceView(
        source="answer:story",
        kind="answer",
        title="What changed for your student",
        detail="She came in saying that…",
        is_shown=True,
        obstacle=None,
        has_others=False,
    )
    file = replace(answer, source="a", detail="", is_shown=False)
    return EvidenceSettingsPage(
        title="Listening Closely",
        pieces=(
            answer,
            replace(file, kind="pdf", title="A-very-long-name-" * 5 + ".pdf", is_shown=True),
            replace(file, kind="video", title="A conversation.mp4", has_others=True),
            replace(file, kind="audio", title=s.RTL_NAME, obstacle="not_consented"),
            replace(file, kind="image", title="The board.jpg", obstacle="for_assessors"),
            replace(file, kind="video", title="", obstacle="removed", removed_on=s.LATER),
        ),
        is_shared=not is_kept,
        is_revoked=False,
        save_url="#",
        preview_url="#",
        withdraw_url="#",
        remove_url="#",
        removable_from=s.LATER if is_kept else None,
        public_url="https://badges.harbour.example/evidence/0a3f7c1e-5d1f-4a39-9a53-4a1f3a0c9b77",
        back_url="#",
    )


def verify() -> Model:
    """Return the form that takes a credential."""
    return model("VerifyPage", verify_url="#", text="", url="", maximum_bytes=1_000_000)


def report(status: str, **changes: object) -> Model:
    """Return the report on a credential; `changes` are members to replace."""
    is_known = status != "unreadable"
    values: dict[str, object] = {
        "status": status,
        "name": "Rosa Quintero Ibáñez" if is_known else None,
        "issuer_name": "Harbour College" if is_known else None,
        "issuer_id": "did:web:badges.example:issuers:harbour" if is_known else None,
        "achievement_title": "Listening" if is_known else None,
        "issued_on": s.LATER if is_known else None,
        "expires_on": None,
        "is_ours": True,
        "proof": "eddsa-rdfc-2022" if is_known else None,
        "checks": checks(status),
        "form_url": "#",
        "credential_url": "#" if status == "valid" else None,
    }
    return model("ReportPage", **values | changes)


def kept() -> Pages:
    """Return an earner's own page, and what leads there."""
    page = KeptPage(
        name=s.LONG_NAME,
        badges=tuple(kept_badge(number) for number in range(1, 4)),
        verify_url="#",
        name_url="#",
    )
    link = "https://badges.harbour.example/keep/3Zr9nB0cXv7Yk2LqWm5Ts8Du1Ej4Fh6A/"
    new = KeepPage(
        link=link,
        qr_code=segno.make(link, error="m").svg_data_uri(scale=6, border=2),
        mail_url="mailto:?body=x",
        made_on=s.NOON,
        make_url="#",
        name_url="#",
        back_url="#",
    )
    return {
        "keep-home": ("keep/home.html", {"page": page}),
        "keep-home-empty": ("keep/home.html", {"page": replace(page, badges=(), name="")}),
        "keep-evidence": ("keep/evidence.html", {"page": evidence_settings()}),
        "keep-evidence-kept": (
            "keep/evidence.html",
            {"page": evidence_settings(is_kept=True), "lang": "ar", "text_direction": "rtl"},
        ),
        "keep-name": ("keep/name.html", {"page": naming()}),
        "keep-name-errors": (
            "keep/name.html",
            {
                "page": replace(naming(), address="put", typed_address="rosa"),
                "errors": (error("name", "required"), error("typed_address", "not_an_address")),
            },
        ),
        "keep-name-empty": ("keep/name.html", {"page": replace(naming(), badges=())}),
        "keep-name-preview": ("keep/name_preview.html", {"page": naming_preview()}),
        "keep-ended": ("keep/ended.html", {}),
        "learner-keep": ("learner/keep.html", {"page": replace(new, link="", made_on=None)}),
        "learner-keep-made": ("learner/keep.html", {"page": replace(new, link="")}),
        "learner-keep-new": ("learner/keep.html", {"page": new}),
    }


def naming() -> NamePage:
    """Return where an earner says whom their badges name."""
    badge = NamedBadge(
        id="1", title="Listening Closely", name=s.LONG_NAME, has_address=False, is_chosen=True
    )
    return NamePage(
        name=s.LONG_NAME,
        has_name=True,
        address="keep",
        typed_address="",
        badges=(
            badge,
            replace(badge, id="2", title="Staying Present", name=s.RTL_NAME, has_address=True),
            replace(badge, id="3", title="Growth", name="", is_chosen=False),
        ),
        changes_a_day=3,
        preview_url="#",
        back_url="#",
    )


def naming_preview() -> NamePreviewPage:
    """Return what a new name would change."""
    return NamePreviewPage(
        name="Rosa Quintero",
        has_name=True,
        address="put",
        typed_address="rosa@example.org",
        badges=naming().badges[:2],
        above=("Academic Coaching Microcredential",),
        is_of_all=True,
        confirm_url="#",
        edit_url="#",
    )


def kept_badge(number: int) -> KeptBadge:
    """Return one badge: private, shown, revoked."""
    return KeptBadge(
        title=(
            "Listening Closely",
            "An Academic Coaching Microcredential for Everybody",
            s.RTL_NAME,
        )[number - 1],
        program="Harbour Coaching Program",
        image_url=s.BADGE,
        image_alt="",
        name=s.LONG_NAME,
        issuer_name="Harbour College",
        issued_on=s.NOON,
        revoked_on=s.LATER if number == 3 else None,
        share_link="https://badges.harbour.example/s/Yk2LqWm5Ts8Du1Ej" if number > 1 else None,
        shows="without_levels" if number == 2 else "with_levels",
        has_levels=number < 3,
        share_url="#",
        unshare_url="#",
        evidence_url="#" if number == 1 else None,
        json_url="#",
        jwt_url="#",
        picture_url="#",
        svg_url="#",
        record_url="#" if number == 1 else None,
        kit_url="#",
        linkedin_url="#" if number > 1 else None,
    )


def edges() -> Pages:
    """Return errors and the pages of the launch."""
    refused = model("RefusedPage", reason="cookies", reference="R7K2-QF", advice="")
    return {
        "error-refused": ("errors/refused.html", {"page": refused}),
        "error-pending": (
            "errors/pending_deployment.html",
            {
                "page": model(
                    "PendingPage",
                    platform_name="Harbour College Moodle",
                    issuer="https://moodle.harbour.example",
                    client_id="tZq81yAo",
                    deployment_id="14",
                    command="quatrefoil platforms approve tZq81yAo 14",
                    reference="R7K2-QF",
                )
            },
        ),
        "error-session-ended": (
            "errors/session_ended.html",
            {"page": model("SessionEndedPage", reference="R7K2-QF")},
        ),
        "error-not-found": ("errors/not_found.html", {}),
        "error-error": ("errors/error.html", {"reference": "R7K2-QF"}),
        "lti-login": (
            "lti/login.html",
            {
                "page": model(
                    "LoginPage",
                    authorization_url="/error-not-found",
                    storage_target=None,
                    storage_origin="https://lms.example",
                    storage_key="key",
                    storage_value="value",
                    cookie_check_url="/cookie",
                    new_window_url="#",
                )
            },
        ),
        "lti-storage-launch": (
            "lti/storage_launch.html",
            {
                "page": model(
                    "StorageLaunchPage",
                    finish_url="/finish",
                    state="state",
                    id_token="token",
                    storage_target="_parent",
                    storage_origin="https://lms.example",
                    storage_key="key",
                )
            },
        ),
    }
