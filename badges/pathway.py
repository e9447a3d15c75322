"""Components -> PathwayOutcome: whether a stack makes its microcredential, with the trace.

What was issued once is judged by another question than what is to be issued: only a
revoked component can take it away, and only as the pathway declares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from badges.errors import InvalidPathwayError


class OnRevoked(StrEnum):
    """What becomes of an issued microcredential when too few of its components still stand."""

    REVOKE = "revoke"
    """It is revoked, for good."""
    KEEP = "keep"
    """It stands: it says what was true when it was issued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pathway:
    """Which badges make a microcredential. `components` are ids of achievements.

    `needed` is how many of them, None for all. Where it `is_ordered`, each has to be
    earned no earlier than those that stand before it. `needs_sign_off` asks for
    somebody responsible beside the badges.
    """

    components: tuple[str, ...]
    needed: int | None = None
    is_ordered: bool = False
    on_revoked: OnRevoked = OnRevoked.REVOKE
    needs_sign_off: bool = False

    def __post_init__(self) -> None:
        if len(set(self.components)) < len(self.components):
            raise InvalidPathwayError("components", "name a badge twice")
        if not 1 <= self.required <= len(self.components):
            raise InvalidPathwayError("needed", "is none, or more than there are components")

    @property
    def required(self) -> int:
        """How many components have to be held."""
        return len(self.components) if self.needed is None else self.needed


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedCredential:
    """A credential from elsewhere that counts as a component, for the same holder.

    `achievement` is the id of what it was given for, `issuer` the id of who gave it; both
    as they stand in the credential, and compared character by character. `title` and
    `issuer_name` are what people call them: nothing is compared with those.
    """

    component: str
    achievement: str
    issuer: str
    title: str = ""
    issuer_name: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What a credential is compared with: component, achievement, issuer."""
        return self.component, self.achievement, self.issuer


class Standing(StrEnum):
    """How an earner stands with one component."""

    PLACEHOLDER = "placeholder"
    """Its program has not defined it yet: nobody can hold it."""
    MISSING = "missing"
    HELD = "held"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentState:
    """How an earner stands with one component, and since when.

    `earned_at` is the instant of the first award, which a correction keeps.
    """

    standing: Standing
    earned_at: datetime | None = None
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        is_earned = self.standing in {Standing.HELD, Standing.REVOKED}
        if is_earned != (self.earned_at is not None):
            raise InvalidPathwayError("earned_at", "does not go with the standing")
        if (self.standing is Standing.REVOKED) != (self.revoked_at is not None):
            raise InvalidPathwayError("revoked_at", "does not go with the standing")


MISSING = ComponentState(standing=Standing.MISSING)


class PathwayState(StrEnum):
    """What becomes of the microcredential."""

    NOT_DEFINED = "not_defined"
    """Not issuable to anybody: a component is a placeholder."""
    UNMET = "unmet"
    """Too few components are held, or in another order."""
    AWAITS_SIGN_OFF = "awaits_sign_off"
    MET = "met"
    """It can be issued."""
    STANDS = "stands"
    """It is issued and valid."""
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayOutcome:
    """What becomes of a microcredential, and why; components in the pathway's order.

    `required` is how many have to count. `out_of_order` are held, and do not count
    because something before them was earned later.
    """

    state: PathwayState
    required: int
    components: Mapping[str, ComponentState]
    out_of_order: tuple[str, ...] = ()

    @property
    def is_issuable(self) -> bool:
        """Whether everything is there, and it is not issued yet."""
        return self.state is PathwayState.MET

    def standing(self, standing: Standing) -> tuple[str, ...]:
        """Return the components with which the earner stands like that."""
        return tuple(id_ for id_, one in self.components.items() if one.standing is standing)


def evaluate_pathway(
    pathway: Pathway,
    components: Mapping[str, ComponentState],
    *,
    is_signed_off: bool = False,
    is_issued: bool = False,
) -> PathwayOutcome:
    """Return what becomes of a pathway on what an earner holds, by achievement id.

    A component that is not in `components` is missing; what else is in it is ignored.
    A revocation is final where the policy says so: whoever gets the components again
    gets a new microcredential, for which `is_issued` is False.
    """
    states = {id_: components.get(id_, MISSING) for id_ in pathway.components}
    out_of_order = _out_of_order(states) if pathway.is_ordered else ()
    held = sum(one.standing is Standing.HELD for one in states.values())
    if is_issued:
        state = _issued(pathway, states, held)
    elif any(one.standing is Standing.PLACEHOLDER for one in states.values()):
        # Also where enough others are held: what the whole stands for is not known yet.
        state = PathwayState.NOT_DEFINED
    elif held - len(out_of_order) < pathway.required:
        state = PathwayState.UNMET
    elif pathway.needs_sign_off and not is_signed_off:
        state = PathwayState.AWAITS_SIGN_OFF
    else:
        state = PathwayState.MET
    return PathwayOutcome(
        state=state, required=pathway.required, components=states, out_of_order=out_of_order
    )


def _issued(pathway: Pathway, states: Mapping[str, ComponentState], held: int) -> PathwayState:
    is_revoked = any(one.standing is Standing.REVOKED for one in states.values())
    if held >= pathway.required or not is_revoked:
        return PathwayState.STANDS
    match pathway.on_revoked:
        case OnRevoked.KEEP:
            return PathwayState.STANDS
        case OnRevoked.REVOKE:
            return PathwayState.REVOKED


def _out_of_order(states: Mapping[str, ComponentState]) -> tuple[str, ...]:
    """Return what is held and was earned before something that stands before it."""
    found = []
    latest: datetime | None = None
    for id_, one in states.items():
        if one.standing is not Standing.HELD or one.earned_at is None:
            continue
        if latest is not None and one.earned_at < latest:
            found.append(id_)
        else:
            latest = one.earned_at
    return tuple(found)
