"""`quatrefoil awards bulk`: what an operator sees, and a process that dies in the middle."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from lti_tool.app import make_runtime
from lti_tool.config import Settings
from lti_tool.environment import load_settings
from lti_tool.runtime import Runtime
from lti_tool.services.bulk import awarding
from lti_tool.services.bulk.ground import Wish
from lti_tool.services.bulk.words import FAULTS
from lti_tool.store.rows import (
    AttemptRow,
    AwardRow,
    CredentialRow,
    DecisionRow,
    Row,
    ScoreDeliveryRow,
)
from tests.bulks import FAIL, PASS, RATED, Office, a_csv, an_office
from tests.conftest import FakeClock
from tests.functional.durability_dying import deaths
from tests.terminals import Terminal


@pytest.fixture
def office(installed: Terminal) -> Iterator[Office]:
    """An installation with a program, a course and learners."""
    assert installed.folder
    made = make_runtime(load_settings(), wake=lambda: None)
    yield an_office(made, slug="quay")
    made.database.dispose()


def bulk(office: Office, *more: str) -> tuple[str, ...]:
    """The command on file.csv."""
    by = ("--by", office.coordinator.sub, "--achievement", "one", "--source", "The list")
    return ("awards", "bulk", "file.csv", *by, *more)


def test_a_file_is_tried_then_taken_then_left_alone(installed: Terminal, office: Office) -> None:
    """Rows are named by their number, never by a person; the report has what was refused."""
    lines = [
        (one.sub, "", *given) for one, given in zip(office.learners, (PASS, FAIL), strict=False)
    ]
    path = installed.folder / "file.csv"
    path.write_bytes(a_csv(RATED, *lines, ("=nobody", "", *PASS)))

    tried = installed.run(*bulk(office, "--dry-run"))
    done = installed.run(*bulk(office, "--report", "report.csv"))
    again = installed.run(*bulk(office))

    assert [one.exit_code for one in (tried, done, again)] == [1, 1, 1]
    refused = f"row 4: user: {FAULTS['unknown_user']}"
    assert tried.output.splitlines()[0] == refused
    assert tried.output.splitlines()[-1] == "would be: 1 awarded, 1 decided: not earned, 1 refused"
    assert "3 of 3 rows" in done.output
    assert done.output.splitlines()[-1] == "1 awarded, 1 decided: not earned, 1 refused"
    assert again.output.splitlines()[-1] == "2 there already, 1 refused"
    report = (installed.folder / "report.csv").read_text("utf-8-sig").splitlines()
    assert report[0] == "row,user,name,problem"
    assert report[1].startswith("4,'=nobody,,")
    assert not any(one.sub in tried.output + done.output for one in office.learners)


def test_a_file_that_cannot_be_read_does_nothing(installed: Terminal, office: Office) -> None:
    """One sentence says where to look."""
    path = installed.folder / "file.csv"
    path.write_bytes("user,A\nx,5\n".encode("utf-16"))
    assert "UTF-8" in installed.fail(*bulk(office))
    path.write_bytes(b"user,Aa\nx,5\n")
    assert "“Aa”" in installed.fail(*bulk(office))
    path.write_bytes(b"user,A\nx,5\n")
    assert "--by" in installed.fail(*bulk(office)[:3], "--by", "nobody", "--achievement", "one")
    assert "programs list" in installed.fail(
        *bulk(office)[:3], "--by", "nobody", "--achievement", "none"
    )


@pytest.mark.usefixtures("office")
def test_the_columns_of_a_badge_are_printed(installed: Terminal) -> None:
    """As `awards bulk` takes them."""
    assert installed.do("awards", "columns", "one") == "user,name,course,source,A,B,C,D\n"


@dataclass(frozen=True)
class Bulk:
    """A file, as it travels to another process; one row a batch."""

    wish: Wish

    def __call__(self, runtime: Runtime) -> object:
        """Award."""
        awarding.BATCH = 1
        return list(awarding.award(runtime.issuing, self.wish))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_process_killed_at_any_step_leaves_whole_rows(
    runtime: Runtime, settings: Settings, clock: FakeClock
) -> None:
    """The same file goes on where it stopped; nobody is awarded twice, nothing is half there."""
    office = an_office(runtime, learners=2)
    wish = office.wish(office.rated(PASS, PASS))
    left = [_written(office) for _ in deaths(settings, clock, Bulk(wish))]

    assert set(left) == {0, 1}
    assert left == sorted(left)
    assert _written(office) == 2
    assert set(office.award(office.rated(PASS, PASS)).values()) == {"already"}


def _written(office: Office) -> int:
    """How many awards there are, each with all that belongs to it."""
    tables: tuple[type[Row], ...] = (
        AwardRow,
        CredentialRow,
        DecisionRow,
        AttemptRow,
        ScoreDeliveryRow,
    )
    with office.runtime.reading() as session:
        counts = {session.scalar(select(func.count()).select_from(one)) for one in tables}
    (count,) = counts
    return count or 0
