"""Coverage of families, and what is settled: what the check before a submission says of them."""

from rubrics.criterion import Criterion, EvidenceRule
from rubrics.form import ArtefactKind, Coverage
from rubrics.model import LevelSource, Rubric
from rubrics.requirements import Missing, MissingKind, preflight
from rubrics.scales import ScaleKind
from rubrics.submission import (
    ArtefactFacts,
    Asked,
    EvidenceReferenceFacts,
    People,
    SubmissionFacts,
)
from tests.factories import a_criterion, an_artefact_requirement


def a_heading(id_: str, *below: Criterion) -> Criterion:
    """Something that nobody rates."""
    return Criterion(id=id_, title=id_.title(), scale=ScaleKind.NONE, criteria=below)


def a_reference(criterion_id: str) -> EvidenceReferenceFacts:
    """A whole reference to the one artefact."""
    return EvidenceReferenceFacts(
        reference_id=f"at {criterion_id}",
        criterion_id=criterion_id,
        artefact_id="file",
        has_locator=True,
        has_explanation=True,
    )


RUBRIC = Rubric(
    id="families",
    title="Families",
    level_source=LevelSource.ASSESSOR,
    criteria=(
        a_heading("plan", a_heading("first", a_heading("detail")), a_heading("second")),
        a_criterion("rated"),
    ),
)
COVERAGE = Coverage(id="both", title="Both families", criterion_id="plan")
FILE = ArtefactFacts(
    artefact_id="file", kind=ArtefactKind.FILE, is_ready=True, people=People.NOBODY
)
NO_RULE = EvidenceRule(minimum_per_criterion=0, needs_locator=False, needs_explanation=False)


def missing(*criterion_ids: str, own: int = 0) -> list[Missing]:
    """What lacks where references stand at these criteria; `own` are asked for at the plan."""
    rule = EvidenceRule(minimum_per_criterion=own, needs_locator=False, needs_explanation=False)
    asked = Asked(
        rubric=RUBRIC,
        evidence_rules={"plan": rule, "first": NO_RULE, "detail": NO_RULE, "second": NO_RULE},
        coverages=(COVERAGE,),
    )
    facts = SubmissionFacts(
        artefacts=(FILE,),
        references=tuple(a_reference(id_) for id_ in criterion_ids),
        is_name_confirmed=True,
    )
    return list(preflight(facts, asked))


def test_families_are_covered_by_what_stands_below_them() -> None:
    """The family that lacks is named."""
    assert missing("detail", "second") == []
    assert missing("detail") == [
        Missing(kind=MissingKind.COVERAGE, subject_id="both", part_id="second")
    ]


def test_a_reference_that_stands_nowhere_yet_is_not_finished() -> None:
    """Unless the criterion asks for references of its own, which it then is."""
    (open_one,) = missing("detail", "second", "plan")
    assert (open_one.kind, open_one.subject_id) == (MissingKind.INDICATOR, "at plan")
    assert missing("detail", "second", "plan", own=1) == []


def test_what_is_for_a_settled_requirement_lacks_nothing() -> None:
    """It stays as it was handed in; what is asked for now does not count it."""
    settled = ArtefactFacts(
        artefact_id="old",
        kind=ArtefactKind.FILE,
        is_ready=True,
        people=People.NOBODY,
        requirement_id="settled",
    )
    asked = Asked(rubric=RUBRIC, artefact_requirements=(an_artefact_requirement("open"),))

    found = preflight(SubmissionFacts(artefacts=(settled,), is_name_confirmed=True), asked)

    assert [(one.kind, one.subject_id) for one in found] == [(MissingKind.ARTEFACT, "open")]
