"""Read models of the desk's page on which a coordinator accepts a badge from elsewhere."""

from dataclasses import dataclass

from lti_tool.services.pages.desk import DeskHead


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptForm:
    """What counts as which badge, as it was typed."""

    component: str = ""
    achievement: str = ""
    issuer: str = ""
    title: str = ""
    issuer_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptPage:
    """The form that accepts a badge from elsewhere; with `read_status`, as read from one.

    `text` and `url` are where it is to be read from.
    """

    head: DeskHead
    pathway: str
    form: AcceptForm
    components: tuple[tuple[str, str], ...]
    text: str
    url: str
    maximum_bytes: int
    read_status: str | None
    action_url: str
    back_url: str
