"""Whom a row means: an account that the platform named, in a course, and nobody by guessing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.bulk.columns import RowFault, RowFaultsError
from lti_tool.services.bulk.ground import Ground
from lti_tool.services.bulk.reading import FileRow
from lti_tool.store import bulk
from lti_tool.store.bulk import Member
from lti_tool.values import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The accounts that some rows may mean, once for each course."""

    by_sub: Mapping[str, Sequence[Member]]
    by_name: Mapping[str, Sequence[Member]]


def load_people(session: Session, ground: Ground, rows: Collection[FileRow]) -> People:
    """Return the accounts that some rows may mean, in one query for all."""
    found: dict[tuple[UUID, UUID], Member] = {}
    members = bulk.list_members(
        session,
        ground.program.organisation_id,
        context_ids=frozenset().union(*ground.courses.values()),
        subs={row.user for row in rows if row.user},
        names={row.name for row in rows if not row.user and row.name},
    )
    for one in members:
        found[one.user_id, one.context_id] = one
    by_sub, by_name = defaultdict(list), defaultdict(list)
    for one in found.values():
        by_sub[one.sub].append(one)
        by_name[one.name].append(one)
    return People(by_sub=by_sub, by_name=by_name)


def find_learner(
    people: People, row: FileRow, contexts: frozenset[UUID]
) -> tuple[Member, frozenset[UUID]]:
    """Return the one account that a row means, and in which of the courses it learns.

    Raises:
        RowFaultsError: nobody or several, no learner, a test account, or another's name.
    """
    if not row.user and not row.name:
        raise RowFaultsError(RowFault(code="nobody_named"))
    named = people.by_sub.get(row.user, ()) if row.user else people.by_name.get(row.name, ())
    here = [one for one in named if one.context_id in contexts]
    learning = [one for one in here if Role.LEARNER.value in one.roles.split() and not one.is_test]
    if not learning:
        raise RowFaultsError(RowFault(code=_why_not(named, here), column=_column(row)))
    first = learning[0]
    if any(one.user_id != first.user_id for one in learning):
        raise RowFaultsError(RowFault(code="several_people", column=_column(row)))
    if row.user and row.name and first.name and not _is_same(row.name, first.name):
        raise RowFaultsError(RowFault(code="other_name", column="name"))
    return first, frozenset(one.context_id for one in learning)


def find_courses(
    ground: Ground, named: str, *, achievement_ids: Collection[UUID]
) -> frozenset[UUID]:
    """Return the courses that a row may mean: those it names, or those that open the badges.

    Raises:
        RowFaultsError: no course of the organisation is called that.
    """
    if named:
        found = ground.courses.get(named.casefold())
        if not found:
            raise RowFaultsError(RowFault(code="unknown_course", column="course"))
        return found
    return frozenset(one for id_ in achievement_ids for one in ground.opening.get(id_, ()))


def _why_not(named: Sequence[Member], here: Sequence[Member]) -> str:
    if not named:
        return "unknown_user"
    if not here:
        return "not_in_course"
    return "test_account" if any(one.is_test for one in here) else "no_learner"


def _column(row: FileRow) -> str:
    return "user" if row.user else "name"


def _is_same(one: str, other: str) -> bool:
    return one.split() == other.split() or one.casefold().split() == other.casefold().split()
