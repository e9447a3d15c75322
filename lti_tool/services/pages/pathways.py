"""Read models of the desk's pages about microcredentials."""

from dataclasses import dataclass
from datetime import datetime

from lti_tool.services.pages.desk import DeskHead
from lti_tool.services.pages.handing_in import RequestLine
from lti_tool.services.pages.stack import AcceptedView, PathwayView


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPathway:
    """One microcredential of a program; `state` as on pills."""

    title: str
    state: str
    version: int
    published_at: datetime | None
    published_by: str
    has_draft: bool
    pathway: PathwayView | None
    """What it asks; nothing while it has no badges."""
    undefined: tuple[str, ...]
    """Badges of it that are not open: until they are, nobody can earn it."""
    count_holders: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """Somebody who waits for a sign-off."""

    earner_id: str
    name: str
    achievement_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestedView:
    """An award that a coordinator attested."""

    name: str
    badge: str
    held_since: datetime
    source: str
    attested_by: str
    is_revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwaysPage:
    """The microcredentials of a program, who waits for one, and what was attested."""

    head: DeskHead
    pathways: tuple[DeskPathway, ...]
    waiting: tuple[WaitingView, ...]
    attested: tuple[AttestedView, ...]
    add_url: str
    sign_off_url: str
    attest_url: str
    overdue: tuple[str, ...] = ()
    """Names of people who have earned one that no award has brought them."""
    from_elsewhere: tuple[RequestLine, ...] = ()
    """Badges of other issuers that wait for a word, or count."""
    overdue_hash: str = ""
    overdue_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayForm:
    """A pathway as its form has it: text as it was typed, choices by their codes."""

    title: str
    description: str
    image_alt: str
    criteria_narrative: str
    components: tuple[str, ...]
    count: str
    """`all` or `some`."""
    needed: str
    order: str
    """`any` or `ordered`."""
    on_revoked: str
    sign_off: str
    """`automatic` or `coordinator`."""
    tags: str
    attribution: str
    licence_title: str
    licence_url: str
    dropped: str = ""
    """Which accepted credential no longer counts, by its key; none where it is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceView:
    """A badge of the program that counts, or could."""

    slug: str
    title: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayEditorPage:
    """The form of one microcredential."""

    head: DeskHead
    form: PathwayForm
    base: str
    """The hash of the version that the form was made from."""
    state: str
    version: int
    published_at: datetime | None
    components: tuple[ChoiceView, ...]
    others: tuple[ChoiceView, ...]
    accepted: tuple[AcceptedView, ...]
    accept_url: str
    pathway: PathwayView | None
    """What it asks as it is saved; nothing while that cannot be said."""
    count_holders: int
    url: str
    publish_url: str
    back_url: str
    public_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPathwayPage:
    """What publishing would do: who would earn it now, and who would wait."""

    head: DeskHead
    title: str
    description: str
    pathway: PathwayView
    due: tuple[str, ...]
    following: tuple[str, ...]
    """Who gets it once a badge from elsewhere is verified."""
    waiting: tuple[str, ...]
    undefined: tuple[str, ...]
    hash: str
    note: str
    url: str
    edit_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestPage:
    """The form that attests an earlier award; values as they were typed."""

    head: DeskHead
    learners: tuple[tuple[str, str], ...]
    has_more: bool
    """Whether more learners match than are listed."""
    name: str
    badges: tuple[tuple[str, str], ...]
    learner: str
    badge: str
    held_since: str
    source: str
    url: str
    back_url: str
