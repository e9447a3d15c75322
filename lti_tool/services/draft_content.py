"""A draft as its form has it, and what it holds of what is asked for. Pure."""

from dataclasses import dataclass, replace

from badges.asking import asked_of
from badges.definition import AchievementDefinition
from lti_tool.services.beside import log_facts
from lti_tool.services.draft_fields import YES, Fields
from lti_tool.services.evidence import ANSWER
from lti_tool.services.lengths import parse_length
from lti_tool.services.requirements import media_type_of, served
from lti_tool.services.self_ratings import SELF, criterion_of, self_fields
from lti_tool.services.texts import is_visible
from lti_tool.store.rows import ArtefactRow, EvidenceReferenceRow, LogEntryRow
from rubrics.form import ArtefactKind, ArtefactRequirement
from rubrics.submission import (
    AnswerFacts,
    ArtefactFacts,
    Asked,
    EvidenceReferenceFacts,
    People,
    SubmissionFacts,
    word_count,
)


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
        return replace(asked, self_rated=tuple(name.removeprefix(SELF) for name in own))

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
            name.removeprefix(SELF)
            for name, value in fields.items()
            if name.startswith(SELF) and value
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
