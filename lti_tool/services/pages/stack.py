"""Read models of microcredentials: what makes one, and how somebody stands with it."""

from dataclasses import dataclass
from datetime import datetime

from lti_tool.services.models import AchievementSummary
from lti_tool.services.pages.endorsements import EndorsementView
from lti_tool.services.pages.foreign import ForeignView, HandedInView
from lti_tool.services.pages.learner import OwnCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedView:
    """A credential of another issuer, and the badge as which it counts.

    `key` names it within its pathway. `title` and `issuer_name` may be empty: then the ids
    have to do, of which `url` is the achievement's where that is an address.
    """

    key: str
    badge: str
    title: str
    issuer_name: str
    achievement: str
    issuer: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayView:
    """What a microcredential asks; the sentence lives in components/pathway.html."""

    required: int
    titles: tuple[str, ...]
    is_ordered: bool
    on_revoked: str
    needs_sign_off: bool
    accepted: tuple[AcceptedView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """One badge of a microcredential and how somebody stands with it.

    `standing` is held, revoked, missing or placeholder; on a credential `other` where the
    badge is none of those that it names. `out_of_order` is held and does not count yet.
    `foreign` is the credential of another issuer by which it is held, or was.
    """

    title: str
    standing: str
    since: datetime | None = None
    revoked_at: datetime | None = None
    is_attested: bool = False
    out_of_order: bool = False
    url: str | None = None
    """The credential, for whoever may see it."""
    about_url: str | None = None
    """What the badge asks."""
    hand_in_url: str | None = None
    """Where a badge from elsewhere is handed in that counts as this one."""
    is_awaited: bool = False
    """Whether one was handed in, and a coordinator has still to confirm whose it is."""
    foreign: ForeignView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayPage:
    """What a microcredential is and asks, for anybody."""

    achievement: AchievementSummary
    narrative: str
    issuer_name: str
    issuer_url: str
    pathway: PathwayView
    components: tuple[ComponentView, ...]
    version_label: str
    state: str
    json_url: str
    tags: tuple[str, ...]
    attribution: str
    licence: str
    licence_url: str
    endorsements: tuple[EndorsementView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StackView:
    """A microcredential and how its learner stands with it; `state` as `PathwayState` has it."""

    achievement: AchievementSummary
    pathway: PathwayView
    state: str
    count_held: int
    components: tuple[ComponentView, ...]
    credential: OwnCredential | None
    about_url: str
    handed_in: tuple[HandedInView, ...] = ()
    hand_in_url: str | None = None
    """Where a badge from elsewhere is handed in; nothing where none is accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPage:
    """The microcredentials of the program behind an activity."""

    program_title: str
    stacks: tuple[StackView, ...]
    back_url: str
