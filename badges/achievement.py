"""What is earned and who says so, in the words of Open Badges 3.0.

The values hold what a credential says and nothing about how it is spelled there.
Every `id` is a URI that belongs to this thing alone.
Source: https://www.imsglobal.org/spec/ob/v3p0/
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture at a URL; `caption` says what it shows to those who do not see it."""

    url: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who stands behind a credential. `id` is a DID.

    `endorsements` are signed credentials of others about it, as JSON.
    """

    id: str
    name: str
    url: str
    email: str | None = None
    description: str | None = None
    endorsements: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """A place in a framework that an achievement corresponds to.

    Only resolved ones exist here: without a `target_url` nobody can look it up.
    """

    id: str
    target_name: str
    target_url: str
    target_type: str | None = None
    target_code: str | None = None
    target_framework: str | None = None
    target_description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricCriterionLevel:
    """One step of a criterion's scale; `points` are rubric points, where it has some."""

    id: str
    name: str
    points: Decimal | None = None
    description: str = ""
    alignments: tuple[Alignment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDescription:
    """One criterion that results are given for: by levels, or by numbers.

    `levels` go from low to high; `required_level` is the id of the lowest one that
    an award needs, if the award rule names one. `bounds` are the least and the
    greatest number, `required_value` the least that an award needs.
    """

    id: str
    name: str
    levels: tuple[RubricCriterionLevel, ...] = ()
    required_level: str | None = None
    bounds: tuple[Decimal, Decimal] | None = None
    required_value: Decimal | None = None
    alignments: tuple[Alignment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """One published version of something to earn.

    `criteria_narrative` is Markdown; it says how it is earned and how levels arise.
    `endorsements` are signed credentials about it, as JSON.
    """

    id: str
    name: str
    description: str
    version: str
    creator: Issuer
    image: Image
    criteria_url: str
    criteria_narrative: str
    result_descriptions: tuple[ResultDescription, ...] = ()
    alignments: tuple[Alignment, ...] = ()
    tags: tuple[str, ...] = ()
    achievement_type: str = "Badge"
    language: str = "en"
    endorsements: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The level that was reached in one criterion, by the ids of both; `value` in points.

    A scale of numbers has no level; levels without points have no value.
    """

    id: str
    result_description: str
    achieved_level: str | None
    value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A page about the work that was assessed, at a URL that tells nothing by itself.

    `genre` says what kind of thing it is, where it is not such work: a badge.
    """

    url: str
    name: str
    narrative: str
    genre: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedResource:
    """Another document that this one rests on, bound by the hash of its exact bytes."""

    id: str
    media_type: str
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where to look whether the credential was revoked: an entry of a published list."""

    list_url: str
    index: int
