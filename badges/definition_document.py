"""Document <-> AchievementDefinition. Import these from `badges.definition`."""

import hashlib
from decimal import Decimal
from functools import cache, lru_cache

from jsonschema.protocols import Validator

from badges.conditions import CONDITION_SCHEMA, condition_document, condition_from
from badges.definition_values import (
    NO_EVIDENCE_RULE,
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
from badges.errors import InvalidDefinitionError
from rubrics import definition as rubric_parts
from rubrics import form_definition as form_parts
from rubrics.definition import Accepted
from rubrics.documents import (
    Notation,
    bundle_schema,
    check_document,
    find_mark,
    load_validator,
    points_text,
    read_document,
    without_empty,
    write_document,
)
from rubrics.errors import InvalidDocumentError, InvalidRubricError

DEFINITION_SCHEMA = ("badges.schemas", "definition.schema.json")


# A request may look at several definitions, and checking one takes 20 ms; values are frozen.
@lru_cache(maxsize=32)
def parse_definition(document: bytes, notation: Notation = Notation.JSON) -> AchievementDefinition:
    """Return the definition that untrusted bytes describe.

    Raises:
        InvalidDefinitionError: they describe none; names the place and the line.
    """
    try:
        value = read_document(document, notation)
    except InvalidDocumentError as error:
        raise invalid_definition(error) from error
    try:
        return _definition_from(check_document(value, definition_validator()))
    except (InvalidDocumentError, InvalidRubricError, InvalidDefinitionError) as error:
        mark = find_mark(document, notation, error.place)
        raise InvalidDefinitionError(error.place, error.reason, mark) from error


def serialize_definition(
    definition: AchievementDefinition, notation: Notation = Notation.JSON
) -> bytes:
    """Return the bytes: equal definitions give equal bytes, and back. JSON is canonical.

    Raises:
        InvalidDefinitionError: `parse_definition` would not read them again.
    """
    document = _definition_document(definition)
    try:
        check_document(document, definition_validator())
    except InvalidDocumentError as error:
        raise invalid_definition(error) from error
    return write_document(document, notation)


def definition_schema() -> dict[str, object]:
    """Return the JSON Schema of a definition in one piece, for editors."""
    return bundle_schema(DEFINITION_SCHEMA, CONDITION_SCHEMA, rubric_parts.SCHEMA)


def definition_hash(definition: AchievementDefinition) -> str:
    """Return the SHA-256 of the canonical bytes, in lower-case hex."""
    return hashlib.sha256(serialize_definition(definition)).hexdigest()


def _definition_document(definition: AchievementDefinition) -> dict[str, object]:
    rule = definition.evidence_rule
    form_origin = definition.form_origin
    return without_empty(
        {
            "id": definition.id,
            "title": definition.title,
            "program": definition.program,
            "position": definition.position,
            "total_in_stack": definition.total_in_stack,
            "state": str(definition.state),
            "origin": str(definition.origin),
            "description": definition.description,
            "criteria_narrative": definition.criteria_narrative,
            "tags": list(definition.tags),
            "image_alt": definition.image_alt,
            "licence": definition.licence and rubric_parts.licence_document(definition.licence),
            "attribution": definition.attribution,
            "provenance": _provenance_document(definition.provenance),
            "is_formative": definition.is_formative or None,
            "credit_hours": definition.credit_hours and points_text(definition.credit_hours),
            "conditions": [condition_document(one) for one in definition.conditions],
            "program_choices": [str(choice) for choice in definition.program_choices],
            "rubric": definition.rubric and rubric_parts.rubric_document(definition.rubric),
            "suggested_tasks": [
                rubric_parts.task_document(task) for task in definition.suggested_tasks
            ],
            "form_origin": None if form_origin is FormOrigin.DEFINITION else str(form_origin),
            "prompts": [form_parts.prompt_document(prompt) for prompt in definition.prompts],
            "word_pools": [form_parts.word_pool_document(one) for one in definition.word_pools],
            "artefact_requirements": [
                form_parts.artefact_requirement_document(one)
                for one in definition.artefact_requirements
            ],
            "evidence_rule": None
            if rule == NO_EVIDENCE_RULE
            else rubric_parts.evidence_rule_document(rule),
            "coverages": [form_parts.coverage_document(one) for one in definition.coverages],
            "logs": [form_parts.log_document(one) for one in definition.logs],
            "alignments": [_item_document(item) for item in definition.alignments],
            "accepted_warnings": [
                {"code": one.code, "place": one.place, "reason": one.reason}
                for one in definition.accepted_warnings
            ],
        }
    )


def _definition_from(accepted: Accepted) -> AchievementDefinition:
    values = accepted | {
        "state": DefinitionState(accepted["state"]),
        "origin": Origin(accepted["origin"]),
        "tags": tuple(accepted.get("tags", ())),
        "provenance": _provenance_from(accepted.get("provenance", {})),
        "conditions": tuple(map(condition_from, accepted.get("conditions", ()))),
        "program_choices": tuple(map(ProgramChoice, accepted.get("program_choices", ()))),
        "suggested_tasks": tuple(map(rubric_parts.task_from, accepted.get("suggested_tasks", ()))),
        "form_origin": FormOrigin(accepted.get("form_origin", FormOrigin.DEFINITION)),
        "prompts": tuple(map(form_parts.prompt_from, accepted.get("prompts", ()))),
        "word_pools": tuple(map(form_parts.word_pool_from, accepted.get("word_pools", ()))),
        "coverages": tuple(map(form_parts.coverage_from, accepted.get("coverages", ()))),
        "logs": tuple(map(form_parts.log_from, accepted.get("logs", ()))),
        "artefact_requirements": tuple(
            map(form_parts.artefact_requirement_from, accepted.get("artefact_requirements", ()))
        ),
        "alignments": tuple(FrameworkItem(**one) for one in accepted.get("alignments", ())),
        "accepted_warnings": tuple(
            AcceptedWarning(**one) for one in accepted.get("accepted_warnings", ())
        ),
    }
    if "rubric" in accepted:
        values["rubric"] = rubric_parts.rubric_from(accepted["rubric"])
    if "credit_hours" in accepted:
        values["credit_hours"] = Decimal(accepted["credit_hours"])
    if "licence" in accepted:
        values["licence"] = rubric_parts.licence_from(accepted["licence"])
    if "evidence_rule" in accepted:
        values["evidence_rule"] = rubric_parts.evidence_rule_from(accepted["evidence_rule"])
    return AchievementDefinition(**values)


def _provenance_document(provenance: Provenance) -> dict[str, object]:
    return without_empty(
        {
            "source": provenance.source and rubric_parts.source_document(provenance.source),
            "changes": provenance.changes,
            "open_questions": [
                {"id": question.id, "text": question.text} for question in provenance.open_questions
            ],
        }
    )


def _provenance_from(accepted: Accepted) -> Provenance:
    return Provenance(
        source=rubric_parts.source_from(accepted["source"]) if "source" in accepted else None,
        changes=accepted.get("changes", ""),
        open_questions=open_questions_from(accepted),
    )


def open_questions_from(accepted: Accepted) -> tuple[OpenQuestion, ...]:
    """Return the open questions of an accepted document that may hold some."""
    return tuple(OpenQuestion(**question) for question in accepted.get("open_questions", ()))


def _item_document(item: FrameworkItem) -> dict[str, object]:
    return without_empty(
        {
            "title": item.title,
            "url": item.url,
            "framework": item.framework,
            "framework_version": item.framework_version,
            "code": item.code,
            "criterion_id": item.criterion_id,
            "level_id": item.level_id,
            "quote": item.quote,
        }
    )


@cache
def definition_validator() -> Validator:
    """Return the validator of definitions' documents."""
    return load_validator(DEFINITION_SCHEMA, CONDITION_SCHEMA, rubric_parts.SCHEMA)
