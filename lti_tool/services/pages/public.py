"""Read models of the world's side: achievements, credentials, evidence, verification."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lti_tool.services.models import (
    AchievementSummary,
    AnswerView,
    ArtefactView,
    CriterionEvidence,
    DefinitionFacts,
    ResultView,
    RubricView,
    RuleView,
)
from lti_tool.services.pages.stack import ComponentView, PathwayView


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One check: passed, failed or skipped. The words live in components/checks.html."""

    code: str
    state: str
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialPage:
    """A credential as its earner shows it: first whether it is valid, then everything."""

    status: str
    name: str
    issuer_name: str
    issuer_url: str
    issued_on: datetime
    expires_on: datetime | None
    revoked_at: datetime | None
    revocation_reason: str | None
    achievement: AchievementSummary
    achievement_url: str
    results: tuple[ResultView, ...]
    points: Decimal | None
    rules: tuple[RuleView, ...]
    level_source: str
    evidence_url: str | None
    checks: tuple[CheckView, ...]
    checked_at: datetime
    json_url: str
    jwt_url: str
    picture_url: str
    verify_url: str
    credential_id: str
    page_url: str
    is_owner: bool
    is_shared: bool
    attested_since: datetime | None = None
    """Since when the program attests that it was held: then nothing was assessed here."""
    pathway: PathwayView | None = None
    """What a microcredential asked; nothing on a badge."""
    components: tuple[ComponentView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentView:
    """A place in a framework that the achievement corresponds to."""

    framework: str
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementPage:
    """What a badge is and asks, for anybody."""

    achievement: AchievementSummary
    issuer_name: str
    issuer_url: str
    rubric: RubricView
    version_label: str
    state: str
    rubric_url: str
    json_url: str
    alignments: tuple[AlignmentView, ...]
    tags: tuple[str, ...]
    provenance: str | None
    is_practice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricPage:
    """The whole rubric, for anybody."""

    achievement: AchievementSummary
    achievement_url: str
    rubric: RubricView
    notes: tuple[str, ...]
    facts: DefinitionFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """What the earner lets the world see of the work."""

    credential_url: str
    achievement: AchievementSummary
    name: str
    answers: tuple[AnswerView, ...]
    artefacts: tuple[ArtefactView, ...]
    criteria: tuple[CriterionEvidence, ...]
    count_withheld: int
    is_attested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPage:
    """The form that takes any badge."""

    verify_url: str
    text: str
    url: str
    maximum_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """What was found out about a badge, check by check."""

    status: str
    name: str | None
    issuer_name: str | None
    issuer_id: str | None
    achievement_title: str | None
    issued_on: datetime | None
    expires_on: datetime | None
    is_ours: bool
    proof: str | None
    checks: tuple[CheckView, ...]
    form_url: str
    credential_url: str | None
    components: tuple[ComponentView, ...] = ()
    """The badges that a microcredential of ours rests on, with the status that each has now."""
    superseded_on: datetime | None = None
    """When the badge was issued anew, of which this is a former form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBadge:
    """One badge on its earner's own page. Private until they share it."""

    title: str
    program: str
    image_url: str
    image_alt: str
    name: str
    issuer_name: str
    issued_on: datetime
    revoked_on: datetime | None
    share_link: str | None
    share_url: str
    unshare_url: str
    json_url: str
    jwt_url: str
    picture_url: str
    linkedin_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """All that somebody earned, opened by their keep link."""

    name: str
    badges: tuple[KeptBadge, ...]
    verify_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPage:
    """What a keep link is; with `link` a new one, which is shown this once."""

    link: str
    qr_code: str
    """The link as a picture, a data URL."""
    mail_url: str
    made_on: datetime | None
    """When the link that lives was made."""
    make_url: str
    back_url: str
