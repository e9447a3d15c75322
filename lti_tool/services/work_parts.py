"""The form of a draft, part by part: what is asked for one top criterion, or for no single one.

Pure but for the addresses of files, which carry tickets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from lti_tool.services.beside import log_facts
from lti_tool.services.draft_content import DraftContent
from lti_tool.services.draft_fields import find_coverage
from lti_tool.services.evidence import ANSWER, artefact_kind, artefact_view
from lti_tool.services.file_access import FileLinks
from lti_tool.services.lengths import hours_text, length_text
from lti_tool.services.locators import locator_kind
from lti_tool.services.models import ArtefactRuleView, PreviousAttempt
from lti_tool.services.pages.learner import (
    AnswerField,
    ArtefactField,
    ArtefactSlot,
    AttestationField,
    Choice,
    CoverageField,
    CriterionWork,
    FamilyView,
    LogEntryField,
    LogField,
    PartWork,
    PoolField,
    ReferenceField,
    SourceOption,
    UnfinishedUpload,
)
from lti_tool.services.presenting import (
    artefact_rule_views,
    criterion_view,
    prompt_title,
    prompt_views,
)
from lti_tool.services.requirements import is_split
from lti_tool.services.urls import CourseURLs
from lti_tool.store.rows import ArtefactRow, EvidenceReferenceRow
from rubrics.criterion import Criterion, EvidenceRule
from rubrics.form import ArtefactKind, ArtefactRequirement, Coverage, Log, candidates
from rubrics.requirements import uncovered_families

ACCEPTED = (
    "application/pdf,image/jpeg,image/png,image/webp,video/*,audio/*,text/plain,"
    ".doc,.docx,.odt,.ppt,.pptx,.odp,.xls,.xlsx,.ods,.csv,.zip"
)
"""What a file chooser offers first. Without HEIC, phones hand photos over as JPEG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAround:
    """What the parts of a form need besides the draft."""

    links: FileLinks
    urls: CourseURLs
    received: Callable[[UUID], int]
    maximum_bytes: int
    refused_links: Mapping[str, tuple[str, str]]


def make_parts(
    content: DraftContent,
    stored: DraftContent,
    previous: PreviousAttempt | None,
    around: PartAround,
) -> tuple[PartWork, ...]:
    """Return the parts of the form: what is asked for no single criterion, then the others.

    `content` is what its fields show, `stored` what is counted: what was refused is not in yet.
    """
    maker = _Maker(content, stored, previous, around)
    tops = content.definition.get_rubric().criteria
    return (maker.part(None), *(maker.part(one) for one in tops if maker.is_part(one)))


def source_options(content: DraftContent) -> tuple[SourceOption, ...]:
    """Return what references can point to."""
    return (
        *(
            SourceOption(value=str(row.id), label=row.title, kind=artefact_kind(row))
            for row in content.artefacts
            if row.state == "ready"
        ),
        *(
            SourceOption(
                value=f"{ANSWER}{prompt.id}",
                label=prompt_title(content.definition, prompt),
                kind="answer",
            )
            for prompt in content.definition.prompts
        ),
    )


class _Maker:
    """Makes the parts of one draft's form."""

    def __init__(
        self,
        content: DraftContent,
        stored: DraftContent,
        previous: PreviousAttempt | None,
        around: PartAround,
    ) -> None:
        self._content, self._stored, self._around = content, stored, around
        self._definition, self._fields = content.definition, content.fields
        self._rubric = content.definition.get_rubric()
        self._asked = content.asked
        self._results = {one.criterion.id: one for one in previous.results} if previous else {}
        self._kinds = {option.value: option.kind for option in source_options(content)}
        self._numbers = {one.id: n for n, one in enumerate(self._rubric.rated_criteria, start=1)}
        self._tops = {below.id: top.id for top in self._rubric.criteria for below in top.walk()}
        asked_for = (
            *(one.criterion_id for one in self._definition.prompts),
            *(one.criterion_id for one in self._definition.artefact_requirements),
            *(one.criterion_id for one in self._definition.logs),
            *(one.criterion_id for one in self._definition.coverages),
        )
        self._part_ids = {self._top(id_) for id_ in asked_for} - {None}

    def is_part(self, top: Criterion) -> bool:
        """Whether something beside references is asked for a top criterion."""
        return top.id in self._part_ids

    def part(self, top: Criterion | None) -> PartWork:
        """Return what is asked for one top criterion, or for none."""
        id_ = top.id if top else None
        return PartWork(
            criterion=criterion_view(self._numbers.get(top.id), top) if top else None,
            kept=self._results.get(top.id) if top and top.id in self._content.kept else None,
            answers=self._answers(id_),
            pools=self._pools(id_),
            slots=self._slots(id_),
            logs=tuple(
                self._log(one)
                for one in self._definition.logs
                if self._top(one.criterion_id) == id_
            ),
            criteria=self._criteria(id_),
            coverages=tuple(
                self._coverage(one)
                for one in self._definition.coverages
                if self._top(one.criterion_id) == id_
            ),
        )

    def _top(self, criterion_id: str | None) -> str | None:
        return None if criterion_id is None else self._tops[criterion_id]

    def _answers(self, part_id: str | None) -> tuple[AnswerField, ...]:
        views = prompt_views(self._definition)
        return tuple(
            AnswerField(
                prompt=view,
                text=self._fields[f"answer.{prompt.id}"],
                words=self._content.words(prompt.id),
                is_kept=prompt not in self._asked.prompts,
            )
            for prompt, view in zip(self._definition.prompts, views, strict=True)
            if self._top(prompt.criterion_id) == part_id
        )

    def _pools(self, part_id: str | None) -> tuple[PoolField, ...]:
        """Return the pools whose prompts all stand in this part; others stand in the first one."""
        places = {one.id: self._top(one.criterion_id) for one in self._definition.prompts}
        found = []
        for pool in self._asked.word_pools:
            tops = {places[id_] for id_ in pool.prompt_ids}
            if (tops.pop() if len(tops) == 1 else None) == part_id:
                words = sum(self._content.words(id_) for id_ in pool.prompt_ids)
                found.append(
                    PoolField(
                        id=pool.id,
                        title=pool.title,
                        names=tuple(f"answer.{id_}" for id_ in pool.prompt_ids),
                        words=words,
                        minimum_words=pool.minimum_words,
                        maximum_words=pool.maximum_words,
                    )
                )
        return tuple(found)

    def _slots(self, part_id: str | None) -> tuple[ArtefactSlot, ...]:
        requirements = self._definition.artefact_requirements
        rules = {one.id: one for one in artefact_rule_views(self._definition)}
        if is_split(self._definition):
            lost = [one for one in self._content.artefacts if self._requirement_id(one) == ""]
            slots = [self._slot("", None, (), lost)] if lost and part_id is None else []
            return (
                *slots,
                *(
                    self._slot(one.id, one, (rules[one.id],), self._rows_of(one.id))
                    for one in requirements
                    if self._top(one.criterion_id) == part_id
                ),
            )
        only = requirements[0] if requirements else None
        if self._top(only.criterion_id if only else None) != part_id:
            return ()
        return (self._slot("", only, tuple(rules.values()), list(self._content.artefacts)),)

    def _requirement_id(self, row: ArtefactRow) -> str:
        found = self._content.requirement_of(row)
        return found.id if found else ""

    def _rows_of(self, requirement_id: str) -> list[ArtefactRow]:
        rows = self._content.artefacts
        return [row for row in rows if self._requirement_id(row) == requirement_id]

    def _slot(
        self,
        key: str,
        requirement: ArtefactRequirement | None,
        rules: tuple[ArtefactRuleView, ...],
        rows: list[ArtefactRow],
    ) -> ArtefactSlot:
        is_split_ = is_split(self._definition)
        types = requirement.media_types if requirement else ()
        most = requirement.maximum_bytes if requirement else None
        maximum = self._around.maximum_bytes
        url, title = self._around.refused_links.get(key, ("", ""))
        return ArtefactSlot(
            key=key,
            rules=rules,
            artefacts=tuple(self._artefact(row) for row in rows if row.state == "ready"),
            unfinished=tuple(self._unfinished(row) for row in rows if row.state == "uploading"),
            # One place for everything has always taken both.
            takes_files=not requirement or not is_split_ or ArtefactKind.FILE in requirement.kinds,
            takes_links=not requirement or not is_split_ or ArtefactKind.LINK in requirement.kinds,
            media_types=types,
            accepted=",".join(types) or ACCEPTED,
            maximum_bytes=maximum if most is None else min(most, maximum),
            is_kept=requirement is not None
            and requirement not in self._asked.artefact_requirements,
            has_inputs=bool(key) or not is_split_,
            link_url=url,
            link_title=title,
        )

    def _artefact(self, row: ArtefactRow) -> ArtefactField:
        name, requirement = f"artefact.{row.id}", self._content.requirement_of(row)
        view = artefact_view(row, self._around.links, self._definition)
        possible = candidates(self._definition.artefact_requirements, row.kind)
        asks_length = requirement is not None and requirement.has_length
        length = self._fields.get(f"{name}.length") if asks_length else None
        return ArtefactField(
            artefact=replace(
                view,
                people=self._fields[f"{name}.people"] or None,
                visibility=self._fields[f"{name}.visibility"],
                length=length_text(self._content.milliseconds_of(row)),
            ),
            requirement_id=requirement.id if requirement else "",
            choices=tuple((one.id, one.title) for one in possible) if len(possible) > 1 else (),
            length=length,
            attestations=tuple(
                AttestationField(
                    id=one.id,
                    text=one.text,
                    is_ticked=bool(self._fields[f"{name}.attested.{one.id}"]),
                )
                for one in requirement.attestations
            )
            if requirement
            else (),
        )

    def _unfinished(self, row: ArtefactRow) -> UnfinishedUpload:
        return UnfinishedUpload(
            id=str(row.id),
            name=row.title,
            offset=self._around.received(row.id),
            size=row.size,
            url=self._around.urls.upload(row.id),
        )

    def _log(self, log: Log) -> LogField:
        entries = [one for one in self._content.entries if one.log_id == log.id]
        whole = log_facts([one for one in self._stored.entries if one.log_id == log.id])
        facts = whole[0] if whole else None
        return LogField(
            id=log.id,
            title=log.title,
            help=log.help,
            asks_person=log.asks_person,
            minimum_entries=log.minimum_entries,
            minimum_hours=hours_text(log.minimum_minutes) if log.minimum_minutes else "",
            entries=tuple(
                LogEntryField(
                    id=str(one.id),
                    day=one.day,
                    minutes=one.minutes,
                    person=one.person,
                    note=one.note,
                )
                for one in entries
            ),
            count=facts.entries if facts else 0,
            hours=hours_text(facts.minutes if facts else 0),
            is_kept=log not in self._asked.logs,
        )

    def _criteria(self, part_id: str | None) -> tuple[CriterionWork, ...]:
        rules = self._definition.evidence_rules()
        place = part_id if part_id in self._part_ids else None
        found = (self._rubric.criterion(id_) for id_ in rules)
        return tuple(
            CriterionWork(
                criterion=criterion_view(self._numbers.get(criterion.id), criterion),
                references=self._references(criterion.id),
                kept=self._results.get(criterion.id)
                if criterion.id in self._content.kept
                else None,
            )
            for criterion in found
            if (top if (top := self._tops[criterion.id]) in self._part_ids else None) == place
            and self._has_references(criterion, rules[criterion.id])
        )

    def _has_references(self, criterion: Criterion, rule: EvidenceRule) -> bool:
        """Whether references stand at a criterion itself: where they are asked for, or are."""
        if find_coverage(self._definition, self._rubric, criterion.id):
            return False
        asks = rule.minimum_per_criterion or rule.needs_locator or rule.needs_explanation
        return bool(asks or self._references(criterion.id))

    def _references(self, *criterion_ids: str) -> tuple[ReferenceField, ...]:
        return tuple(
            self._reference(row)
            for row in self._content.references
            if self._content.criterion_of(row) in criterion_ids
        )

    def _reference(self, row: EvidenceReferenceRow) -> ReferenceField:
        name = f"reference.{row.id}"
        source = self._fields[f"{name}.source"]
        return ReferenceField(
            id=str(row.id),
            source=source,
            locator=self._fields[f"{name}.locator"],
            explanation=self._fields[f"{name}.explanation"],
            locator_kind=locator_kind(self._kinds.get(source, "")),
            criterion_id=self._content.criterion_of(row),
        )

    def _coverage(self, coverage: Coverage) -> CoverageField:
        place = self._rubric.criterion(coverage.criterion_id)
        facts, requirements = self._stored.facts, self._definition.artefact_requirements
        lacking = {
            self._place(source): uncovered_families(
                replace(coverage, sources=(source,) if source else ()),
                self._rubric,
                facts,
                requirements,
            )
            for source in coverage.sources or ("",)
        }
        return CoverageField(
            id=coverage.id,
            title=coverage.title,
            criterion_id=coverage.criterion_id,
            minimum_per_family=coverage.minimum_per_family,
            places=tuple(self._place(source) for source in coverage.sources),
            families=tuple(
                FamilyView(
                    id=family.id,
                    title=family.title,
                    indicators=tuple(
                        Choice(value=one.id, label=one.title)
                        for one in family.walk()
                        if one is not family or not family.criteria
                    ),
                    lacks=tuple(place for place, ids in lacking.items() if family.id in ids),
                )
                for family in place.criteria
            ),
            references=self._references(*(one.id for one in place.walk())),
            is_kept=coverage not in self._asked.coverages,
        )

    def _place(self, source: str) -> str:
        """Return what a place of a coverage is called: a requirement, or a prompt."""
        titles = {one.id: one.title for one in self._definition.artefact_requirements}
        for prompt in self._definition.prompts:
            titles[f"{ANSWER}{prompt.id}"] = prompt_title(self._definition, prompt)
        return titles.get(source, "")
