"""Findings in plain English, as commands say them. Pages word the same codes again."""

from collections.abc import Mapping
from decimal import Decimal

from badges.form_linter import FormCode
from badges.linter import DefinitionCode
from badges.prerequisites import PrerequisiteCode
from rubrics.documents import points_text
from rubrics.findings import Finding, Value
from rubrics.linter import RubricCode

TEXTS: Mapping[str, str] = {
    RubricCode.LEVEL_SOURCE_UNDECIDED: "Nobody has chosen yet how a level arises.",
    RubricCode.TASKS_MISSING: "Levels arise from scored tasks, and there are none.",
    RubricCode.BAND_MISSING: "Levels arise from scored tasks, and “{level}” has no band.",
    RubricCode.BANDS_OVERLAP: "A total of {totals} makes both “{other}” and “{level}”.",
    RubricCode.BANDS_OUT_OF_ORDER: "“{level}” asks for a lower total than “{other}” below it.",
    RubricCode.TOTAL_WITHOUT_BAND: "The tasks can total {totals}, which makes no level.",
    RubricCode.TOTAL_UNREACHABLE: (
        "The band of “{level}” ({band}) holds totals that the tasks cannot reach: {totals}."
    ),
    RubricCode.BAND_UNREACHABLE: (
        "The tasks reach no total in the band of “{level}” ({band}): nobody can get it."
    ),
    RubricCode.STEPS_DISAGREE: (
        "Who gets the points of “{level}” in every task ({points}) totals {total}, and that "
        "makes “{other}”."
    ),
    RubricCode.MEAN_WITHOUT_BAND: "Two raters' totals can average {totals}, which makes no level.",
    RubricCode.MEAN_OF_LEVELS: "Levels have no mean; these are rated with levels: {criteria}.",
    RubricCode.TITLE_REPEATED: "Several are called “{title}”: {ids}.",
    DefinitionCode.CONDITIONS_MISSING: "It says nowhere what the badge asks for.",
    DefinitionCode.CONDITION_ALWAYS_HOLDS: "Whatever is rated fulfils this condition.",
    DefinitionCode.CONDITION_NEVER_HOLDS: "Nobody can ever fulfil this condition.",
    DefinitionCode.CONDITION_IMPLIED: "This holds whenever these do: {by}.",
    DefinitionCode.THRESHOLD_BETWEEN: "Nothing reaches this exactly: it asks for {next}.",
    DefinitionCode.PASS_IMPOSSIBLE: "Nobody can ever earn this badge, because of {conditions}.",
    DefinitionCode.PASS_CERTAIN: "Whoever is rated at all earns this badge.",
    DefinitionCode.PASS_LOOKS_LIKE_A_FAIL: (
        "A pass may have {points} of {maximum} points. As a bare percentage ({percent} %) it "
        "would look like a fail; the tool sends none."
    ),
    DefinitionCode.CRITERION_UNUSED: "“{criterion}” is rated, and no condition looks at it.",
    DefinitionCode.RATING_UNUSED: (
        "“{criterion}” is not rated by assessors, and no condition looks at what others say."
    ),
    DefinitionCode.LICENCE_MISSING: "Nothing says under which licence the text ({origin}) is.",
    DefinitionCode.CHANGES_FORBIDDEN: (
        "The text is adapted, and its licence, {licence}, allows no changes."
    ),
    DefinitionCode.TEXT_WITHHELD: (
        "{licence} forbids to hand the text on: public pages and credentials show names alone."
    ),
    DefinitionCode.ATTRIBUTION_MISSING: "{licence} asks to say whom the text comes from.",
    FormCode.PROMPT_UNUSED: ("“{prompt}” belongs to no criterion, no coverage and no word pool."),
    FormCode.COVERAGE_WITHOUT_EVIDENCE: (
        "It asks for references, and the form asks for nothing that they could point to."
    ),
    FormCode.COVERAGE_OUT_OF_REACH: (
        "It asks for {required} references of “{criterion}”, and no more than {most} can be given."
    ),
    FormCode.EVIDENCE_RULE_WITHOUT_EVIDENCE: (
        "“{criterion}” needs references ({required}), and the form asks for nothing that they "
        "could point to."
    ),
    FormCode.WORD_POOL_TOO_LARGE: (
        "It asks for {minimum} words, and its prompts together allow no more than {most}."
    ),
    FormCode.WORD_POOL_TOO_SMALL: (
        "It allows {maximum} words, and its prompts together ask for at least {least}."
    ),
    PrerequisiteCode.PREREQUISITE_UNKNOWN: "The program has no badge {badge}.",
    PrerequisiteCode.PREREQUISITE_UNEARNABLE: "Nobody can earn the badge {badge}.",
    PrerequisiteCode.PREREQUISITE_CYCLE: (
        "These badges ask for each other, so that nobody can earn them: {chain}."
    ),
    DefinitionCode.CRITERIA_NARRATIVE_MISSING: "It lacks the text that says how it is earned.",
    DefinitionCode.IMAGE_ALT_MISSING: "It lacks the text that says what its image shows.",
}
"""By the code of a finding, with the names of its values."""


def finding_text(finding: Finding) -> str:
    """Return a finding as one sentence without markup; its place and severity are not in it."""
    values = {name: value_text(value) for name, value in finding.values.items()}
    return TEXTS[finding.code].format(**values)


def value_text(value: Value) -> str:
    """Return a value of a finding as sentences have it."""
    if isinstance(value, tuple):
        return ", ".join(map(value_text, value))
    return points_text(value) if isinstance(value, Decimal) else str(value)
