"""What a learner hands in: answers, artefacts, references, entries of a log.

`criterion_id` says for which criterion something is asked, where it is asked for
one: what was passed is then not asked again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rubrics.errors import InvalidRubricError, refuse_repeats

ANSWER_PREFIX = "answer:"
"""Before the id of a prompt, where a source may be an artefact or an answer."""
REFERENCES_MAXIMUM = 20
"""Evidence references of one criterion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A question that the learner answers in words.

    Limits are words as `rubrics.requirements.word_count` counts them.
    """

    id: str
    title: str
    help: str = ""
    minimum_words: int | None = None
    maximum_words: int | None = None
    required: bool = True
    criterion_id: str | None = None

    def __post_init__(self) -> None:
        _check_limits(f"prompts/{self.id}", self.minimum_words, self.maximum_words)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPool:
    """Several prompts whose answers together keep a limit of words."""

    id: str
    title: str
    prompt_ids: tuple[str, ...]
    minimum_words: int | None = None
    maximum_words: int | None = None

    def __post_init__(self) -> None:
        place = f"word_pools/{self.id}"
        refuse_repeats(place, self.prompt_ids)
        _check_limits(place, self.minimum_words, self.maximum_words)


class ArtefactKind(StrEnum):
    """The ways in which an artefact is handed in."""

    FILE = "file"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """Something that only the learner can know of an artefact, and states by a tick."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactRequirement:
    """How many artefacts of which kinds a learner hands in at least, and what they are like.

    `media_types` are of files, such as `video/mp4`; none means any. Lengths are seconds, both
    ends included, of what plays; `tolerance_seconds` widens both ends.
    """

    id: str
    title: str
    help: str = ""
    kinds: tuple[ArtefactKind, ...]
    minimum_count: int
    media_types: tuple[str, ...] = ()
    maximum_bytes: int | None = None
    minimum_seconds: int | None = None
    maximum_seconds: int | None = None
    tolerance_seconds: int = 0
    attestations: tuple[Attestation, ...] = ()
    criterion_id: str | None = None

    def __post_init__(self) -> None:
        place = f"artefact_requirements/{self.id}"
        if not self.kinds:
            raise InvalidRubricError(place, "names no kind")
        refuse_repeats(place, (one.id for one in self.attestations))
        _check_limits(place, self.minimum_seconds, self.maximum_seconds)

    @property
    def has_length(self) -> bool:
        """Whether it says how long something may play."""
        return self.minimum_seconds is not None or self.maximum_seconds is not None


def candidates(
    requirements: Iterable[ArtefactRequirement], kind: str
) -> tuple[ArtefactRequirement, ...]:
    """Return the requirements that something of this kind can be for."""
    return tuple(one for one in requirements if kind in one.kinds)


def only_candidate(
    requirements: Iterable[ArtefactRequirement], kind: str
) -> ArtefactRequirement | None:
    """Return what something of this kind is for, said or not: the only one that takes it."""
    possible = candidates(requirements, kind)
    return possible[0] if len(possible) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """References from every family, in every one of some places.

    The families are the criteria directly below `criterion_id`; a reference counts for a
    family where it stands at the family or at anything below it. `sources` are ids of artefact
    requirements, or `answer:` and the id of a prompt; none means one place, anywhere.
    """

    id: str
    title: str
    criterion_id: str
    minimum_per_family: int = 1
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Entries of a kind of work: each has a date, minutes and a note, maybe a person's code."""

    id: str
    title: str
    help: str = ""
    minimum_entries: int = 0
    minimum_minutes: int = 0
    asks_person: bool = False
    criterion_id: str | None = None


def _check_limits(place: str, minimum: int | None, maximum: int | None) -> None:
    if minimum is not None and maximum is not None and minimum > maximum:
        raise InvalidRubricError(place, "asks for more than it allows")
