"""What a resource link opens: an instructor or administrator chooses it once, in the course."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from lti_tool.errors import ConflictError, InvalidFieldsError, NotAllowedError
from lti_tool.services.desk.staffing import may_award
from lti_tool.services.models import TaskView
from lti_tool.services.names import display_name
from lti_tool.services.pages.assessor import BindChoice, BindPage
from lti_tool.services.presenting import achievement_summary, task_view
from lti_tool.services.urls import CourseURLs, DeskURLs, PublicURLs
from lti_tool.store import coordination, organisations, platforms, programs
from lti_tool.store.programs import VersionParts
from lti_tool.store.rows import (
    AchievementVersionRow,
    LinkBindingRow,
    ResourceLinkRow,
)
from lti_tool.values import Clock, Launch, NewId, Role

BINDERS = frozenset({Role.INSTRUCTOR, Role.ADMINISTRATOR})
WHOLE = "whole"
OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opens:
    """What a bound link opens."""

    binding: LinkBindingRow
    version: AchievementVersionRow
    definition: AchievementDefinition


def may_bind(launch: Launch) -> bool:
    """Whether the launch may choose what a link opens."""
    return bool(launch.roles & BINDERS)


def find_opened(session: Session, launch: Launch) -> Opens | None:
    """Return what the launch's link opens; None while it is bound to nothing.

    Raises:
        ConflictError: `no_resource_link`: the launch came from no activity.
    """
    binding = programs.find_binding(session, launch.scope, _link_id(launch))
    if binding is None:
        return None
    version = programs.get_version(session, binding.achievement_version_id)
    return Opens(binding=binding, version=version, definition=parse_definition(version.document))


def get_opened(session: Session, launch: Launch) -> Opens:
    """Return what the launch's link opens.

    Raises:
        ConflictError: `not_bound`, or `no_resource_link`.
    """
    found = find_opened(session, launch)
    if found is None:
        raise ConflictError("the link is bound to nothing yet", code="not_bound")
    return found


def bind_page(
    session: Session, launch: Launch, *, public_urls: PublicURLs, clock: Clock
) -> BindPage:
    """Return every badge of the launch's organisation, also those that cannot be chosen yet.

    Raises:
        NotAllowedError: the launch may not choose.
        ConflictError: `no_resource_link`.
    """
    link = _get_link(session, launch)
    context = platforms.get_context(session, launch.scope)
    offered = _offered(programs.list_versions(session, launch.organisation_id))
    bound = programs.find_binding(session, launch.scope, link.id)
    selected = None
    if bound is not None and bound.achievement_id in offered:
        selected = str(offered[bound.achievement_id][0].id)
    return BindPage(
        link_title=link.title or None,
        course_title=context.title or None,
        bind_url=CourseURLs(launch.ref).bind,
        choices=tuple(
            _choice(session, launch, parts, public_urls, clock=clock) for parts in offered.values()
        ),
        selected=selected,
        selected_part=(bound.task_id if bound else None) or WHOLE,
        desk_url=DeskURLs(launch.ref).home,
    )


def bind_link(
    session: Session, launch: Launch, *, choice: str, part: str, clock: Clock, new_id: NewId
) -> None:
    """Let the launch's link open a published achievement version, whole or one scored task.

    `choice` is the id of a `BindChoice`. Choosing again what is chosen changes nothing.

    Raises:
        NotAllowedError: the launch may not choose.
        InvalidFieldsError: no such choice in this organisation, it is not
            open, or it has no such task.
        ConflictError: `work_exists`: learners have begun on what the link opens.
    """
    link = _get_link(session, launch, locks=True)
    version = _get_choice(session, launch, choice, clock=clock)
    task_id = _get_part(parse_definition(version.document), part, choice)
    bound = programs.find_binding(session, launch.scope, link.id)
    if bound is not None:
        if (bound.achievement_version_id, bound.task_id) == (version.id, task_id):
            return
        if programs.has_submissions(session, launch.scope, bound.achievement_id):
            raise ConflictError("learners have begun to work on it", code="work_exists")
    session.merge(
        LinkBindingRow(
            resource_link_id=link.id,
            achievement_id=version.achievement_id,
            achievement_version_id=version.id,
            task_id=task_id,
            returns_grade=True,
            due_at=None,
            bound_at=clock(),
        )
    )
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=launch.user_id,
        program_id=programs.get_program_of(session, version.achievement_id).id,
        action="link.bound",
        subject_id=link.id,
        text=f"{version.id} {task_id or WHOLE}",
    )
    session.flush()


def _link_id(launch: Launch) -> UUID:
    if launch.resource_link_id is None:
        raise ConflictError("the launch came from no activity", code="no_resource_link")
    return launch.resource_link_id


def _get_link(session: Session, launch: Launch, *, locks: bool = False) -> ResourceLinkRow:
    if not may_bind(launch):
        raise NotAllowedError("this launch may not choose a badge", code="not_an_instructor")
    link_id = _link_id(launch)
    if locks:
        programs.lock_link(session, link_id)
    return platforms.get_resource_link(session, launch.scope, link_id)


def _offered(versions: Sequence[VersionParts]) -> Mapping[UUID, VersionParts]:
    """Return one version an achievement: the newest published one, else the newest."""
    offered: dict[UUID, VersionParts] = {}
    for parts in versions:
        known = offered.setdefault(parts[1].id, parts)
        if known[0].state != "published" and parts[0].state == "published":
            offered[parts[1].id] = parts
    return offered


def _choice(
    session: Session,
    launch: Launch,
    parts: VersionParts,
    public_urls: PublicURLs,
    *,
    clock: Clock,
) -> BindChoice:
    version, _, program = parts
    definition = parse_definition(version.document)
    state = _state(version, definition)
    asked: tuple[str, ...] = ()
    if state == OPEN and not may_award(session, program, launch.scope.context_id, clock=clock):
        state = "elsewhere"
        asked = tuple(
            display_name(user) for _, user in coordination.list_coordinators(session, program.id)
        )
    return BindChoice(
        id=str(version.id),
        summary=achievement_summary(version, definition, public_urls),
        state=state,
        tasks=_tasks(definition),
        version_label=f"v{version.number}",
        count_criteria=len(definition.rubric.rated_criteria) if definition.rubric else 0,
        asked=asked,
    )


def _state(version: AchievementVersionRow, definition: AchievementDefinition) -> str:
    if definition.rubric is None:
        return "placeholder"
    if definition.rubric.level_source is None:
        return "undecided"
    return OPEN if version.state == "published" else version.state


def _tasks(definition: AchievementDefinition) -> tuple[TaskView, ...]:
    return tuple(map(task_view, definition.rubric.tasks)) if definition.rubric else ()


def _get_choice(
    session: Session, launch: Launch, choice: str, *, clock: Clock
) -> AchievementVersionRow:
    offered = _offered(programs.list_versions(session, launch.organisation_id))
    for version, _, program in offered.values():
        if str(version.id) != choice:
            continue
        is_allowed = may_award(session, program, launch.scope.context_id, clock=clock)
        if is_allowed and _state(version, parse_definition(version.document)) == OPEN:
            return version
        raise InvalidFieldsError({"achievement": ("not_open", None)})
    raise InvalidFieldsError({"achievement": ("required", None)})


def _get_part(definition: AchievementDefinition, part: str, choice: str) -> str | None:
    if part == WHOLE:
        return None
    if any(task.id == part for task in _tasks(definition)):
        return part
    raise InvalidFieldsError({f"part.{choice}": ("required", None)})
