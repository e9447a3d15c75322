"""Submission pre-flight: what is missing before a learner can hand in. Data, not sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rubrics.criterion import Criterion, EvidenceRule
from rubrics.form import (
    ANSWER_PREFIX,
    ArtefactKind,
    ArtefactRequirement,
    Coverage,
    Log,
    only_candidate,
)
from rubrics.model import Rubric
from rubrics.submission import (
    ArtefactFacts,
    Asked,
    EvidenceReferenceFacts,
    LogFacts,
    People,
    SubmissionFacts,
)


class MissingKind(StrEnum):
    """What is missing, and whose id `Missing.subject_id` is."""

    ANSWER = "answer"
    """A required prompt has no answer (prompt)."""
    TOO_FEW_WORDS = "too_few_words"
    """(prompt)"""
    TOO_MANY_WORDS = "too_many_words"
    """(prompt)"""
    ARTEFACT = "artefact"
    """Fewer artefacts than asked for (artefact requirement)."""
    POOL_TOO_FEW_WORDS = "pool_too_few_words"
    """(word pool)"""
    POOL_TOO_MANY_WORDS = "pool_too_many_words"
    """(word pool)"""
    MEDIA_TYPE = "media_type"
    """Its type is none that its requirement takes (artefact)."""
    TOO_LARGE = "too_large"
    """More bytes than its requirement takes (artefact)."""
    LENGTH = "length"
    """Nobody has said how long it plays (artefact)."""
    TOO_SHORT = "too_short"
    """It plays for fewer seconds than asked for (artefact)."""
    TOO_LONG = "too_long"
    """It plays for more seconds than allowed (artefact)."""
    ATTESTATION = "attestation"
    """Something that its learner has to state of it is not stated (artefact)."""
    COVERAGE = "coverage"
    """A family (`part_id`) lacks references in some place (coverage)."""
    INDICATOR = "indicator"
    """It stands at nothing that its coverage counts (reference)."""
    LOG_ENTRIES = "log_entries"
    """(log)"""
    LOG_MINUTES = "log_minutes"
    """(log)"""
    SELF_RATING = "self_rating"
    """The learner has not rated it (criterion)."""
    UPLOAD = "upload"
    """It has not arrived whole (artefact)."""
    PEOPLE = "people"
    """Nobody has said whether anyone else appears in it (artefact)."""
    CONSENT = "consent"
    """Others appear in it and did not consent (artefact)."""
    REFERENCE = "reference"
    """Fewer evidence references than asked for, unfinished ones counted (criterion)."""
    REFERENCE_TARGET = "reference_target"
    """It points to no artefact or answer of this submission (reference)."""
    LOCATOR = "locator"
    """(reference)"""
    EXPLANATION = "explanation"
    """(reference)"""
    NAME = "name"
    """The name on the badge is not confirmed (empty)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing that stands between a draft and its submission.

    `required` and `found` are counts (words, artefacts, references, seconds, bytes,
    minutes) where the kind has a count. `part_id` is the attestation or the family.
    """

    kind: MissingKind
    subject_id: str
    part_id: str = ""
    required: int | None = None
    found: int | None = None


def preflight(facts: SubmissionFacts, asked: Asked) -> tuple[Missing, ...]:
    """Return what is missing, in the order of the form; empty when it can be handed in.

    Answers to other prompts than those asked for are ignored.
    """
    return (
        *_missing_answers(facts, asked),
        *_missing_of_artefacts(facts, asked.artefact_requirements),
        *_missing_artefacts(facts, asked.artefact_requirements),
        *_missing_in_logs(facts, asked.logs),
        *_missing_references(facts, asked.evidence_rules),
        *_missing_in_coverages(facts, asked),
        *(
            Missing(kind=MissingKind.SELF_RATING, subject_id=id_)
            for id_ in asked.self_rated
            if id_ not in facts.self_rated
        ),
        *([] if facts.is_name_confirmed else [Missing(kind=MissingKind.NAME, subject_id="")]),
    )


def serving(
    requirement: ArtefactRequirement,
    artefacts: Iterable[ArtefactFacts],
    requirements: Sequence[ArtefactRequirement],
) -> tuple[ArtefactFacts, ...]:
    """Return the artefacts that were handed in for one of several requirements."""
    return tuple(one for one in artefacts if _served(one, requirements) == requirement.id)


def uncovered_families(
    coverage: Coverage, rubric: Rubric, facts: SubmissionFacts, asked: Sequence[ArtefactRequirement]
) -> tuple[str, ...]:
    """Return the ids of the families that lack references in some place, in the rubric's order."""
    targets = _targets(facts, asked)
    return tuple(
        family.id
        for family in rubric.criterion(coverage.criterion_id).criteria
        if any(
            _count_references(family, source, facts, targets) < coverage.minimum_per_family
            for source in coverage.sources or ("",)
        )
    )


def _missing_answers(facts: SubmissionFacts, asked: Asked) -> Iterator[Missing]:
    words = {answer.prompt_id: answer.words for answer in facts.answers}
    for prompt in asked.prompts:
        found = words.get(prompt.id, 0)
        if found:
            kinds = (MissingKind.TOO_FEW_WORDS, MissingKind.TOO_MANY_WORDS)
            limits = (prompt.minimum_words, prompt.maximum_words)
            yield from _outside(prompt.id, found, limits, kinds)
        elif prompt.required:
            yield Missing(kind=MissingKind.ANSWER, subject_id=prompt.id)
    for pool in asked.word_pools:
        found = sum(words.get(prompt_id, 0) for prompt_id in pool.prompt_ids)
        kinds = (MissingKind.POOL_TOO_FEW_WORDS, MissingKind.POOL_TOO_MANY_WORDS)
        yield from _outside(pool.id, found, (pool.minimum_words, pool.maximum_words), kinds)


def _outside(
    subject_id: str,
    found: int,
    limits: tuple[int | None, int | None],
    kinds: tuple[MissingKind, MissingKind],
) -> Iterator[Missing]:
    """Yield which of two limits, both of them allowed, `found` does not keep."""
    minimum, maximum = limits
    if minimum is not None and found < minimum:
        yield Missing(kind=kinds[0], subject_id=subject_id, required=minimum, found=found)
    if maximum is not None and found > maximum:
        yield Missing(kind=kinds[1], subject_id=subject_id, required=maximum, found=found)


def _missing_artefacts(
    facts: SubmissionFacts, requirements: Sequence[ArtefactRequirement]
) -> Iterator[Missing]:
    for requirement in requirements:
        found = len(serving(requirement, facts.artefacts, requirements))
        if found < requirement.minimum_count:
            yield Missing(
                kind=MissingKind.ARTEFACT,
                subject_id=requirement.id,
                required=requirement.minimum_count,
                found=found,
            )


def _missing_of_artefacts(
    facts: SubmissionFacts, requirements: Sequence[ArtefactRequirement]
) -> Iterator[Missing]:
    by_id: dict[str | None, ArtefactRequirement] = {one.id: one for one in requirements}
    for artefact in facts.artefacts:
        if not artefact.is_ready:
            yield Missing(kind=MissingKind.UPLOAD, subject_id=artefact.artefact_id)
        # What was handed in for a requirement that is settled stays as it is.
        elif (served := _served(artefact, requirements)) in by_id:
            yield from _missing_of_artefact(artefact, by_id[served])
        if artefact.people is People.UNKNOWN:
            yield Missing(kind=MissingKind.PEOPLE, subject_id=artefact.artefact_id)
        if artefact.people is People.NOT_CONSENTED:
            yield Missing(kind=MissingKind.CONSENT, subject_id=artefact.artefact_id)


def _missing_of_artefact(
    artefact: ArtefactFacts, requirement: ArtefactRequirement
) -> Iterator[Missing]:
    id_, most = artefact.artefact_id, requirement.maximum_bytes
    is_file = artefact.kind is ArtefactKind.FILE
    if is_file and requirement.media_types and artefact.media_type not in requirement.media_types:
        yield Missing(kind=MissingKind.MEDIA_TYPE, subject_id=id_)
    if most is not None and artefact.size > most:
        yield Missing(
            kind=MissingKind.TOO_LARGE, subject_id=id_, required=most, found=artefact.size
        )
    if requirement.has_length:
        yield from _missing_length(artefact, requirement)
    for attestation in requirement.attestations:
        if attestation.id not in artefact.attested:
            kind = MissingKind.ATTESTATION
            yield Missing(kind=kind, subject_id=id_, part_id=attestation.id)


def _missing_length(artefact: ArtefactFacts, requirement: ArtefactRequirement) -> Iterator[Missing]:
    """Yield what is wrong with how long something plays; both limits are allowed themselves."""
    id_, length = artefact.artefact_id, artefact.milliseconds
    if length is None:
        yield Missing(kind=MissingKind.LENGTH, subject_id=id_)
        return
    seconds, tolerance = length // 1000, requirement.tolerance_seconds
    least, most = requirement.minimum_seconds, requirement.maximum_seconds
    if least is not None and length < (least - tolerance) * 1000:
        yield Missing(kind=MissingKind.TOO_SHORT, subject_id=id_, required=least, found=seconds)
    if most is not None and length > (most + tolerance) * 1000:
        yield Missing(kind=MissingKind.TOO_LONG, subject_id=id_, required=most, found=seconds)


def _missing_in_logs(facts: SubmissionFacts, logs: Iterable[Log]) -> Iterator[Missing]:
    found = {one.log_id: one for one in facts.logs}
    for log in logs:
        one = found.get(log.id, LogFacts(log_id=log.id, entries=0, minutes=0))
        for kind, required, there in (
            (MissingKind.LOG_ENTRIES, log.minimum_entries, one.entries),
            (MissingKind.LOG_MINUTES, log.minimum_minutes, one.minutes),
        ):
            if there < required:
                yield Missing(kind=kind, subject_id=log.id, required=required, found=there)


def _missing_in_coverages(facts: SubmissionFacts, asked: Asked) -> Iterator[Missing]:
    for coverage in asked.coverages:
        rule = asked.evidence_rules.get(coverage.criterion_id)
        if rule is None or not rule.minimum_per_criterion:
            for reference in facts.references:
                if reference.criterion_id == coverage.criterion_id:
                    yield Missing(kind=MissingKind.INDICATOR, subject_id=reference.reference_id)
        lacking = uncovered_families(coverage, asked.rubric, facts, asked.artefact_requirements)
        for family_id in lacking:
            kind = MissingKind.COVERAGE
            yield Missing(kind=kind, subject_id=coverage.id, part_id=family_id)


def _served(artefact: ArtefactFacts, requirements: Sequence[ArtefactRequirement]) -> str | None:
    """Return the id of the requirement that an artefact was handed in for."""
    if artefact.requirement_id is not None:
        return artefact.requirement_id
    only = only_candidate(requirements, artefact.kind)
    return only.id if only else None


def _targets(
    facts: SubmissionFacts, requirements: Sequence[ArtefactRequirement]
) -> Mapping[str, str]:
    """Return the place of everything that a reference may point to, as coverages name places."""
    places = {one.artefact_id: _served(one, requirements) or "" for one in facts.artefacts}
    return places | {
        ANSWER_PREFIX + one.prompt_id: ANSWER_PREFIX + one.prompt_id
        for one in facts.answers
        if one.words
    }


def _count_references(
    family: Criterion, source: str, facts: SubmissionFacts, targets: Mapping[str, str]
) -> int:
    inside = {one.id for one in family.walk()}
    return sum(
        (target := _target(reference)) in targets and source in {"", targets[target]}
        for reference in facts.references
        if reference.criterion_id in inside
    )


def _target(reference: EvidenceReferenceFacts) -> str:
    if reference.prompt_id is not None:
        return ANSWER_PREFIX + reference.prompt_id
    return reference.artefact_id or ""


def _missing_references(
    facts: SubmissionFacts, rules: Mapping[str, EvidenceRule]
) -> Iterator[Missing]:
    for criterion_id, rule in rules.items():
        begun = [one for one in facts.references if one.criterion_id == criterion_id]
        for reference in begun:
            yield from _missing_of_reference(reference, facts, rule)
        # One that is begun is named for what it lacks itself, and not a second time here.
        if len(begun) < rule.minimum_per_criterion:
            yield Missing(
                kind=MissingKind.REFERENCE,
                subject_id=criterion_id,
                required=rule.minimum_per_criterion,
                found=len(begun),
            )


def _missing_of_reference(
    reference: EvidenceReferenceFacts, facts: SubmissionFacts, rule: EvidenceRule
) -> Iterator[Missing]:
    id_ = reference.reference_id
    if not _has_target(reference, facts):
        yield Missing(kind=MissingKind.REFERENCE_TARGET, subject_id=id_)
    if rule.needs_locator and reference.artefact_id and not reference.has_locator:
        yield Missing(kind=MissingKind.LOCATOR, subject_id=id_)
    if rule.needs_explanation and not reference.has_explanation:
        yield Missing(kind=MissingKind.EXPLANATION, subject_id=id_)


def _has_target(reference: EvidenceReferenceFacts, facts: SubmissionFacts) -> bool:
    return any(
        artefact.artefact_id == reference.artefact_id for artefact in facts.artefacts
    ) or any(answer.prompt_id == reference.prompt_id and answer.words for answer in facts.answers)
