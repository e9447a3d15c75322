"""Read models of pages about badges of other issuers: handing one in, and deciding about it."""

from dataclasses import dataclass

from lti_tool.services.pages.desk import DeskHead
from lti_tool.services.pages.foreign import ForeignRequest
from lti_tool.services.pages.public import CheckView
from lti_tool.services.pages.stack import AcceptedView


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalView:
    """Why something does not count; with what its verification found, where it came to that."""

    code: str
    checks: tuple[CheckView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInPage:
    """The form on which a learner hands in a badge of another issuer.

    `choices` are the badges as which something that is accepted counts, where that is more
    than one; `knows_address` says whether the LMS tells whose address somebody has.
    """

    pathway: str
    accepted: tuple[AcceptedView, ...]
    choices: tuple[tuple[str, str], ...]
    component: str
    text: str
    url: str
    maximum_bytes: int
    knows_address: bool
    refusal: RefusalView | None
    action_url: str
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """One badge of another issuer in the desk's list; `status` as of `HandedInView`."""

    request: ForeignRequest
    name: str
    status: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """One badge of another issuer, as a coordinator decides about it.

    `checks` are what verifying it found just now, and `outcome` what that amounts to.
    """

    head: DeskHead
    line: RequestLine
    outcome: str
    checks: tuple[CheckView, ...]
    confirm_reason: str
    refuse_reason: str
    confirm_url: str
    refuse_url: str
    back_url: str
