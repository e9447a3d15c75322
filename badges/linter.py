"""Proves things about a definition before anyone works toward it.

Nothing that is found is mended or left out by itself: a condition that another one implies
today is evaluated and reported as before, and stops being implied as soon as a program adds
a criterion or a level. What is proved, and what only as far as it could be counted, stands in
`badges.proofs`.
"""

from collections.abc import Iterable, Iterator
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from badges.definition_values import AchievementDefinition, Origin
from badges.form_linter import lint_form
from badges.prerequisites import lint_prerequisites
from badges.proofs import TOP, Proofs, prove
from rubrics.findings import Finding, error, notice, warning
from rubrics.linter import criterion_place
from rubrics.linter import lint as lint_rubric
from rubrics.model import Licence, Rubric

LOOKS_LIKE_A_FAIL = Decimal(70)
"""Common letter schemes of gradebooks call less than so many per cent a D or an F."""
TENTH = Decimal("0.1")
ASKS_FOR_CREDIT = "CC BY"
"""The licences whose titles begin so have to name whom the text comes from."""


class DefinitionCode(StrEnum):
    """What is found in a definition, beside its rubric, its form and its prerequisites."""

    CONDITIONS_MISSING = "conditions_missing"
    CONDITION_ALWAYS_HOLDS = "condition_always_holds"
    CONDITION_NEVER_HOLDS = "condition_never_holds"
    CONDITION_IMPLIED = "condition_implied"
    """It holds whenever others beside it hold."""
    THRESHOLD_BETWEEN = "threshold_between"
    """Nothing reaches it exactly: the next value that something reaches asks the same."""
    PASS_IMPOSSIBLE = "pass_impossible"  # noqa: S105 - an award, no password
    """No ratings and facts meet all conditions together."""
    PASS_CERTAIN = "pass_certain"  # noqa: S105 - an award, no password
    """Whatever is rated meets all conditions."""
    PASS_LOOKS_LIKE_A_FAIL = "pass_looks_like_a_fail"  # noqa: S105 - an award, no password
    """As a bare percentage, the fewest points of a pass would look like a fail."""
    CRITERION_UNUSED = "criterion_unused"
    """It is rated, and no condition looks at it."""
    RATING_UNUSED = "rating_unused"
    """Others than assessors rate it, and no condition looks at what they say."""
    LICENCE_MISSING = "licence_missing"
    CHANGES_FORBIDDEN = "changes_forbidden"
    """The text is adapted, and its licence allows no changes."""
    TEXT_WITHHELD = "text_withheld"
    """The licence forbids to hand the text on: public pages and credentials have names alone."""
    ATTRIBUTION_MISSING = "attribution_missing"
    CRITERIA_NARRATIVE_MISSING = "criteria_narrative_missing"
    IMAGE_ALT_MISSING = "image_alt_missing"


def lint(
    definition: AchievementDefinition, program: Iterable[AchievementDefinition] = ()
) -> tuple[Finding, ...]:
    """Return everything that is found in `definition`: errors, warnings and notices.

    `program` are the definitions of its program, as far as they are known; without
    them nothing is said about prerequisites. Of a placeholder there is nothing to say.
    """
    rubric = definition.rubric
    if rubric is None:
        return ()
    known = tuple(program)
    return (
        *lint_rubric(rubric),
        *_lint_conditions(definition, rubric),
        *lint_form(definition, rubric),
        *_lint_texts(definition, rubric),
        *(lint_prerequisites(definition, known) if known else ()),
    )


def _lint_conditions(definition: AchievementDefinition, rubric: Rubric) -> Iterator[Finding]:
    if definition.is_formative:
        return
    if not definition.conditions:
        yield error(DefinitionCode.CONDITIONS_MISSING, TOP)
        return
    proofs = prove(rubric, definition.conditions)
    yield from _lint_outcomes(proofs, len(definition.conditions))
    for place in proofs.never:
        yield error(DefinitionCode.CONDITION_NEVER_HOLDS, place)
    for place in proofs.always:
        yield notice(DefinitionCode.CONDITION_ALWAYS_HOLDS, place)
    for implied in proofs.implied:
        yield notice(DefinitionCode.CONDITION_IMPLIED, implied.place, by=implied.by)
    for place, value in proofs.raised.items():
        yield notice(DefinitionCode.THRESHOLD_BETWEEN, place, next=value)
    yield from _lint_least_points(proofs, rubric)
    yield from _lint_unused(proofs, rubric)


def _lint_outcomes(proofs: Proofs, count: int) -> Iterator[Finding]:
    whole = [f"{TOP}/{position}" for position in range(count)]
    never = tuple(place for place in whole if place in proofs.never)
    if never:
        yield error(DefinitionCode.PASS_IMPOSSIBLE, TOP, conditions=never)
    if set(proofs.always).issuperset(whole):
        yield warning(DefinitionCode.PASS_CERTAIN, TOP)


def _lint_least_points(proofs: Proofs, rubric: Rubric) -> Iterator[Finding]:
    """Compare the fewest points of a pass with all points: the product sends no percentages."""
    least, most = proofs.least_points, rubric.maximum_points
    if least is None or most <= 0:
        return
    percent = (100 * least / most).quantize(TENTH, ROUND_FLOOR)
    if percent < LOOKS_LIKE_A_FAIL:
        code = DefinitionCode.PASS_LOOKS_LIKE_A_FAIL
        yield notice(code, TOP, points=least, maximum=most, percent=percent)


def _lint_unused(proofs: Proofs, rubric: Rubric) -> Iterator[Finding]:
    assessed = {one.id for one in rubric.rated_criteria}
    looked_at = {key[-1] for key in proofs.looked_at if key[0] in {"rating", "round"}}
    for criterion in rubric.all_criteria:
        if not criterion.is_rated or criterion.id in looked_at:
            continue
        is_assessed = criterion.id in assessed
        code = DefinitionCode.CRITERION_UNUSED if is_assessed else DefinitionCode.RATING_UNUSED
        yield notice(code, criterion_place(criterion.id), criterion=criterion.title)


def _lint_texts(definition: AchievementDefinition, rubric: Rubric) -> Iterator[Finding]:
    if not definition.criteria_narrative:
        yield error(DefinitionCode.CRITERIA_NARRATIVE_MISSING, "criteria_narrative")
    if not definition.image_alt:
        yield error(DefinitionCode.IMAGE_ALT_MISSING, "image_alt")
    if definition.licence is None:
        find = warning if definition.origin is Origin.OWN else error
        yield find(DefinitionCode.LICENCE_MISSING, "licence", origin=definition.origin)
    else:
        yield from _lint_licence(definition, definition.licence, definition.attribution, "")
    whole = (definition.licence, definition.attribution)
    if rubric.licence is not None and (rubric.licence, rubric.attribution) != whole:
        yield from _lint_licence(definition, rubric.licence, rubric.attribution, "rubric/")


def _lint_licence(
    definition: AchievementDefinition, licence: Licence, attribution: str, above: str
) -> Iterator[Finding]:
    place, title = f"{above}licence", licence.title
    if definition.origin is Origin.ADAPTED and not licence.allows_changes:
        yield error(DefinitionCode.CHANGES_FORBIDDEN, place, licence=title)
    if not licence.allows_redistribution:
        yield notice(DefinitionCode.TEXT_WITHHELD, place, licence=title)
    if title.startswith(ASKS_FOR_CREDIT) and not attribution.strip():
        yield error(DefinitionCode.ATTRIBUTION_MISSING, f"{above}attribution", licence=title)
