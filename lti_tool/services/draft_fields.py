"""A draft as the flat fields of its form: name -> text. Pure.

One shape for what is stored, what is sent, and what is shown again after a
refusal:

    answer.<prompt>                        what the learner wrote
    reference.<reference>.source           an artefact's id, `answer:<prompt>`, or nothing yet
    reference.<reference>.criterion        the indicator, where a coverage offers several
    reference.<reference>.locator          the page, time or section
    reference.<reference>.explanation      what it shows
    artefact.<artefact>.requirement        what it is for, where several take its kind
    artefact.<artefact>.length             12:30, where the file does not say how long it plays
    artefact.<artefact>.attested.<id>      "yes" or nothing
    artefact.<artefact>.people             nobody, consented, not_consented, or nothing yet
    artefact.<artefact>.visibility         assessors or public
    log.<entry>.day, .minutes              2026-11-22 and 45, or nothing yet
    log.<entry>.person, .note              a code for somebody, and words
    self.<phase or ->.<criterion>          the learner's own rating: a level's id or a number
    name_on_badge, name_confirmed          "yes" or nothing
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from badges.definition import AchievementDefinition
from lti_tool.errors import InvalidFieldsError, InvalidInputError, TooLargeError
from lti_tool.services.evidence import ANSWER
from lti_tool.services.lengths import length_text, parse_length
from lti_tool.services.self_ratings import check_rating, self_fields
from lti_tool.services.texts import plain_text
from lti_tool.store.rows import ArtefactRow, AttemptRow, EvidenceReferenceRow, LogEntryRow
from rubrics.form import ArtefactKind, ArtefactRequirement, Coverage, candidates
from rubrics.model import Rubric

Fields: TypeAlias = dict[str, str]

YES = "yes"
MOST_CHARACTERS = {
    "answer": 100_000,
    "explanation": 10_000,
    "locator": 300,
    "name_on_badge": 200,
    "note": 5_000,
    "person": 100,
}
MOST_MINUTES = 24 * 60
"""Of one entry of a log, which is of one day."""
_CHOICES = {
    "people": frozenset({"", "nobody", "consented", "not_consented"}),
    "visibility": frozenset({"assessors", "public"}),
    "name_confirmed": frozenset({"", YES}),
    "attested": frozenset({"", YES}),
}
_ROWS = frozenset({"reference", "artefact", "log"})
"""Topics whose fields belong to a row, by its id."""
_TOPICS = _ROWS | {"answer", "self", "name_on_badge", "name_confirmed"}
_ID_CHARACTERS = 200
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MINUTES = re.compile("[0-9]{1,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    """What is stored of an attempt, row by row. `self_ratings` go by the names of their fields."""

    attempt: AttemptRow
    answers: Mapping[str, str]
    artefacts: Iterable[ArtefactRow]
    references: Iterable[EvidenceReferenceRow]
    log_entries: Iterable[LogEntryRow] = ()
    self_ratings: Mapping[str, str]


class _FieldError(Exception):
    """One value cannot be taken; carries the code and what would be."""

    def __init__(self, code: str, detail: str | None = None) -> None:
        super().__init__(code)
        self.fault = (code, detail)


def is_field(name: str) -> bool:
    """Whether a form's entry is a field of the draft, by its name."""
    return name.partition(".")[0] in _TOPICS


def stored_fields(definition: AchievementDefinition, stored: StoredDraft) -> Fields:
    """Return what is stored; every field that the form has is there."""
    answers = stored.answers
    fields = {f"answer.{prompt.id}": answers.get(prompt.id, "") for prompt in definition.prompts}
    for artefact in stored.artefacts:
        if artefact.state == "ready":
            fields |= _artefact_fields(artefact, definition)
    rubric = definition.rubric
    for reference in stored.references:
        name = f"reference.{reference.id}"
        fields[f"{name}.source"] = reference.source
        if rubric and find_coverage(definition, rubric, reference.criterion_id):
            fields[f"{name}.criterion"] = reference.criterion_id
        fields[f"{name}.locator"] = reference.locator
        fields[f"{name}.explanation"] = reference.explanation
    asking = {log.id for log in definition.logs if log.asks_person}
    for entry in stored.log_entries:
        name = f"log.{entry.id}"
        fields[f"{name}.day"], fields[f"{name}.minutes"] = entry.day, entry.minutes
        if entry.log_id in asking:
            fields[f"{name}.person"] = entry.person
        fields[f"{name}.note"] = entry.note
    if rubric:
        fields |= {name: stored.self_ratings.get(name, "") for name in self_fields(rubric)}
    fields["name_on_badge"] = stored.attempt.name_on_badge
    fields["name_confirmed"] = YES if stored.attempt.name_confirmed else ""
    return fields


def find_coverage(
    definition: AchievementDefinition, rubric: Rubric, criterion_id: str
) -> Coverage | None:
    """Return the coverage that a reference from a criterion is for; None where it is for none."""
    for coverage in definition.coverages:
        if any(one.id == criterion_id for one in rubric.criterion(coverage.criterion_id).walk()):
            return coverage
    return None


def has_length_field(row: ArtefactRow, definition: AchievementDefinition) -> bool:
    """Whether the learner says how long an artefact plays: where nothing else does."""
    if row.milliseconds is not None and not row.is_length_stated:
        return False
    return any(one.has_length for one in _possible(row, definition))


def check_fields(
    definition: AchievementDefinition,
    stored: Fields,
    sent: Mapping[str, object],
    *,
    links: frozenset[str] = frozenset(),
) -> Fields:
    """Return what was sent as it is stored; `links` are the ids of artefacts that are no files.

    Raises:
        InvalidInputError: `unknown_field`: no draft of this definition has such a field.
        InvalidFieldsError: some values cannot be taken, or belong to what was
            removed elsewhere; lists all of them.
    """
    checks = _Checks(definition, stored, links)
    checked: Fields = {}
    faults: dict[str, tuple[str, str | None]] = {}
    for name, value in sent.items():
        if name not in stored:
            if name.partition(".")[0] not in _ROWS:
                raise InvalidInputError("no such field", code="unknown_field", field=name[:100])
            faults[name[:_ID_CHARACTERS]] = ("gone", None)
            continue
        try:
            checked[name] = checks.check(name, value)
        except _FieldError as error:
            faults[name] = error.fault
        except TooLargeError:
            faults[name] = ("too_many_characters", str(MOST_CHARACTERS[_kind(name)]))
        except InvalidInputError as error:
            faults[name] = (error.code, None)
    if faults:
        raise InvalidFieldsError(faults)
    return checked


def texts_worth_keeping(stored: Fields, sent: Mapping[str, object]) -> Fields:
    """Return the written texts among `sent` that are not what is stored, nothing empty."""
    kept: Fields = {}
    for name, value in sent.items():
        kind = _kind(name)
        # A name with NUL or half a character is none that a page of ours has sent.
        is_place = is_field(name) and len(name) <= _ID_CHARACTERS and name.isprintable()
        if kind not in MOST_CHARACTERS or not is_place or not isinstance(value, str):
            continue
        most = MOST_CHARACTERS[kind]
        text = plain_text(value[:most], field=name, most=most)
        if text.strip() and text != stored.get(name, ""):
            kept[name] = text
    return kept


def _artefact_fields(row: ArtefactRow, definition: AchievementDefinition) -> Fields:
    name, fields = f"artefact.{row.id}", Fields()
    possible = _possible(row, definition)
    if len(possible) > 1:
        fields[f"{name}.requirement"] = row.requirement_id or ""
    if has_length_field(row, definition):
        fields[f"{name}.length"] = length_text(row.milliseconds)
    attested = row.attested.split()
    for requirement in possible:
        for attestation in requirement.attestations:
            is_stated = attestation.id in attested
            fields[f"{name}.attested.{attestation.id}"] = YES if is_stated else ""
    fields[f"{name}.people"] = "" if row.people == "unknown" else row.people
    fields[f"{name}.visibility"] = row.visibility
    return fields


def _possible(
    row: ArtefactRow, definition: AchievementDefinition
) -> tuple[ArtefactRequirement, ...]:
    return candidates(definition.artefact_requirements, row.kind)


class _Checks:
    """What the fields of one stored draft take."""

    def __init__(
        self, definition: AchievementDefinition, stored: Fields, links: frozenset[str]
    ) -> None:
        self._definition = definition
        self._links = links
        artefacts = {name.split(".")[1] for name in stored if name.startswith("artefact.")}
        answers = {f"{ANSWER}{prompt.id}" for prompt in definition.prompts}
        self._sources = {"", *artefacts, *answers}
        self._stored = stored
        self._special: Mapping[str, Callable[[str, str], str]] = {
            "source": self._source,
            "criterion": self._criterion,
            "requirement": self._requirement,
            "length": _check_length,
            "day": _check_day,
            "minutes": _check_minutes,
            "self": self._self_rating,
        }

    def check(self, name: str, value: object) -> str:
        kind = _kind(name)
        if kind in MOST_CHARACTERS:
            return plain_text(value, field=name, most=MOST_CHARACTERS[kind])
        if not isinstance(value, str):
            raise _FieldError("unknown_source" if kind == "source" else "unknown_choice")
        if kind in _CHOICES:
            return _one_of(_CHOICES[kind], value)
        return self._special[kind](name, value)

    def _source(self, _name: str, value: str) -> str:
        return _one_of(self._sources, value, "unknown_source")

    def _criterion(self, name: str, value: str) -> str:
        rubric = self._definition.get_rubric()
        coverage = find_coverage(self._definition, rubric, self._stored[name])
        place = rubric.criterion(coverage.criterion_id if coverage else self._stored[name])
        return _one_of({one.id for one in place.walk()}, value)

    def _requirement(self, name: str, value: str) -> str:
        kind = ArtefactKind.LINK if name.split(".")[1] in self._links else ArtefactKind.FILE
        possible = candidates(self._definition.artefact_requirements, kind)
        return _one_of({"", *(one.id for one in possible)}, value)

    def _self_rating(self, name: str, value: str) -> str:
        checked = check_rating(self._definition.get_rubric(), name, value)
        if checked is None:
            raise _FieldError("unknown_level")
        return checked


def _one_of(allowed: Iterable[str], value: str, code: str = "unknown_choice") -> str:
    if value not in allowed:
        raise _FieldError(code)
    return value


def _check_length(_name: str, value: str) -> str:
    milliseconds = parse_length(value)
    if milliseconds is None and value.strip():
        raise _FieldError("not_a_length")
    return length_text(milliseconds)


def _check_day(_name: str, value: str) -> str:
    if value:
        try:
            date.fromisoformat(value if _DAY.fullmatch(value) else "")
        except ValueError as error:
            raise _FieldError("not_a_day") from error
    return value


def _check_minutes(_name: str, value: str) -> str:
    text = value.strip()
    if not text:
        return ""
    if not _MINUTES.fullmatch(text) or not 0 < int(text) <= MOST_MINUTES:
        raise _FieldError("out_of_range", f"1\N{EN DASH}{MOST_MINUTES}")
    return str(int(text))


def _kind(name: str) -> str:
    """Return what a field holds: its topic, or of a row's field what it is of the row."""
    parts = name.split(".")
    if parts[0] not in _ROWS:
        return parts[0]
    return parts[2] if len(parts) > 2 else ""  # noqa: PLR2004 - topic, id, field
