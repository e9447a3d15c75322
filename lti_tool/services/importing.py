"""Definitions from files, into installed programs and out of them."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import (
    AchievementDefinition,
    DefinitionState,
    Origin,
    Provenance,
    parse_definition,
)
from badges.licensing import allows_redistribution
from lti_tool.errors import ConflictError, NotAllowedError, NotFoundError
from lti_tool.services.badge_versions import add_achievement, add_version, rewrite
from lti_tool.services.publishing import check_licence
from lti_tool.store import organisations, versions
from lti_tool.store.rows import AchievementRow, AchievementVersionRow, ProgramRow
from lti_tool.values import Clock, NewId
from rubrics.model import Rubric, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledDefinition:
    """A version of a badge."""

    number: int
    definition: AchievementDefinition
    open_submissions: int
    """Pinned to this version, and not finished."""


def import_definition(
    session: Session,
    definition: AchievementDefinition,
    *,
    program: str,
    organisation: str | None = None,
    is_new: bool = False,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    """Put a definition into an installed program as a draft; return that version.

    A draft takes the place of the one before; a published version stays as it is, and
    the draft is the next one. What `is_new` takes no place at all.

    Raises:
        NotFoundError: no such program.
        ConflictError: `ambiguous`: several organisations have it; `unchanged`: the newest
            version says the same; `achievement_exists`: it is new, and there is one.
        NotAllowedError: `licence`: its licence forbids what was changed.
    """
    owner = get_program(session, program, organisation=organisation)
    placed = replace(
        definition,
        program=owner.slug,
        state=definition.state if definition.is_placeholder else DefinitionState.DRAFT,
    )
    check_licence(session, owner, placed)
    achievement = versions.find_achievement(session, owner.id, placed.id)
    if achievement is None:
        version = add_achievement(session, owner, placed, clock=clock, new_id=new_id)
    elif achievement.kind != "badge":
        raise ConflictError(
            f"{owner.slug} has a microcredential {placed.id}: give the badge another id",
            code="achievement_exists",
        )
    elif is_new:
        raise ConflictError(
            f"{owner.slug} has a badge {placed.id}, and a table holds no more than its rubric: "
            "give the rubric another title, or export the badge as YAML and change that",
            code="achievement_exists",
        )
    else:
        version = _next_version(session, owner, achievement, placed, clock=clock, new_id=new_id)
    session.flush()
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=None,
        program_id=owner.id,
        action="achievement.imported",
        subject_id=version.id,
        text=f"version {version.number}",
    )
    return version


def definition_of_rubric(rubric: Rubric, *, program: str, source: Source) -> AchievementDefinition:
    """Return a draft around a rubric that came in a table: nothing is asked for yet."""
    return AchievementDefinition(
        id=rubric.id,
        title=rubric.title,
        program=program,
        state=DefinitionState.DRAFT,
        origin=Origin.OWN,
        description=f"Made from the table {source.name}.",
        provenance=Provenance(source=source),
        rubric=rubric,
    )


def find_installed(
    session: Session, name: str, *, organisation: str | None = None
) -> InstalledDefinition:
    """Return the newest version of a badge by its slug, or another one by `slug@number`.

    Raises:
        NotFoundError: no such badge or version.
        ConflictError: `ambiguous`: several organisations have it.
    """
    slug, _, number = name.partition("@")
    found = organisations.list_achievements_called(session, slug, organisation=organisation)
    if not found:
        raise NotFoundError(f"no badge {slug!r} in an installed program, and no file {name!r}")
    if len(found) > 1:
        raise ConflictError(
            f"several programs have {slug}: name one with --organisation", code="ambiguous"
        )
    version: AchievementVersionRow | None
    if number:
        is_number = number.isascii() and number.isdigit() and len(number) < len("1000000")
        version = versions.find_version(session, found[0].id, int(number)) if is_number else None
    else:
        version = organisations.get_latest_version(session, found[0].id)
    if version is None:
        raise NotFoundError(f"badge {slug!r} has no version {number!r}")
    return InstalledDefinition(
        number=version.number,
        definition=parse_definition(version.document),
        open_submissions=versions.count_open_submissions(session, version.id),
    )


def list_program(
    session: Session, slug: str, *, organisation: str | None = None
) -> tuple[AchievementDefinition, ...]:
    """Return the newest definitions of an installed program.

    Raises: as `get_program`.
    """
    return _definitions(session, get_program(session, slug, organisation=organisation).id)


def get_program(session: Session, slug: str, *, organisation: str | None = None) -> ProgramRow:
    """Return an installed program by its slug.

    Raises:
        NotFoundError: no such program.
        ConflictError: `ambiguous`: several organisations have it.
    """
    found = versions.list_programs_called(session, slug, organisation=organisation)
    if not found:
        raise NotFoundError(
            f"no program {slug!r} is installed: `quatrefoil programs install` installs one"
        )
    if len(found) > 1:
        raise ConflictError(
            f"several organisations have {slug}: name one with --organisation", code="ambiguous"
        )
    return found[0]


def check_may_leave(definition: AchievementDefinition, *, is_private: bool) -> None:
    """Pass when a definition may be written into a file.

    Raises:
        NotAllowedError: `licence`: it must not be handed on, and nobody says that it is not.
    """
    if not is_private and not allows_redistribution(definition):
        raise NotAllowedError(
            f"the licence of {definition.id} does not allow to hand it on: for your own use, "
            "say --private",
            code="licence",
        )


def _definitions(session: Session, program_id: UUID) -> tuple[AchievementDefinition, ...]:
    return tuple(map(parse_definition, versions.list_newest_documents(session, program_id)))


def _next_version(
    session: Session,
    program: ProgramRow,
    achievement: AchievementRow,
    definition: AchievementDefinition,
    *,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    latest = organisations.get_latest_version(session, achievement.id)
    former = parse_definition(latest.document)
    is_defined = former.is_placeholder is definition.is_placeholder
    if is_defined and replace(former, state=definition.state) == definition:
        raise ConflictError(
            f"{achievement.slug} says exactly this already (version {latest.number})",
            code="unchanged",
        )
    if former.is_published:
        number = latest.number + 1
        return add_version(
            session, program, achievement.id, definition, number, clock=clock, new_id=new_id
        )
    rewrite(latest, definition)
    return latest
