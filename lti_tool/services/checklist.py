"""What a draft holds and lacks, as its checklist and as the faults of its form. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from badges.asking import asked_of
from badges.definition import AchievementDefinition
from lti_tool.services.beside import log_facts
from lti_tool.services.draft_fields import YES, Fields
from lti_tool.services.evidence import ANSWER
from lti_tool.services.lengths import hours_text, length_text, parse_length
from lti_tool.services.pages.learner import ChecklistItem
from lti_tool.services.presenting import phase_title, prompt_title
from lti_tool.services.requirements import is_split, media_type_of, served
from lti_tool.services.self_ratings import criterion_of, self_field, self_fields, self_rounds
from lti_tool.services.texts import is_visible
from lti_tool.store.rows import ArtefactRow, EvidenceReferenceRow, LogEntryRow
from rubrics.form import ArtefactKind, ArtefactRequirement
from rubrics.requirements import Missing, MissingKind, preflight, serving
from rubrics.submission import (
    AnswerFacts,
    ArtefactFacts,
    Asked,
    EvidenceReferenceFacts,
    People,
    SubmissionFacts,
    word_count,
)

_SELF = "self."
_ANSWER_CODES = {
    MissingKind.ANSWER: "answer",
    MissingKind.TOO_FEW_WORDS: "answer_short",
    MissingKind.TOO_MANY_WORDS: "answer_long",
}
_UNFINISHED_REFERENCE = frozenset(
    {
        MissingKind.REFERENCE_TARGET,
        MissingKind.INDICATOR,
        MissingKind.LOCATOR,
        MissingKind.EXPLANATION,
    }
)
_POOL_CODES = {
    MissingKind.POOL_TOO_FEW_WORDS: "answer_short",
    MissingKind.POOL_TOO_MANY_WORDS: "answer_long",
}
_LENGTH_CODES = {
    MissingKind.LENGTH: "length",
    MissingKind.TOO_SHORT: "plays_short",
    MissingKind.TOO_LONG: "plays_long",
}
_LOG_CODES = {
    MissingKind.LOG_ENTRIES: "log_entries",
    MissingKind.LOG_MINUTES: "log_minutes",
}
_FAULTS = {
    MissingKind.ANSWER: ("answer.{0}", "required"),
    MissingKind.TOO_FEW_WORDS: ("answer.{0}", "too_short"),
    MissingKind.TOO_MANY_WORDS: ("answer.{0}", "too_long"),
    MissingKind.POOL_TOO_FEW_WORDS: ("pool.{0}", "pool_short"),
    MissingKind.POOL_TOO_MANY_WORDS: ("pool.{0}", "pool_long"),
    MissingKind.ARTEFACT: ("file", "artefact_missing"),
    MissingKind.MEDIA_TYPE: ("artefact.{0}", "other_type"),
    MissingKind.TOO_LARGE: ("artefact.{0}", "file_large"),
    MissingKind.LENGTH: ("artefact.{0}.length", "length_missing"),
    MissingKind.TOO_SHORT: ("artefact.{0}.length", "plays_short"),
    MissingKind.TOO_LONG: ("artefact.{0}.length", "plays_long"),
    MissingKind.ATTESTATION: ("artefact.{0}.attested.{1}", "unattested"),
    MissingKind.UPLOAD: ("artefact.{0}", "unfinished"),
    MissingKind.PEOPLE: ("artefact.{0}.people", "people_unanswered"),
    MissingKind.CONSENT: ("artefact.{0}.people", "no_consent"),
    MissingKind.LOG_ENTRIES: ("logs.{0}", "log_entries"),
    MissingKind.LOG_MINUTES: ("logs.{0}", "log_minutes"),
    MissingKind.REFERENCE: ("references.{0}", "reference_incomplete"),
    MissingKind.REFERENCE_TARGET: ("reference.{0}.source", "unknown_source"),
    MissingKind.INDICATOR: ("reference.{0}.criterion", "required"),
    MissingKind.LOCATOR: ("reference.{0}.locator", "required"),
    MissingKind.EXPLANATION: ("reference.{0}.explanation", "required"),
    MissingKind.COVERAGE: ("coverage.{0}", "family_missing"),
    MissingKind.SELF_RATING: ("self.{0}", "self_unrated"),
    MissingKind.NAME: ("name_confirmed", "name_unconfirmed"),
}
_WORDS = frozenset({*_ANSWER_CODES, *_POOL_CODES}) - {MissingKind.ANSWER}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContent:
    """A draft as its form has it, with what of an earlier attempt need not be done again."""

    definition: AchievementDefinition
    fields: Fields
    artefacts: tuple[ArtefactRow, ...]
    references: tuple[EvidenceReferenceRow, ...]
    kept: frozenset[str]
    """Ids of criteria that passed in the last attempt."""
    log_entries: tuple[LogEntryRow, ...] = ()

    @property
    def asked(self) -> Asked:
        """What this attempt is asked for."""
        rubric = self.definition.get_rubric()
        own = (
            name for name in self_fields(rubric) if criterion_of(rubric, name).id not in self.kept
        )
        asked = asked_of(self.definition, self.kept)
        return replace(asked, self_rated=tuple(name.removeprefix(_SELF) for name in own))

    @property
    def facts(self) -> SubmissionFacts:
        """What this attempt holds."""
        return _facts(self)

    @property
    def entries(self) -> tuple[LogEntryRow, ...]:
        """The entries of all logs as the form has them."""
        return tuple(_entry(row, self.fields) for row in self.log_entries)

    def requirement_of(self, row: ArtefactRow) -> ArtefactRequirement | None:
        """Return what an artefact is for, as the form has it."""
        chosen = self.fields.get(f"artefact.{row.id}.requirement")
        return served(row, self.definition.artefact_requirements, chosen)

    def milliseconds_of(self, row: ArtefactRow) -> int | None:
        """Return how long an artefact plays, as the form has it."""
        stated = self.fields.get(f"artefact.{row.id}.length")
        return row.milliseconds if stated is None else parse_length(stated)

    def criterion_of(self, row: EvidenceReferenceRow) -> str:
        """Return the id of the criterion that a reference stands at, as the form has it."""
        return self.fields.get(f"reference.{row.id}.criterion", row.criterion_id)

    def words(self, prompt_id: str) -> int:
        """Return how many words an answer has."""
        return word_count(self.fields.get(f"answer.{prompt_id}", ""))


def find_missing(content: DraftContent) -> tuple[Missing, ...]:
    """Return what stands between a draft and its submission, in the order of the form."""
    return preflight(content.facts, content.asked)


def faults_of(
    missing: tuple[Missing, ...], definition: AchievementDefinition
) -> Mapping[str, tuple[str, str | None]]:
    """Return what is missing as faults of the form's fields, in the same order."""
    faults: dict[str, tuple[str, str | None]] = {}
    several = len(definition.artefact_requirements) > 1
    for one in missing:
        name, code = _FAULTS[one.kind]
        if one.kind is MissingKind.ARTEFACT and several:
            name = "slot.{0}"
        field = name.format(one.subject_id, one.part_id)
        if one.kind is MissingKind.COVERAGE:
            known = faults.get(field, ("", None))[1]
            family = definition.get_rubric().criterion(one.part_id).title
            faults[field] = (code, f"{known}, {family}" if known else family)
        else:
            faults.setdefault(field, (code, _limit(one)))
    return faults


def _limit(one: Missing) -> str | None:
    """Return the limit that was not kept, as the words of a fault take it."""
    if one.required is None:
        return None
    if one.kind in _LENGTH_CODES:
        return length_text(one.required * 1000)
    if one.kind is MissingKind.TOO_LARGE:
        return str(one.required // 1024**2)
    if one.kind is MissingKind.LOG_MINUTES:
        return hours_text(one.required)
    if one.kind in _WORDS or one.kind is MissingKind.LOG_ENTRIES:
        return f"{one.required}"
    return None


def make_checklist(
    content: DraftContent, missing: tuple[Missing, ...]
) -> tuple[ChecklistItem, ...]:
    """Return everything that is asked for, done or not, in the order of the form."""
    return (
        *_answer_items(content, missing),
        *_pool_items(content, missing),
        *_artefact_items(content, missing),
        *_log_items(content, missing),
        *_reference_items(content, missing),
        *_coverage_items(content, missing),
        *_self_items(content, missing),
        ChecklistItem(
            code="name",
            is_done=not _of(missing, "", MissingKind.NAME),
            subject="",
            found=None,
            required=None,
            anchor="name_on_badge",
        ),
    )


def _facts(content: DraftContent) -> SubmissionFacts:
    fields = content.fields
    return SubmissionFacts(
        answers=tuple(
            AnswerFacts(prompt_id=prompt.id, words=content.words(prompt.id))
            for prompt in content.definition.prompts
        ),
        artefacts=tuple(_artefact_facts(row, content) for row in content.artefacts),
        references=tuple(
            _reference_facts(row, content)
            for row in content.references
            if row.criterion_id not in content.kept
        ),
        logs=log_facts(content.entries),
        self_rated=frozenset(
            name.removeprefix(_SELF)
            for name, value in fields.items()
            if name.startswith(_SELF) and value
        ),
        is_name_confirmed=fields["name_confirmed"] == YES and is_visible(fields["name_on_badge"]),
    )


def _artefact_facts(row: ArtefactRow, content: DraftContent) -> ArtefactFacts:
    fields, is_ready = content.fields, row.state == "ready"
    requirement = content.requirement_of(row)
    prefix = f"artefact.{row.id}.attested."
    # Its questions come with the file: one that is not in yet lacks nothing else.
    people = fields.get(f"artefact.{row.id}.people", "") if is_ready else People.NOBODY
    return ArtefactFacts(
        artefact_id=str(row.id),
        kind=ArtefactKind(row.kind),
        is_ready=is_ready,
        people=People(people or People.UNKNOWN),
        requirement_id=requirement.id if requirement else None,
        media_type=media_type_of(row.media_type, row.title),
        size=row.size,
        milliseconds=content.milliseconds_of(row),
        attested=frozenset(
            name.removeprefix(prefix)
            for name, value in fields.items()
            if name.startswith(prefix) and value == YES
        ),
    )


def _entry(row: LogEntryRow, fields: Fields) -> LogEntryRow:
    """Return an entry as the form has it; not one that is stored."""
    name = f"log.{row.id}"
    return LogEntryRow(
        id=row.id,
        log_id=row.log_id,
        day=fields[f"{name}.day"],
        minutes=fields[f"{name}.minutes"],
        person=fields.get(f"{name}.person", ""),
        note=fields[f"{name}.note"],
        position=row.position,
    )


def _reference_facts(row: EvidenceReferenceRow, content: DraftContent) -> EvidenceReferenceFacts:
    fields, name = content.fields, f"reference.{row.id}"
    source = fields[f"{name}.source"]
    is_answer = source.startswith(ANSWER)
    return EvidenceReferenceFacts(
        reference_id=str(row.id),
        criterion_id=content.criterion_of(row),
        artefact_id=None if is_answer or not source else source,
        prompt_id=source.removeprefix(ANSWER) if is_answer else None,
        has_locator=bool(fields[f"{name}.locator"].strip()),
        has_explanation=bool(fields[f"{name}.explanation"].strip()),
    )


def _answer_items(content: DraftContent, missing: tuple[Missing, ...]) -> Iterator[ChecklistItem]:
    for prompt in content.asked.prompts:
        lacking = _of(missing, prompt.id, *_ANSWER_CODES)
        if not lacking and not prompt.required:
            continue
        yield ChecklistItem(
            code=_ANSWER_CODES[lacking[0].kind] if lacking else "answer",
            is_done=not lacking,
            subject=prompt_title(content.definition, prompt),
            found=lacking[0].found if lacking else None,
            required=lacking[0].required if lacking else None,
            anchor=f"answer-{prompt.id}",
        )


def _pool_items(content: DraftContent, missing: tuple[Missing, ...]) -> Iterator[ChecklistItem]:
    for pool in content.asked.word_pools:
        lacking = _of(missing, pool.id, *_POOL_CODES)
        yield ChecklistItem(
            code=_POOL_CODES[lacking[0].kind] if lacking else "pool",
            is_done=not lacking,
            subject=pool.title,
            found=lacking[0].found if lacking else None,
            required=lacking[0].required if lacking else None,
            anchor=f"pool-{pool.id}",
        )


def _artefact_items(content: DraftContent, missing: tuple[Missing, ...]) -> Iterator[ChecklistItem]:
    for row in content.artefacts:
        id_ = str(row.id)
        unfinished = _of(missing, id_, MissingKind.UPLOAD)
        objected = _of(missing, id_, MissingKind.CONSENT)
        yield _artefact_item(
            row,
            "upload" if unfinished else "consent" if objected else "people",
            is_done=not _of(missing, id_, MissingKind.PEOPLE) and not unfinished and not objected,
            anchor=f"artefact-{id_}" if unfinished else f"artefact-{id_}-people",
        )
        if row.state == "ready":
            yield from _items_of_artefact(content, row, missing)
    asked = content.asked.artefact_requirements
    for requirement in asked:
        if requirement.minimum_count:
            yield ChecklistItem(
                code="artefact",
                is_done=not _of(missing, requirement.id, MissingKind.ARTEFACT),
                subject=requirement.title,
                found=len(serving(requirement, content.facts.artefacts, asked)),
                required=requirement.minimum_count,
                anchor=f"slot-{requirement.id}" if is_split(content.definition) else "file",
            )


def _items_of_artefact(
    content: DraftContent, row: ArtefactRow, missing: tuple[Missing, ...]
) -> Iterator[ChecklistItem]:
    """Yield what the requirement of an artefact asks of it."""
    id_, requirement = str(row.id), content.requirement_of(row)
    if requirement is None or requirement not in content.asked.artefact_requirements:
        return
    for kind, code in (
        (MissingKind.MEDIA_TYPE, "media_type"),
        (MissingKind.TOO_LARGE, "file_large"),
    ):
        if _of(missing, id_, kind):
            yield _artefact_item(row, code, is_done=False, anchor=f"artefact-{id_}")
    if requirement.has_length:
        lacking = _of(missing, id_, *_LENGTH_CODES)
        item = _artefact_item(
            row,
            _LENGTH_CODES[lacking[0].kind] if lacking else "length",
            is_done=not lacking,
            anchor=f"artefact-{id_}-length",
        )
        yield replace(item, detail=_limit(lacking[0]) or "" if lacking else "")
    if requirement.attestations:
        lacking = _of(missing, id_, MissingKind.ATTESTATION)
        first = lacking[0].part_id if lacking else requirement.attestations[0].id
        anchor = f"artefact-{id_}-attested-{first}"
        yield _artefact_item(row, "attestation", is_done=not lacking, anchor=anchor)


def _artefact_item(row: ArtefactRow, code: str, *, is_done: bool, anchor: str) -> ChecklistItem:
    return ChecklistItem(
        code=code, is_done=is_done, subject=row.title, found=None, required=None, anchor=anchor
    )


def _log_items(content: DraftContent, missing: tuple[Missing, ...]) -> Iterator[ChecklistItem]:
    for log in content.asked.logs:
        limits = {
            MissingKind.LOG_ENTRIES: log.minimum_entries,
            MissingKind.LOG_MINUTES: log.minimum_minutes,
        }
        for kind, code in _LOG_CODES.items():
            lacking = _of(missing, log.id, kind)
            if limits[kind]:
                yield ChecklistItem(
                    code=code,
                    is_done=not lacking,
                    subject=log.title,
                    found=lacking[0].found if lacking else None,
                    required=limits[kind],
                    anchor=f"log-{log.id}",
                )


def _reference_items(
    content: DraftContent, missing: tuple[Missing, ...]
) -> Iterator[ChecklistItem]:
    rubric = content.definition.get_rubric()
    for criterion_id, rule in content.asked.evidence_rules.items():
        criterion, minimum = rubric.criterion(criterion_id), rule.minimum_per_criterion
        rows = [row for row in content.references if content.criterion_of(row) == criterion.id]
        unfinished = [row for row in rows if _of(missing, str(row.id), *_UNFINISHED_REFERENCE)]
        for row in unfinished:
            yield ChecklistItem(
                code="reference_incomplete",
                is_done=False,
                subject=criterion.title,
                found=None,
                required=None,
                anchor=f"reference-{row.id}",
            )
        is_lacking = bool(_of(missing, criterion.id, MissingKind.REFERENCE))
        # Where unfinished ones would be enough, they are what is missing: nothing counts twice.
        if minimum and (is_lacking or len(rows) - len(unfinished) >= minimum):
            yield ChecklistItem(
                code="reference",
                is_done=not is_lacking,
                subject=criterion.title,
                found=len(rows),
                required=minimum,
                anchor=f"references-{criterion.id}",
            )


def _coverage_items(content: DraftContent, missing: tuple[Missing, ...]) -> Iterator[ChecklistItem]:
    rubric = content.definition.get_rubric()
    for coverage in content.asked.coverages:
        lacking = _of(missing, coverage.id, MissingKind.COVERAGE)
        families = len(rubric.criterion(coverage.criterion_id).criteria)
        yield ChecklistItem(
            code="coverage",
            is_done=not lacking,
            subject=coverage.title,
            found=families - len(lacking),
            required=families,
            anchor=f"coverage-{coverage.id}",
            detail=", ".join(rubric.criterion(one.part_id).title for one in lacking),
        )


def _self_items(content: DraftContent, missing: tuple[Missing, ...]) -> Iterator[ChecklistItem]:
    rubric = content.definition.get_rubric()
    asked = content.asked.self_rated
    for round_ in self_rounds(rubric):
        names = [self_field(round_.phase, one.id) for one in rubric.criteria_of(round_)]
        mine = [name for name in names if name.removeprefix(_SELF) in asked]
        lacking = [
            name for name in mine if _of(missing, name.removeprefix(_SELF), MissingKind.SELF_RATING)
        ]
        if mine:
            yield ChecklistItem(
                code="self_rating",
                is_done=not lacking,
                subject=phase_title(rubric, round_.phase),
                found=len(mine) - len(lacking),
                required=len(mine),
                anchor=(lacking or mine)[0].replace(".", "-"),
            )


def _of(missing: tuple[Missing, ...], subject_id: str, *kinds: MissingKind) -> tuple[Missing, ...]:
    return tuple(one for one in missing if one.subject_id == subject_id and one.kind in kinds)
