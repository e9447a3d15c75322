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


_ID_BYTES, _AT_ONCE = 10, 256
_VERSION, _VARIANT = 7 << 76, 2 << 62
_RANDOM = (1 << 76) - 1 & ~(3 << 62)


def ordered_ids(at: datetime, random_bytes: RandomBytes) -> NewId:
    """Return what makes ids that sort by `at` (RFC 9562 section 5.7), for many rows at once.

    Rows that come together then stand together in each index, so that few of its pages change.
    74 bits are random; but they tell when, so nothing that is public is called by them.
    """
    first = int(at.timestamp() * 1000) << 80 | _VERSION | _VARIANT

    def ids() -> Iterator[UUID]:
        while True:
            # The system is asked once for many.
            some = random_bytes(_ID_BYTES * _AT_ONCE)
            for start in range(0, len(some), _ID_BYTES):
                number = int.from_bytes(some[start : start + _ID_BYTES])
                yield UUID(int=first | number & _RANDOM)

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
