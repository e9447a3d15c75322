"""What a definition says about itself: where its words come from, what is open, what was found."""

from dataclasses import replace
from functools import lru_cache

from badges.definition import AchievementDefinition
from badges.findings import finding_text
from badges.linter import lint
from lti_tool.services.models import CriterionView, DefinitionFacts, FindingView, RubricView
from rubrics.findings import Finding

# Definitions are frozen, and proving things about a large one takes a while.
_findings = lru_cache(maxsize=64)(lint)


def definition_facts(definition: AchievementDefinition) -> DefinitionFacts:
    """Return what the definition's own page says beside its rubric."""
    source = definition.provenance.source
    return DefinitionFacts(
        origin=definition.origin.value,
        source_name=source.name if source else "",
        source_sha256=source.sha256 if source else "",
        changes=definition.provenance.changes,
        open_questions=tuple(one.text for one in definition.provenance.open_questions),
        findings=tuple(_finding(definition, one) for one in _findings(definition)),
    )


def publicly(definition: AchievementDefinition, view: RubricView) -> RubricView:
    """Return a rubric as strangers may see it: names alone where its licence keeps the text."""
    licence = definition.get_rubric().licence or definition.licence
    if licence is None or licence.allows_redistribution:
        return view
    return replace(view, criteria=tuple(map(_names_alone, view.criteria)), is_withheld=True)


def _names_alone(criterion: CriterionView) -> CriterionView:
    return replace(
        criterion,
        definition="",
        levels=tuple(replace(level, descriptor="") for level in criterion.levels),
        criteria=tuple(map(_names_alone, criterion.criteria)),
    )


def _finding(definition: AchievementDefinition, finding: Finding) -> FindingView:
    reasons = {(one.code, one.place): one.reason for one in definition.accepted_warnings}
    return FindingView(
        severity=finding.severity.value,
        place=finding.place,
        text=finding_text(finding),
        reason=reasons.get((str(finding.code), finding.place), ""),
    )
