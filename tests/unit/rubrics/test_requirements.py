"""What is missing before a draft can be handed in."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.criterion import EvidenceRule
from rubrics.form import ArtefactKind, Prompt
from rubrics.requirements import Missing, MissingKind, preflight
from rubrics.submission import (
    AnswerFacts,
    ArtefactFacts,
    Asked,
    EvidenceReferenceFacts,
    People,
    SubmissionFacts,
    word_count,
)
from tests.factories import a_criterion, a_prompt, a_rubric, an_artefact_requirement

STRICT = EvidenceRule(minimum_per_criterion=1, needs_locator=True, needs_explanation=True)


def an_artefact(id_: str = "video", **changes: object) -> ArtefactFacts:
    """A file that has arrived and shows nobody else."""
    artefact = ArtefactFacts(
        artefact_id=id_, kind=ArtefactKind.FILE, is_ready=True, people=People.NOBODY
    )
    return replace(artefact, **changes)  # type: ignore[arg-type]  # a test's own keywords


def a_reference(id_: str = "ref", **changes: object) -> EvidenceReferenceFacts:
    """A reference from the criterion "clarity" to the video, with place and explanation."""
    reference = EvidenceReferenceFacts(
        reference_id=id_,
        criterion_id="clarity",
        artefact_id="video",
        has_locator=True,
        has_explanation=True,
    )
    return replace(reference, **changes)  # type: ignore[arg-type]  # a test's own keywords


READY = SubmissionFacts(
    answers=(AnswerFacts(prompt_id="story", words=100),),
    artefacts=(an_artefact(),),
    references=(a_reference(),),
    is_name_confirmed=True,
)


def missing(
    facts: SubmissionFacts, *, prompt: Prompt | None = None, rule: EvidenceRule = STRICT
) -> list[Missing]:
    """What `facts` lack for one prompt, one artefact and one criterion."""
    return list(
        preflight(
            facts,
            Asked(
                rubric=a_rubric(a_criterion()),
                evidence_rules={"clarity": rule},
                prompts=(prompt or a_prompt(),),
                artefact_requirements=(an_artefact_requirement(),),
            ),
        )
    )


def test_a_whole_draft_lacks_nothing() -> None:
    """With everything there, nothing is missing."""
    assert missing(READY) == []


def test_an_empty_draft_names_everything_in_the_order_of_the_form() -> None:
    """Answer, artefact, reference and name are named, each with its id and counts."""
    assert missing(SubmissionFacts()) == [
        Missing(kind=MissingKind.ANSWER, subject_id="story"),
        Missing(kind=MissingKind.ARTEFACT, subject_id="evidence", required=1, found=0),
        Missing(kind=MissingKind.REFERENCE, subject_id="clarity", required=1, found=0),
        Missing(kind=MissingKind.NAME, subject_id=""),
    ]


@pytest.mark.parametrize(
    ("words", "kind", "limit"),
    [
        (49, MissingKind.TOO_FEW_WORDS, 50),
        (50, None, None),
        (250, None, None),
        (251, MissingKind.TOO_MANY_WORDS, 250),
    ],
)
def test_word_limits_include_their_ends(
    words: int, kind: MissingKind | None, limit: int | None
) -> None:
    """251 words of 250 are too many and 250 are not; the count is told."""
    facts = replace(READY, answers=(AnswerFacts(prompt_id="story", words=words),))
    prompt = a_prompt(minimum_words=50, maximum_words=250)

    found = [(m.kind, m.required, m.found) for m in missing(facts, prompt=prompt)]

    assert found == ([(kind, limit, words)] if kind else [])


def test_an_optional_prompt_may_stay_empty_but_keeps_its_limits() -> None:
    """Nobody has to answer it; whoever does keeps to its limits."""
    prompt = a_prompt(required=False, maximum_words=10)

    assert missing(replace(READY, answers=()), prompt=prompt) == []
    assert [m.kind for m in missing(READY, prompt=prompt)] == [MissingKind.TOO_MANY_WORDS]


def test_answers_to_other_prompts_are_ignored() -> None:
    """An answer that an earlier version asked for stands in nobody's way."""
    facts = replace(READY, answers=(*READY.answers, AnswerFacts(prompt_id="old", words=9999)))

    assert missing(facts) == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"is_ready": False}, MissingKind.UPLOAD),
        ({"people": People.UNKNOWN}, MissingKind.PEOPLE),
        ({"people": People.NOT_CONSENTED}, MissingKind.CONSENT),
        ({"people": People.CONSENTED}, None),
    ],
)
def test_every_artefact_is_whole_and_answers_for_others(
    changes: dict[str, Any], kind: MissingKind | None
) -> None:
    """An upload that is not whole, an open question, or a missing consent holds it back."""
    facts = replace(READY, artefacts=(an_artefact(**changes),))

    assert missing(facts) == ([Missing(kind=kind, subject_id="video")] if kind else [])


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"has_locator": False}, MissingKind.LOCATOR),
        ({"has_explanation": False}, MissingKind.EXPLANATION),
    ],
)
def test_a_reference_has_place_and_explanation_where_the_rule_asks(
    changes: dict[str, Any], kind: MissingKind
) -> None:
    """T15: a reference without locator or explanation is named where they are asked for."""
    facts = replace(READY, references=(a_reference(**changes),))
    lenient = replace(STRICT, needs_locator=False, needs_explanation=False)

    assert missing(facts) == [Missing(kind=kind, subject_id="ref")]
    assert missing(facts, rule=lenient) == []


@pytest.mark.parametrize("target", [{"artefact_id": None}, {"artefact_id": "removed"}])
def test_a_reference_that_points_nowhere_is_missing_once(target: dict[str, Any]) -> None:
    """A reference to nothing, or to a removed artefact, is named; it is not to be added too."""
    facts = replace(READY, references=(a_reference(**target),))

    assert missing(facts) == [Missing(kind=MissingKind.REFERENCE_TARGET, subject_id="ref")]


def test_a_reference_to_an_answer_needs_no_locator() -> None:
    """An answer is read whole, so it counts as evidence without a place in it."""
    reference = a_reference(artefact_id=None, prompt_id="story", has_locator=False)

    assert missing(replace(READY, references=(reference,))) == []


def test_a_reference_to_an_empty_answer_does_not_count() -> None:
    """What is not written is no evidence."""
    reference = a_reference(artefact_id=None, prompt_id="story")
    facts = replace(READY, answers=(), references=(reference,))

    assert MissingKind.REFERENCE_TARGET in [m.kind for m in missing(facts)]


def test_what_is_missing_goes_criterion_by_criterion() -> None:
    """Each with its references in their order, then what has to be added, as the form has it."""
    facts = replace(
        READY,
        references=(
            a_reference("2", criterion_id="depth", artefact_id=None),
            a_reference("1", has_explanation=False),
            a_reference("3", has_locator=False),
        ),
    )

    rule = replace(STRICT, minimum_per_criterion=2)
    asked = Asked(
        rubric=a_rubric(*map(a_criterion, ("clarity", "breadth", "depth"))),
        evidence_rules=dict.fromkeys(("clarity", "breadth", "depth"), rule),
    )
    found = preflight(facts, asked)

    assert [(one.kind, one.subject_id, one.found) for one in found] == [
        (MissingKind.EXPLANATION, "1", None),
        (MissingKind.LOCATOR, "3", None),
        (MissingKind.REFERENCE, "breadth", 0),
        (MissingKind.REFERENCE_TARGET, "2", None),
        (MissingKind.REFERENCE, "depth", 1),
    ]


def test_evidence_is_counted_for_each_criterion() -> None:
    """A reference of one competency is none of another."""
    facts = replace(READY, references=(a_reference(criterion_id="depth"),))

    assert missing(facts) == [
        Missing(kind=MissingKind.REFERENCE, subject_id="clarity", required=1, found=0)
    ]


def test_artefacts_are_counted_by_kind() -> None:
    """A link does not make up for a file."""
    requirement = replace(an_artefact_requirement(), kinds=(ArtefactKind.LINK,))

    found = preflight(READY, Asked(rubric=a_rubric(), artefact_requirements=(requirement,)))

    assert [m.kind for m in found] == [MissingKind.ARTEFACT]


def test_the_name_has_to_be_confirmed() -> None:
    """A badge is never issued to a name that its earner has not seen."""
    facts = replace(READY, is_name_confirmed=False)

    assert missing(facts) == [Missing(kind=MissingKind.NAME, subject_id="")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("   \n\t ", 0),
        ("One two  three\nfour", 4),
        ("well-being and/or don't", 3),
        ("a - b \u2014 c \u2026 !", 3),
        ("\u2022 first\n\u2022 second", 2),
        ("2020-2025: Goal 3", 3),
        ("Stra\u00dfe d\u00e9j\u00e0 de\u0301ja\u0300 na\u00efve", 4),
        ("\u043f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440", 2),
        ("\u0645\u0631\u062d\u0628\u0627 \u0628\u0643", 2),
        ("\u6211\u559c\u6b22\u8bfb\u4e66", 5),
        ("\u6211\u7528 Python \u5199\u4f5c\u3002", 5),
        ("\u30b3\u30fc\u30c1\u3067\u3059", 5),
        ("\U0001f600 \U0001f44d\U0001f3fd", 0),
        ("a\u00a0b\u2003c\u3000d", 4),
        ("\u00bd cup", 2),
    ],
)
def test_words_are_counted_in_any_script(text: str, words: int) -> None:
    """Runs with a letter or digit are words; Han and kana count by the character."""
    assert word_count(text) == words


@settings(deadline=None)
@given(first=st.text(), second=st.text())
def test_words_of_two_paragraphs_add_up(first: str, second: str) -> None:
    """Counting is additive: no answer gains or loses words by being split into lines."""
    assert word_count(f"{first}\n{second}") == word_count(first) + word_count(second)
