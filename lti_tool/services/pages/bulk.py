"""Read models of awards from a file."""

from dataclasses import dataclass

from lti_tool.services.pages.desk import DeskHead


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkFault:
    """One thing that keeps a row from being taken; its words live in components/bulk.html."""

    row: int
    who: str
    """As the file says it."""
    code: str
    column: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPage:
    """Awards from a file: chosen, looked through, being awarded, or done.

    `step` is choose, checked, running or done. `text` is the file, which the page carries
    along: nothing of it is stored before it is awarded.
    """

    head: DeskHead
    step: str
    badges: tuple[tuple[str, str], ...]
    badge: str
    courses: tuple[tuple[str, str], ...]
    course: str
    source: str
    is_again: bool
    url: str
    columns_url: str
    back_url: str
    most_rows: int
    text: str = ""
    total: int = 0
    done: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    """How many rows came to what, in the order of `Outcome`."""
    count_to_write: int = 0
    faults: tuple[BulkFault, ...] = ()
    count_more: int = 0
    """Refused rows beyond those that are shown."""
