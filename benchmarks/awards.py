"""The award as a whole: judged, position reserved, signed twice, verified, stored."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from benchmarks.installation import Installation
from benchmarks.measuring import Case, Operation, in_process
from benchmarks.web import BARE
from lti_tool.services.releasing import release_decision
from tests.demo_course import Waiting

AWARDS = 10
"""In one turn; each needs an attempt of its own."""


def make_cases(here: Installation) -> list[Case]:
    """Return the award."""
    # The first has the badge already, and the last one is for the scoring page.
    return [award_case("award", here, here.work.waiting[1:-1], count=AWARDS, peer=BARE)]


def award_case(
    name: str, here: Installation, waiting: Sequence[Waiting], *, count: int, peer: str = ""
) -> Case:
    """Return a case that releases one of these after the other."""
    left = iter(waiting)
    return in_process(name, partial(_releases, here, left), count=count, peer=peer)


def _releases(here: Installation, waiting: Iterator[Waiting], count: int) -> Sequence[Operation]:
    return [
        partial(
            release_decision,
            here.runtime.issuing,
            here.work.assessors[0],
            one.attempt_id,
            inputs_hash=one.inputs_hash,
        )
        for one in islice(waiting, count)
    ]
