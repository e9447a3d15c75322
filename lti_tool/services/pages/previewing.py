"""Read models of looking at a badge as others would see it."""

from dataclasses import dataclass

from lti_tool.services.models import AchievementSummary, RuleView
from lti_tool.services.pages.desk import DeskHead
from lti_tool.services.pages.editor import BadgeHead


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage:
    """Frames of the same page, as wide as a phone and as wide as there is room."""

    badge: BadgeHead
    edit_url: str
    kinds: tuple[tuple[str, str], ...]
    """Codes and addresses of what can be looked at; the words live in desk/preview.html."""
    kind: str
    frame_url: str
    """Empty: it cannot be shown yet."""
    lacks: tuple[str, ...]

    @property
    def head(self) -> DeskHead:
        """What `desk/base.html` asks of every page."""
        return self.badge.desk


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialPreview:
    """A credential as it would be, of nobody and unsigned."""

    achievement: AchievementSummary
    issuer_name: str
    name: str
    rules: tuple[RuleView, ...]
    document: str
    """The unsigned document, for reading."""
