"""What keeps a draft from being a definition, and what a linter finds in it, at their places."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from jsonschema import ValidationError

from badges.definition_document import definition_validator, parse_definition
from badges.definition_values import AchievementDefinition
from badges.draft import Draft
from badges.draft_places import Document, criteria_of, place_of
from badges.errors import InvalidDefinitionError, InvalidDraftError
from badges.findings import finding_text
from badges.linter import lint
from rubrics.documents import write_json
from rubrics.findings import Finding, Value, error

MOST_FINDINGS = 200


class DraftCode(StrEnum):
    """What is found in a draft before it can be read as a definition."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NO_WHOLE_NUMBER = "no_whole_number"
    NO_POINTS = "no_points"
    OUT_OF_RANGE = "out_of_range"
    NO_ADDRESS = "no_address"
    NO_CHOICE = "no_choice"
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"
    POINTS_NOWHERE = "points_nowhere"
    """It names something that is not there any more."""
    DOES_NOT_FIT = "does_not_fit"
    """Each part may be right by itself; together they are not."""
    NOT_CONFIRMED = "not_confirmed"
    NOT_UNDERSTOOD = "not_understood"
    ODD = "odd"
    """It breaks a rule that no field of ours lets anybody break."""


TEXTS: Mapping[str, str] = {
    DraftCode.MISSING: "This is still missing.",
    DraftCode.TOO_LONG: "This is too long: at most {most} characters.",
    DraftCode.NO_WHOLE_NUMBER: "This should be a whole number.",
    DraftCode.NO_POINTS: "This should be a number, such as 3 or 2.5.",
    DraftCode.OUT_OF_RANGE: "This should be from {least} to {most}.",
    DraftCode.NO_ADDRESS: "This should be a web address that starts with https://",
    DraftCode.NO_CHOICE: "Choose one of those offered.",
    DraftCode.TOO_MANY: "These are too many: at most {most}.",
    DraftCode.TOO_FEW: "Something is missing here: at least {least}.",
    DraftCode.POINTS_NOWHERE: "This names something that is not there any more. Choose again.",
    DraftCode.DOES_NOT_FIT: "{reason}",
    DraftCode.NOT_CONFIRMED: "This was copied. Tick it once it is right.",
    DraftCode.NOT_UNDERSTOOD: "This was not understood: {mark} Put it right, or tick it.",
    DraftCode.ODD: "This is not as a definition has it.",
}
REASONS: Mapping[str, str] = {
    "the lowest level has none below it to build on": (
        "The lowest level has none below it, so it cannot ask for everything below."
    ),
    "do not go with its scale": "These do not go with its scale.",
    "are fewer than two: there is nothing to judge": "A competency needs at least two levels.",
    "have points in part: all of them, or none": (
        "Some levels have points and some have none: all of them, or none."
    ),
    "are not two": "Exactly two levels are needed here.",
    "names no kind": "Choose what may be handed in: files, links, or both.",
    "asks for more than it allows": "The least is more than the most.",
    "allows fewer than two values, or less than zero": (
        "The highest points of a task have to be more than its lowest."
    ),
    "does not reach its maximum in its steps": "The steps do not lead to the highest points.",
    "are given, but levels do not arise from them": (
        "There are scored tasks, but the assessor chooses the levels: remove the tasks, or let "
        "levels follow from them."
    ),
    "ends below its beginning, or below zero": "The band ends below its beginning.",
    "is more than there are criteria": "This is more than there are competencies.",
    "is more than there are conditions": "This is more than stand in the group.",
    "is asked of a scale without numbers": "This competency has no numbers.",
    "is not rated by assessors": "Assessors do not rate this one.",
    "is this badge itself": "A badge cannot ask for itself.",
    "stands nowhere in its criterion": "These words stand nowhere in its competency.",
    "stands too deep in the rule": "The rule is nested too deeply.",
    "is missing": "This is still missing.",
}
_LIMITS = {
    "maxLength": (DraftCode.TOO_LONG, "most"),
    "maxItems": (DraftCode.TOO_MANY, "most"),
    "minItems": (DraftCode.TOO_FEW, "least"),
    "enum": (DraftCode.NO_CHOICE, ""),
    "const": (DraftCode.NO_CHOICE, ""),
}
_TYPES = {"integer": DraftCode.NO_WHOLE_NUMBER}
_CONDITION = re.compile("conditions/[0-9]+(/conditions/[0-9]+)*")
_ANOTHER_LEVEL = "names no level of criterion"


def check(draft: Draft, program: Iterable[AchievementDefinition] = ()) -> tuple[Finding, ...]:
    """Return everything that is found in a draft, with the place of each.

    `program` are the definitions of its program. What the linter finds is known only once
    the draft can be read as a definition.
    """
    findings = (*_faults(draft.document), *_unconfirmed(draft))
    if any(one.code != DraftCode.NOT_CONFIRMED for one in findings if one.code in _STOPPING):
        return findings
    definition = _read(draft.document)
    if isinstance(definition, Finding):
        return (definition, *findings)
    others = [one for one in program if one.id != definition.id]
    return (*lint(definition, [*others, definition] if others else ()), *findings)


def definition_of(draft: Draft) -> AchievementDefinition:
    """Return the definition that a draft says, confirmed or not.

    Raises:
        InvalidDraftError: it says none yet.
    """
    faults = tuple(_faults(draft.document))
    if faults:
        raise InvalidDraftError(faults)
    definition = _read(draft.document)
    if isinstance(definition, Finding):
        raise InvalidDraftError((definition,))
    return definition


def text_of_finding(finding: Finding) -> str:
    """Return a finding as one sentence without markup, whoever found it."""
    if finding.code not in TEXTS:
        values = {key: _plain(one) for key, one in finding.values.items()}
        return finding_text(replace(finding, values=values))
    return TEXTS[finding.code].format(**{key: str(one) for key, one in finding.values.items()})


def _plain(value: Value) -> Value:
    """Return a value with conditions called by their numbers, as people count them."""
    if isinstance(value, tuple):
        return tuple(one if isinstance(one, int | Decimal) else _number(one) for one in value)
    return _number(value) if isinstance(value, str) else value


def _number(text: str) -> str:
    if not _CONDITION.fullmatch(text):
        return text
    numbers = (str(int(one) + 1) for one in text.split("/") if one.isdigit())
    return f"condition {'.'.join(numbers)}"


def _unconfirmed(draft: Draft) -> Iterator[Finding]:
    for place in sorted(draft.unconfirmed):
        mark = draft.marks.get(place)
        if mark:
            yield error(DraftCode.NOT_UNDERSTOOD, place, mark=mark)
        else:
            yield error(DraftCode.NOT_CONFIRMED, place)


def _faults(document: Document) -> tuple[Finding, ...]:
    """Return what the schema refuses, then what points nowhere; each place once."""
    found: dict[str, Finding] = {}
    for one in definition_validator().iter_errors(document):
        for finding in _schema_findings(document, one):
            found.setdefault(finding.place, finding)
        if len(found) > MOST_FINDINGS:
            break
    for place in _dangling(document):
        found.setdefault(place, error(DraftCode.POINTS_NOWHERE, place))
    return tuple(found.values())


def _schema_findings(document: Document, one: ValidationError) -> Iterator[Finding]:
    place = place_of(document, one.absolute_path)
    rule: Any = one.validator_value
    schema: Any = one.schema
    match one.validator:
        case "required":
            present: Any = one.instance
            for key in rule:
                if key not in present:
                    yield error(DraftCode.MISSING, f"{place}/{key}".lstrip("/"))
        case "oneOf":
            yield error(DraftCode.MISSING, f"{place}/level_id")
        case "minimum" | "maximum":
            least, most = schema.get("minimum", 0), schema.get("maximum", 0)
            yield error(DraftCode.OUT_OF_RANGE, place, least=least, most=most)
        case "pattern":
            yield error(_wrong_form(schema), place)
        case "type":
            yield error(_TYPES.get(rule, DraftCode.ODD), place)
        case validator:
            code, name = _LIMITS.get(str(validator), (DraftCode.ODD, ""))
            yield error(code, place, **({name: rule} if name else {}))


def _wrong_form(schema: Mapping[str, Any]) -> DraftCode:
    pattern = schema["pattern"]
    if "https?" in pattern:
        return DraftCode.NO_ADDRESS
    return DraftCode.NO_POINTS if "[0-9]{0,3}[1-9]" in pattern else DraftCode.ODD


def _dangling(document: Document) -> Iterator[str]:
    """Yield the places that name a competency, level or artefact which is not there."""
    levels = {
        one["id"]: {level["id"] for level in one.get("levels", ())} for one in criteria_of(document)
    }
    for key in ("prompts", "artefact_requirements", "logs"):
        for one in document.get(key, ()):
            if one.get("criterion_id", next(iter(levels), None)) not in levels:
                yield f"{key}/{one['id']}/criterion_id"
    for at, one in enumerate(document.get("alignments", ())):
        place, criterion_id = f"alignments/{at}", one.get("criterion_id")
        if criterion_id is not None and criterion_id not in levels:
            yield f"{place}/criterion_id"
        elif "level_id" in one and one["level_id"] not in levels.get(criterion_id, ()):
            yield f"{place}/level_id"
    counted = {
        one["id"] for key in ("artefact_requirements", "logs") for one in document.get(key, ())
    }
    yield from _dangling_conditions(document.get("conditions", ()), "conditions", levels, counted)


def _dangling_conditions(
    conditions: Iterable[Document],
    place: str,
    levels: Mapping[str, set[str]],
    counted: set[str],
) -> Iterator[str]:
    every = set().union(*levels.values()) if levels else set()
    for at, one in enumerate(conditions):
        here = f"{place}/{at}"
        for key in ("criterion_id", "within"):
            if key in one and one[key] not in levels:
                yield f"{here}/{key}"
        known = levels.get(one.get("criterion_id", ""), every)
        if "level_id" in one and one["level_id"] not in known:
            yield f"{here}/level_id"
        if "of" in one and one["of"] not in counted:
            yield f"{here}/of"
        yield from _dangling_conditions(
            one.get("conditions", ()), f"{here}/conditions", levels, counted
        )


def _read(document: Document) -> AchievementDefinition | Finding:
    try:
        return parse_definition(write_json(document))
    except InvalidDefinitionError as fault:
        place = fault.place
        if place.partition("/")[0] in {"criteria", "tasks", "phases"}:
            place = f"rubric/{place}"
        reason = REASONS.get(fault.reason)
        if reason is None and fault.reason.startswith(_ANOTHER_LEVEL):
            reason = "Not every competency has this level."
        return error(
            DraftCode.DOES_NOT_FIT, place, reason=reason or f"It says that it {fault.reason}."
        )


_STOPPING = frozenset(DraftCode) - {DraftCode.NOT_UNDERSTOOD, DraftCode.NOT_CONFIRMED}
