"""What a draft holds, and what an attempt is asked for: small values that a caller makes.

Ids are the caller's own; they come back in `rubrics.requirements.Missing.subject_id`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rubrics.criterion import EvidenceRule
from rubrics.form import ArtefactKind, ArtefactRequirement, Coverage, Log, Prompt, WordPool
from rubrics.model import Rubric

# Han, Hiragana and Katakana: scripts without spaces, where each character counts.
_SPACELESS = re.compile(
    "[\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


class People(StrEnum):
    """The learner's answer to: does anyone else appear in it, and did they consent?"""

    UNKNOWN = "unknown"
    NOBODY = "nobody"
    CONSENTED = "consented"
    NOT_CONSENTED = "not_consented"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """An answer to a prompt: how many words it has."""

    prompt_id: str
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactFacts:
    """An artefact: what it is, whether all of it has arrived, who appears in it.

    `requirement_id` is the requirement that it was handed in for; without one it
    counts for the only one that takes its kind. `milliseconds` is how long it plays,
    None where nobody knows. `attested` are the ids of what its learner stated.
    """

    artefact_id: str
    kind: ArtefactKind
    is_ready: bool
    people: People
    requirement_id: str | None = None
    media_type: str = ""
    size: int = 0
    milliseconds: int | None = None
    attested: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReferenceFacts:
    """A reference from a criterion to an artefact or to the answer to a prompt."""

    reference_id: str
    criterion_id: str
    artefact_id: str | None = None
    prompt_id: str | None = None
    has_locator: bool
    has_explanation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFacts:
    """What the entries of a log add up to; only whole entries count."""

    log_id: str
    entries: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionFacts:
    """What a draft holds. `self_rated` are the criteria that the learner has rated."""

    answers: tuple[AnswerFacts, ...] = ()
    artefacts: tuple[ArtefactFacts, ...] = ()
    references: tuple[EvidenceReferenceFacts, ...] = ()
    logs: tuple[LogFacts, ...] = ()
    self_rated: frozenset[str] = frozenset()
    is_name_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one attempt is asked for: what an earlier one has passed is left out by the caller.

    `evidence_rules` go by criterion, in the order of the form.
    """

    rubric: Rubric
    evidence_rules: Mapping[str, EvidenceRule] = field(default_factory=dict)
    prompts: tuple[Prompt, ...] = ()
    word_pools: tuple[WordPool, ...] = ()
    artefact_requirements: tuple[ArtefactRequirement, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    logs: tuple[Log, ...] = ()
    self_rated: tuple[str, ...] = ()


def word_count(text: str) -> int:
    """Return the number of words of `text`, in any script.

    A word is a run of characters without white space that holds at least one
    letter or digit of any script: "well-being" and "and/or" are one word, a
    lone dash is none. In Chinese and Japanese, which put no spaces between
    words, each Han, Hiragana or Katakana character is a word, as word
    processors count it.
    """
    spaced, characters = _SPACELESS.subn(" ", text)
    return characters + sum(any(map(str.isalnum, run)) for run in spaced.split())
