"""Publishing a version: the one way, for the desk and for the command line."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import (
    AchievementDefinition,
    DefinitionState,
    definition_hash,
    parse_definition,
    publish,
    serialize_definition,
)
from badges.image import draw_badge_image
from badges.library import list_shipped, load_shipped
from badges.licensing import is_forbidden_change
from lti_tool.errors import NotAllowedError
from lti_tool.store import organisations, versions
from lti_tool.store.rows import AchievementRow, AchievementVersionRow, LinkBindingRow, ProgramRow
from lti_tool.store.versions import BoundLinkParts
from lti_tool.values import Clock, NewId

SVG = "image/svg+xml"
PNG = "image/png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A version that was published, and what became of the links that opened older ones."""

    version: AchievementVersionRow
    moved: int
    stayed: tuple[str, ...]
    """Titles of links that are bound to a scored task which the version lacks."""


def publish_version(
    session: Session,
    version: AchievementVersionRow,
    definition: AchievementDefinition,
    *,
    by: UUID | None,
    note: str,
    image: bytes | None = None,
    log: str = "",
    clock: Clock,
    new_id: NewId,
) -> Published:
    """Publish a definition as a version that nobody has published yet.

    `by` is None for an operator, `image` a PNG of the program's own; without one a picture is
    drawn. Links that open an older version open this one for whoever begins from now on.

    Raises:
        PlaceholderDefinitionError, NotPublishableError, PublishedDefinitionError: as `publish`.
        NotAllowedError: `licence`: its licence forbids what was changed.
    """
    achievement = session.get_one(AchievementRow, version.achievement_id)
    program = session.get_one(ProgramRow, achievement.program_id)
    check_licence(session, program, definition)
    newest = map(parse_definition, versions.list_newest_documents(session, program.id))
    others = [one for one in newest if one.id != definition.id]
    published = publish(definition, [*others, definition])
    version.document = serialize_definition(published)
    version.document_sha256 = definition_hash(published)
    version.state = DefinitionState.PUBLISHED.value
    version.title = published.title
    version.image = image or draw_badge_image(
        title=published.title,
        position=published.position,
        total=published.total_in_stack,
        alt=published.image_alt,
    )
    version.image_type = PNG if image else SVG
    version.published_at, version.published_by, version.publish_note = clock(), by, note
    session.flush()
    moved, stayed = _move_links(session, version, published)
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=by,
        action="achievement.published",
        program_id=program.id,
        subject_id=version.id,
        text=log or f"version {version.number}",
    )
    return Published(version=version, moved=moved, stayed=stayed)


def check_licence(session: Session, program: ProgramRow, new: AchievementDefinition) -> None:
    """Pass when nothing known forbids what a definition changed of it.

    Raises:
        NotAllowedError: `licence`: it is another text from a source that allows no changes.
    """
    stored = map(parse_definition, versions.list_documents(session, program.organisation_id))
    shipped = (one for name in list_shipped() for one in load_shipped(name).achievements)
    for known in (*stored, *shipped):
        if is_forbidden_change(new, known):
            raise NotAllowedError(
                f"the licence of {known.id} does not allow changes, and this is another text "
                "from the same source: import it unchanged",
                code="licence",
            )


def lacks_task(binding: LinkBindingRow, definition: AchievementDefinition) -> bool:
    """Whether a link is bound to a scored task that a definition does not have."""
    rubric = definition.rubric
    return binding.task_id is not None and (
        rubric is None or binding.task_id not in rubric.task_ids
    )


def link_title(parts: BoundLinkParts) -> str:
    """Return what a link is called, with its course."""
    _, link, course = parts
    return " · ".join(filter(None, (course.title, link.title))) or course.lti_context_id


def _move_links(
    session: Session, version: AchievementVersionRow, definition: AchievementDefinition
) -> tuple[int, tuple[str, ...]]:
    moved, stayed = 0, []
    for parts in versions.list_bound_links(session, version.achievement_id):
        binding = parts[0]
        if binding.achievement_version_id == version.id:
            continue
        if lacks_task(binding, definition):
            stayed.append(link_title(parts))
        else:
            binding.achievement_version_id = version.id
            moved += 1
    session.flush()
    return moved, tuple(stayed)
