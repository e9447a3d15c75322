"""Read models of the world's side: achievements, credentials, evidence, verification."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lti_tool.services.models import (
    AchievementSummary,
    DefinitionFacts,
    ResultView,
    RubricView,
    RuleView,
)
from lti_tool.services.pages.endorsements import EndorsementView
from lti_tool.services.pages.stack import ComponentView, PathwayView


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One check: passed, failed, warned or skipped. The words live in components/checks.html."""

    code: str
    state: str
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """A credential that belongs to another one, or an endorsement; its words are its issuer's.

    `kind` is component, embedded or endorsement; `state` passed, failed, warned or skipped.
    Name and issuer are empty where nobody stands behind them.
    """

    kind: str
    state: str
    code: str
    id: str
    name: str
    issuer_name: str
    comment: str
    checks: tuple[CheckView, ...]
    parts: tuple["PartView", ...] = ()


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
    """The badge's picture as PNG, with the credential in it."""
    svg_url: str | None
    """The same as SVG, of a picture that is drawn."""
    card_url: str
    """The picture that stands for it where a link to it is shared."""
    verify_url: str
    credential_id: str
    page_url: str
    is_owner: bool
    is_shared: bool
    hides_levels: bool = False
    """Whether its earner shows it without the result in each competency."""
    attested_since: datetime | None = None
    """Since when the program attests that it was held: then nothing was assessed here."""
    pathway: PathwayView | None = None
    """What a microcredential asked; nothing on a badge."""
    components: tuple[ComponentView, ...] = ()
    renewed_on: datetime | None = None
    """When the badge was given again after this one was taken back, for who may see both."""
    renewed_url: str | None = None
    former_on: datetime | None = None
    """When an earlier one was taken back; only its earner ever reads that here."""
    former_url: str | None = None
    kit_url: str | None = None
    """Where its earner gets all that it takes to check it offline; nobody else does."""
    record_url: str | None = None
    """The learner record of a microcredential, for whoever may have it."""
    endorsements: tuple[EndorsementView, ...] = ()
    """Those that it carries, as they are now."""
    evidence_settings_url: str | None = None
    """Where its earner sets what others see of the work, if any was handed in here."""
    name_url: str | None = None
    """Where its earner says whom it names."""


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
    endorsements: tuple[EndorsementView, ...] = ()
    """Those that badges carry which are issued now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricPage:
    """The whole rubric, for anybody."""

    achievement: AchievementSummary
    achievement_url: str
    rubric: RubricView
    notes: tuple[str, ...]
    facts: DefinitionFacts


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
    kind: str = "badge"
    """Or record, or endorsement; empty where it is not known."""
    parts: tuple[PartView, ...] = ()
    """The credentials that it rests on or holds, each as it is now."""
    endorsements: tuple[PartView, ...] = ()
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
    shows: str
    """What the link shows: with_levels or without_levels."""
    has_levels: bool
    """Whether there is anything to choose."""
    share_url: str
    unshare_url: str
    evidence_url: str | None
    """Where its earner sets what others see of the work, if any was handed in here."""
    json_url: str
    jwt_url: str
    picture_url: str
    svg_url: str | None
    kit_url: str
    record_url: str | None
    """The learner record, of a microcredential."""
    linkedin_url: str | None
    components: tuple[ComponentView, ...] = ()
    """The badges that make a microcredential, as they stand now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """All that somebody earned, opened by their keep link."""

    name: str
    badges: tuple[KeptBadge, ...]
    verify_url: str
    name_url: str
    """Where they say whom their badges name."""


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
    name_url: str
    """Where they say whom their badges name."""
    back_url: str
