"""What a draft holds and lacks, as its checklist. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from lti_tool.services.draft_content import DraftContent
from lti_tool.services.draft_faults import limit_of
from lti_tool.services.pages.learner import ChecklistItem
from lti_tool.services.presenting import phase_title, prompt_title
from lti_tool.services.requirements import is_split
from lti_tool.services.self_ratings import SELF, self_field, self_rounds
from lti_tool.store.rows import ArtefactRow
from rubrics.requirements import Missing, MissingKind, preflight, serving

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


def find_missing(content: DraftContent) -> tuple[Missing, ...]:
    """Return what stands between a draft and its submission, in the order of the form."""
    return preflight(content.facts, content.asked)


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
        yield replace(item, detail=limit_of(lacking[0]) or "" if lacking else "")
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
        mine = [name for name in names if name.removeprefix(SELF) in asked]
        lacking = [
            name for name in mine if _of(missing, name.removeprefix(SELF), MissingKind.SELF_RATING)
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
