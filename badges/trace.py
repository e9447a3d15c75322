"""The trace of a decision as a document: its schema, and its words in plain English."""

from collections.abc import Iterable, Iterator
from functools import cache

from jsonschema.protocols import Validator

from badges.conditions import CONDITION_SCHEMA
from badges.criteria import OUTCOME_SCHEMA, ConditionOutcome, ConditionState, CriteriaOutcome
from badges.definition_values import AchievementDefinition
from badges.errors import InvalidOutcomeError
from badges.wording import rule_text
from rubrics.definition import SCHEMA as RUBRIC_SCHEMA
from rubrics.documents import JSON, bundle_schema, check_document, load_validator, points_text
from rubrics.errors import InvalidDocumentError

TRACE_SCHEMA = ("badges.schemas", "trace.schema.json")
_SCHEMAS = (TRACE_SCHEMA, OUTCOME_SCHEMA, CONDITION_SCHEMA, RUBRIC_SCHEMA)
_STATES = {
    ConditionState.MET: "holds",
    ConditionState.UNMET: "does not hold",
    ConditionState.UNDECIDED: "is open",
}


def trace_schema() -> dict[str, object]:
    """Return the JSON Schema of a trace in one piece."""
    return bundle_schema(*_SCHEMAS)


def check_trace(document: object) -> JSON:
    """Return a trace once its schema accepts it.

    Raises:
        InvalidOutcomeError: it does not; names the place.
    """
    try:
        return check_document(document, _validator())
    except InvalidDocumentError as error:
        raise InvalidOutcomeError(error.place, error.reason) from error


def outcome_lines(outcome: CriteriaOutcome, definition: AchievementDefinition) -> Iterator[str]:
    """Yield what became of every condition, one to a line, what it combines below it."""
    yield from _lines(outcome.conditions, definition, "")


def _lines(
    conditions: Iterable[ConditionOutcome], definition: AchievementDefinition, indent: str
) -> Iterator[str]:
    for one in conditions:
        required = points_text(one.required)
        found = "nothing yet" if one.found is None else points_text(one.found)
        yield f"{indent}{_STATES[one.state]}: {rule_text(one.condition, definition)}"
        yield f"{indent}  asked for {required}, found {found}"
        for word, ids in (("missing", one.missing), ("too low", one.failing)):
            if ids:
                titles = (definition.get_rubric().criterion(id_).title for id_ in ids)
                yield f"{indent}  {word}: {', '.join(titles)}"
        yield from _lines(one.parts, definition, f"{indent}  ")


@cache
def _validator() -> Validator:
    return load_validator(*_SCHEMAS)
