"""What a run measures: the cases of the parts that are asked for, and what they are aimed at."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from openbadgeslib.ob3 import contexts

from benchmarks import (
    awards,
    bulk,
    cold,
    linting,
    pictures,
    proofs,
    revoking,
    rules,
    stored,
    tokens,
    web,
)
from benchmarks.installation import Installation, an_installation
from benchmarks.measuring import Case, Turn
from benchmarks.peers import NodePeer, add_python_peers, install_node_peers
from benchmarks.samples import Samples, make_samples
from benchmarks.targets import Target
from tests.credentials import DID

PARTS = "tool", "decisions", "credentials", "cold", "stored", "bulk"
_NODE = "@digitalbazaar/vc, vc-bitstring-status-list and jose on Node.js"


@dataclass(kw_only=True)
class Plan:
    """What is measured, what is aimed at, and who is left out."""

    cases: list[Case] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    last: Callable[[], Iterable[tuple[str, str, Sequence[Turn]]]] | None = None
    """What runs behind the rounds: the turns of each figure, with its peer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a run is asked for."""

    parts: Sequence[str]
    rounds: int
    has_peers: bool
    """Whether what others make is installed and measured, too."""
    stored: Sequence[int]
    """Awards that are stored before one is measured."""
    in_bulk: int
    """Rows of the file of awards."""


def make_plan(stack: ExitStack, wanted: Wanted) -> Plan:
    """Return the plan; once everything is measured, `stack` closes what was opened for it."""
    plan, parts = Plan(), wanted.parts
    folder = Path(stack.enter_context(TemporaryDirectory()))
    node = _install_peers(plan) if wanted.has_peers else None
    if "tool" in parts:
        needed = awards.AWARDS * (wanted.rounds + 1)
        here = _installation(stack, needed + len(("the first badge", "the scoring page")))
        plan.cases += [*web.make_cases(here), *awards.make_cases(here), *linting.make_cases()]
    if "decisions" in parts:
        plan.cases += rules.make_cases()
    if "credentials" in parts:
        _add_credentials(plan, stack, node)
    if "cold" in parts:
        plan.cases += cold.make_cases(folder, node)
        plan.targets += cold.TARGETS
    if "stored" in parts:
        for size in wanted.stored:
            here = _installation(stack, stored.AWARDS * (wanted.rounds + 1) + 1)
            plan.cases.append(stored.make_case(here, size, wanted.stored[0]))
        plan.targets += stored.make_targets(wanted.stored)
    if "bulk" in parts:
        rounds = min(wanted.rounds, bulk.ROUNDS)
        plan.last = partial(bulk.measure_bulk, folder, rows=wanted.in_bulk, rounds=rounds)
        plan.targets += bulk.make_targets()
    return plan


def _installation(stack: ExitStack, learners: int) -> Installation:
    return stack.enter_context(an_installation(learners=learners))


def _install_peers(plan: Plan) -> Path | None:
    plan.missing += add_python_peers()
    node = install_node_peers()
    if node is None:
        plan.missing.append(_NODE)
    return node


def _add_credentials(plan: Plan, stack: ExitStack, folder: Path | None) -> None:
    samples = make_samples()
    node = None
    if folder is not None:
        node = stack.enter_context(NodePeer(folder, _node_samples(samples)))
    plan.cases += [
        *proofs.make_cases(samples, node),
        *tokens.make_cases(samples, node),
        *revoking.make_cases(samples, node),
        *pictures.make_cases(samples),
    ]
    plan.targets += [*proofs.TARGETS, *tokens.TARGETS, *revoking.TARGETS, *pictures.TARGETS]


def _node_samples(samples: Samples) -> dict[str, object]:
    return {
        "contexts": {
            **contexts.bundled_contexts(),
            **proofs.documents_served(samples),
        },
        "did": DID,
        "documents": samples.documents,
        "signed": [one.decode() for one in samples.signed],
        "jwt": tokens.node_samples(samples),
        "lists": {str(size): revoking.revoked(size) for size in (revoking.SMALL, revoking.LARGE)},
        "warmed": ["issue", "verify"],
    }
