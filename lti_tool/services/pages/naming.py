"""Read models of where an earner says whom their badges name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBadge:
    """A badge with the name that it bears; `is_chosen` where it is to change."""

    id: str
    title: str
    name: str
    has_address: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePage:
    """The form: the name, the address, and the badges that it is about."""

    name: str
    has_name: bool
    """Whether there is to be one."""
    address: str
    """What becomes of the hashed address: keep, put or take."""
    typed_address: str
    badges: tuple[NamedBadge, ...]
    changes_a_day: int
    preview_url: str
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePreviewPage:
    """What would change, before it does."""

    name: str
    has_name: bool
    address: str
    typed_address: str
    badges: tuple[NamedBadge, ...]
    """Those that would bear the new name, with the one that they bear now."""
    above: tuple[str, ...]
    """What is issued anew as well because it rests on one of them."""
    is_of_all: bool
    confirm_url: str
    edit_url: str
