"""What a tampering is: a change to something we issue, and what each judge says of it."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, cast

from badges.checks import CheckState


class Form(StrEnum):
    """What the bytes are."""

    EMBEDDED = "json"
    TOKEN = "jwt"
    PNG = "png"
    SVG = "svg"


class Judge(StrEnum):
    """Who else speaks the format. Every other one refuses what we refuse."""

    DIGITAL_BAZAAR = "Digital Bazaar"
    JOSE = "jose"
    OPENBADGESLIB = "openbadgeslib"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tampering:
    """Bytes that somebody changed, the check of ours that refuses them, and its code.

    Where only a part is at fault, and not from its beginning, the check is warned or not made,
    and `parts` are the places at fault. `lists` are what is served under the URLs of status
    lists; `accepted_by` are the judges that take it all the same, each with the reason.
    """

    name: str
    form: Form
    data: bytes
    check: str
    code: str
    state: CheckState = CheckState.FAILED
    parts: tuple[str, ...] = ()
    lists: Mapping[str, bytes] = field(default_factory=dict)
    accepted_by: Mapping[Judge, str] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """The name of a file with these bytes."""
        return f"{self.name.replace(',', '').replace(' ', '-')}.{self.form}"


REMOVED: Final = object()


def edited(document: Mapping[str, object], *path: str | int, to: object) -> dict[str, object]:
    """Return the document with one other value at a path of names and positions."""
    copy: Any = deepcopy(dict(document))
    *way, last = path
    place = copy
    for step in way:
        place = place[step]
    if to is REMOVED:
        del place[last]
    else:
        # What does not change is no tampering.
        assert isinstance(place, list) or place.get(last) != to
        place[last] = to
    return cast("dict[str, object]", copy)
