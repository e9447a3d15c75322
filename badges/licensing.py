"""What the licences of a definition allow, as far as the product must heed them."""

import json
from typing import Any

from badges.definition_document import serialize_definition
from badges.definition_values import AchievementDefinition
from rubrics.model import Licence

_NOT_TEXT = ("state", "program", "position", "total_in_stack", "program_choices")
"""Of a definition: where it is used, and how far it is."""
_NOT_RUBRIC_TEXT = ("level_source", "tasks")
"""Of a rubric: what the program chooses."""


def allows_changes(definition: AchievementDefinition) -> bool:
    """Whether another text may be made from it."""
    return all(licence.allows_changes for licence in _licences(definition))


def allows_redistribution(definition: AchievementDefinition) -> bool:
    """Whether it may be handed on."""
    return all(licence.allows_redistribution for licence in _licences(definition))


def is_forbidden_change(new: AchievementDefinition, known: AchievementDefinition) -> bool:
    """Whether `new` is another text from the same source as `known`, against the licence.

    It is the licence of both that counts: a change must not begin with the licence.
    """
    if allows_changes(new) and allows_changes(known):
        return False
    return bool(_sources(new) & _sources(known)) and _text(new) != _text(known)


def _licences(definition: AchievementDefinition) -> tuple[Licence, ...]:
    rubric = definition.rubric
    found = (definition.licence, rubric.licence if rubric else None)
    return tuple(licence for licence in found if licence is not None)


def _sources(definition: AchievementDefinition) -> frozenset[str]:
    rubric = definition.rubric
    found = (definition.provenance.source, rubric.source if rubric else None)
    return frozenset(source.sha256 for source in found if source is not None)


def _text(definition: AchievementDefinition) -> Any:  # noqa: ANN401 - a document
    document = json.loads(serialize_definition(definition))
    for key in _NOT_TEXT:
        document.pop(key, None)
    for key in _NOT_RUBRIC_TEXT:
        document.get("rubric", {}).pop(key, None)
    return document
