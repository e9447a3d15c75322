"""The definition of an achievement: its states, and the program's choice.

    placeholder    draft -> published -> retired

A placeholder has a place in its program and nothing else. A published
definition never changes: its bytes are stored, hashed and pinned to the
submissions that were opened with it.
"""

from collections.abc import Iterable
from dataclasses import replace

from badges.definition_document import (
    definition_hash,
    definition_schema,
    parse_definition,
    serialize_definition,
)
from badges.definition_values import (
    AcceptedWarning,
    AchievementDefinition,
    DefinitionState,
    FormOrigin,
    FrameworkItem,
    OpenQuestion,
    Origin,
    ProgramChoice,
    Provenance,
    invalid_definition,
)
from badges.errors import (
    NotPublishableError,
    PublishedDefinitionError,
    RetiredDefinitionError,
    UnpublishedDefinitionError,
)
from badges.linter import lint
from rubrics.errors import InvalidRubricError
from rubrics.findings import Severity
from rubrics.model import LevelSource, ScoredTask

__all__ = [
    "AcceptedWarning",
    "AchievementDefinition",
    "DefinitionState",
    "FormOrigin",
    "FrameworkItem",
    "OpenQuestion",
    "Origin",
    "ProgramChoice",
    "Provenance",
    "check_issuable",
    "check_openable",
    "check_publishable",
    "definition_hash",
    "definition_schema",
    "parse_definition",
    "publish",
    "serialize_definition",
    "with_choice",
]


def with_choice(
    definition: AchievementDefinition,
    level_source: LevelSource,
    tasks: tuple[ScoredTask, ...] = (),
) -> AchievementDefinition:
    """Return the draft with the program's choice of how a level arises.

    The choice is marked as the program's; who made it and when is stored by
    the caller. It may be made again until the definition is published.

    Raises:
        PlaceholderDefinitionError, PublishedDefinitionError: not a draft.
        InvalidDefinitionError: tasks are given for levels that the assessor rates.
    """
    rubric = definition.get_rubric()
    if definition.state is not DefinitionState.DRAFT:
        raise PublishedDefinitionError(definition.id)
    try:
        chosen = replace(rubric, level_source=level_source, tasks=tasks)
    except InvalidRubricError as error:
        raise invalid_definition(error) from error
    return replace(definition, rubric=chosen, program_choices=(ProgramChoice.LEVEL_SOURCE,))


def check_publishable(
    definition: AchievementDefinition, program: Iterable[AchievementDefinition] = ()
) -> None:
    """Pass when learners could be assessed by `definition`, one of those of a program.

    Notices stop nothing, and neither do warnings that the definition gives a reason for.

    Raises:
        PlaceholderDefinitionError: there is nothing to publish.
        NotPublishableError: the linter finds errors, or warnings without a reason; lists all.
    """
    definition.get_rubric()
    accepted = {(one.code, one.place) for one in definition.accepted_warnings}
    findings = tuple(
        one
        for one in lint(definition, program)
        if one.severity is Severity.ERROR
        or (one.severity is Severity.WARNING and (one.code, one.place) not in accepted)
    )
    if findings:
        raise NotPublishableError(findings)


def publish(
    definition: AchievementDefinition, program: Iterable[AchievementDefinition] = ()
) -> AchievementDefinition:
    """Return the draft as a published definition.

    Raises:
        PlaceholderDefinitionError, NotPublishableError: as `check_publishable`.
        PublishedDefinitionError: it is no draft any more.
    """
    check_publishable(definition, program)
    if definition.state is not DefinitionState.DRAFT:
        raise PublishedDefinitionError(definition.id)
    return replace(definition, state=DefinitionState.PUBLISHED)


def check_openable(definition: AchievementDefinition) -> None:
    """Pass when a learner may start to work toward `definition`.

    Raises:
        PlaceholderDefinitionError, UnpublishedDefinitionError,
        RetiredDefinitionError: its state does not allow it.
        NotPublishableError: it says it is published and could not have been.
    """
    check_issuable(definition)
    if definition.state is DefinitionState.RETIRED:
        raise RetiredDefinitionError(definition.id)
    check_publishable(definition)


def check_issuable(definition: AchievementDefinition) -> None:
    """Pass when awards of `definition` may be issued: published, also when retired since.

    Raises:
        PlaceholderDefinitionError, UnpublishedDefinitionError: it never was published.
    """
    definition.get_rubric()
    if definition.state is DefinitionState.DRAFT:
        raise UnpublishedDefinitionError(definition.id)
