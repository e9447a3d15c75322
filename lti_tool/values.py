"""Frozen values that every layer of the tool may know."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

Clock = Callable[[], datetime]
"""Returns the present instant, timezone-aware, in UTC."""

NewId = Callable[[], UUID]
"""Returns a fresh random UUID."""

RandomBytes = Callable[[int], bytes]
"""Returns that many bytes from a cryptographic source."""

RandomToken = Callable[[], str]
"""Returns a fresh URL-safe secret of at least 256 bits."""


_AT_ONCE = 256
_VARIANT, _VARIANT_BITS = 2 << 62, 3 << 62
_VERSION, _VERSION_BITS = 76, 15 << 76
_BEHIND_TIME = 80
"""Bits of an ordered id behind those that tell when."""


def random_ids(random_bytes: RandomBytes) -> NewId:
    """Return what makes random ids (RFC 9562 section 5.4), for many rows at once."""
    return _ids(4 << _VERSION, 16, random_bytes)


def ordered_ids(at: datetime, random_bytes: RandomBytes) -> NewId:
    """Return what makes ids that sort by `at` (RFC 9562 section 5.7), for many rows at once.

    Rows that come together then stand together in each index, so that few of its pages change.
    74 bits are random; but they tell when, so nothing that is public is called by them.
    """
    milliseconds = int(at.timestamp() * 1000)
    return _ids(milliseconds << _BEHIND_TIME | 7 << _VERSION, _BEHIND_TIME // 8, random_bytes)


def _ids(fixed: int, length: int, random_bytes: RandomBytes) -> NewId:
    """Return what makes ids of which as many bytes, from the end, are random."""
    fixed |= _VARIANT
    free = (1 << 8 * length) - 1 & ~(_VARIANT_BITS | _VERSION_BITS)

    def ids() -> Iterator[UUID]:
        while True:
            # The system is asked once for many.
            some = random_bytes(length * _AT_ONCE)
            for start in range(0, len(some), length):
                number = int.from_bytes(some[start : start + length])
                yield UUID(int=fixed | number & free)

    return ids().__next__


class Role(StrEnum):
    """What a person may be in a context, read from membership roles only.

    An assistant (LTI: teaching assistant, grader) rates like an instructor;
    whether they also release is the program's to say. An administrator
    configures and never rates.
    """

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    ASSISTANT = "assistant"
    ADMINISTRATOR = "administrator"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The authority over one course's data. Made only from an accepted launch."""

    deployment_id: UUID
    context_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramScope:
    """The authority over one program's data. Made only for one of its coordinators."""

    program_id: UUID
    organisation_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One accepted launch: who is here, in which course, from which link.

    `ref` is what stands in URLs after `/l/`: the launch's id, with its token
    behind a dot where the browser sends no cookie. `email` is the person's, as the platform
    says; empty where it does not.
    """

    id: UUID
    ref: str
    scope: Scope
    user_id: UUID
    earner_id: UUID
    registration_id: UUID
    organisation_id: UUID
    resource_link_id: UUID | None
    roles: frozenset[Role]
    is_test_user: bool = False
    email: str = field(default="", repr=False)
    started_at: datetime

    def has(self, role: Role) -> bool:
        """Whether the launch carries `role`."""
        return role in self.roles
