"""Building a microcredential: its words, its badges, its rule. Published with a preview."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import DefinitionState
from badges.pathway_definition import PathwayDefinition, parse_pathway
from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.services.desk.pathway_forms import COMPONENTS_MOST, LINE_CHARACTERS, parse_form
from lti_tool.services.pages.pathways import PathwayForm
from lti_tool.services.pathway_versions import add_pathway, write_draft
from lti_tool.store import coordination, organisations, pathways, versions
from lti_tool.store.rows import AchievementRow, AchievementVersionRow, ProgramRow
from lti_tool.values import Clock, NewId, ProgramScope


def start_pathway(
    session: Session, scope: ProgramScope, *, clock: Clock, new_id: NewId
) -> AchievementVersionRow:
    """Add a microcredential that asks for every badge of the program, as a draft.

    Raises:
        ConflictError: `too_many_pathways`.
    """
    program = coordination.lock_program(session, scope.program_id)
    slugs = versions.list_slugs(session, program.id)
    base = f"{program.slug[:48]}-microcredential"
    number, slug = 1, base
    while slug in slugs:
        number += 1
        slug = f"{base[:60]}-{number}"
    draft = PathwayDefinition(
        id=slug,
        title=_first_title(program.title)[:LINE_CHARACTERS],
        program=program.slug,
        state=DefinitionState.DRAFT,
        components=tuple(one.slug for one in organisations.list_achievements(session, program.id))[
            :COMPONENTS_MOST
        ],
    )
    version = add_pathway(session, program, draft, clock=clock, new_id=new_id)
    _note(session, scope, "pathway.added", version, clock=clock, new_id=new_id)
    return version


def get_pathway(
    session: Session, scope: ProgramScope, achievement_id: UUID
) -> tuple[AchievementRow, AchievementVersionRow, PathwayDefinition]:
    """Return a microcredential of the program in its newest version.

    Raises:
        NotFoundError: there is none.
    """
    achievement = pathways.find_pathway(session, scope.program_id, achievement_id)
    if achievement is None:
        raise NotFoundError(f"no pathway {achievement_id} in program {scope.program_id}")
    version = organisations.get_latest_version(session, achievement.id)
    return achievement, version, parse_pathway(version.document)


def save_pathway(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    form: PathwayForm,
    *,
    base: str,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    """Save what the form says; a published version stays, and the draft is the next.

    Raises:
        NotFoundError: no such pathway.
        InvalidFieldsError: fields that cannot be stored, each with its reason.
        ConflictError: `pathway_changed`: somebody saved since the form was made from `base`.
    """
    program = coordination.lock_program(session, scope.program_id)
    achievement, latest, former = get_pathway(session, scope, achievement_id)
    if latest.document_sha256 != base:
        raise ConflictError("somebody else saved meanwhile", code="pathway_changed")
    definition = parse_form(form, former)
    return store_draft(
        session, scope, program, achievement, latest, definition, clock=clock, new_id=new_id
    )


def store_draft(
    session: Session,
    scope: ProgramScope,
    program: ProgramRow,
    achievement: AchievementRow,
    latest: AchievementVersionRow,
    definition: PathwayDefinition,
    *,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    """Write a microcredential's draft, and note where one is begun. The program is locked."""
    version = write_draft(session, program, achievement, definition, clock=clock, new_id=new_id)
    if version is not latest:
        _note(session, scope, "pathway.draft_begun", version, clock=clock, new_id=new_id)
    return version


def _note(
    session: Session,
    scope: ProgramScope,
    action: str,
    version: AchievementVersionRow,
    *,
    clock: Clock,
    new_id: NewId,
) -> None:
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=scope.user_id,
        program_id=scope.program_id,
        action=action,
        subject_id=version.id,
    )
    session.flush()


def _first_title(program: str) -> str:
    """Return what a microcredential is called before anybody names it: by what its program is."""
    return program if "microcredential" in program.lower() else f"{program}: microcredential"
