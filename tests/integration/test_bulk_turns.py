"""Awards from a file by two processes: the same as by one, whatever becomes of the other."""

import os
import shutil
import signal
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, make_url, select

from lti_tool.config import Settings
from lti_tool.runtime import Runtime
from lti_tool.services.bulk import awarding
from lti_tool.services.bulk.batches import Batches, Done, Ready
from lti_tool.services.bulk.columns import RowFault
from lti_tool.services.bulk.planning import Outcome, RowResult
from lti_tool.services.bulk.reading import FileRow
from lti_tool.services.bulk.turns import can_fork, finish_by_turns
from lti_tool.store.rows import AwardRow, CredentialRow, DecisionRow, StatusEntryRow, UserRow
from tests import rows
from tests.bulks import FAIL, PASS, RATED, Office, a_csv, an_office
from tests.coordinators import a_coordinator
from tests.stacked import Ladder, a_ladder

LEARNERS = 9


@pytest.fixture(autouse=True)
def _two_rows_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awarding, "BATCH", 2)
    monkeypatch.setattr(awarding, "ENDS", ())
    # However many cores the machine has.
    monkeypatch.setattr(awarding, "can_fork", lambda: True)


@pytest.fixture
def office(runtime: Runtime) -> Office:
    """A course with learners, and connections that are open before the copy is made."""
    return an_office(runtime, learners=LEARNERS)


def by_two(office: Office, data: bytes) -> dict[int, str]:
    """What becomes of each row, by its number."""
    found: dict[int, str] = {}
    for progress in awarding.award(office.runtime.issuing, office.wish(data), is_alone=True):
        for one in progress.results:
            assert one.number not in found
            found[one.number] = " ".join(f.code for f in one.faults) or one.outcome.value
    return dict(sorted(found.items()))


def awarded(office: Office) -> int:
    """How many awards there are, each with its decision and its credential."""
    with office.runtime.reading() as session:
        (count,) = {
            session.scalar(select(func.count()).select_from(one))
            for one in (AwardRow, CredentialRow, DecisionRow)
        }
    return count or 0


def test_each_writes_every_other_batch(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first, the third, and so on are written here."""
    here, write = list[int](), Batches.write

    def noted(batches: Batches, ready: Ready) -> None:
        here.append(ready.rows[0].number)
        write(batches, ready)

    monkeypatch.setattr(Batches, "write", noted)

    assert set(by_two(office, office.rated(*[PASS] * LEARNERS)).values()) == {"awarded"}
    assert here == [2, 6, 10]
    assert awarded(office) == LEARNERS


def test_batches_are_small_at_both_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """There one process waits for the other."""
    monkeypatch.setattr(awarding, "BATCH", 3)
    monkeypatch.setattr(awarding, "ENDS", (1, 2))
    wish = office.wish(office.rated(*[PASS] * LEARNERS))

    parts = list(awarding.award(office.runtime.issuing, wish, is_alone=True))

    assert sorted(len(one.results) for one in parts) == [1, 1, 2, 2, 3]
    assert parts[-1].done == LEARNERS
    assert awarded(office) == LEARNERS


def test_where_most_stands_already_little_is_reserved(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that grows is given again and again: positions are for those who are new."""
    monkeypatch.setattr(awarding, "BATCH", 4)
    data = office.rated(*[PASS] * LEARNERS)
    office.award(office.rated(*[PASS] * (LEARNERS - 1), learners=office.learners[1:]))

    found = by_two(office, data)

    assert Counter(found.values()) == {"already": LEARNERS - 1, "awarded": 1}
    assert office.count(StatusEntryRow) == LEARNERS


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("processes", [1, 2])
def test_what_is_written_ahead_is_put_in_its_place(
    office: Office, monkeypatch: pytest.MonkeyPatch, processes: int, tmp_path: Path
) -> None:
    """Batch by batch: else it would grow with the file, and whoever writes next would wait."""
    monkeypatch.setattr(awarding, "can_fork", lambda: processes == 2)
    by_two(office, office.rated(*[PASS] * LEARNERS))

    path = Path(str(office.runtime.database.engine.url.database))
    copy = shutil.copy(path, tmp_path / "without-what-is-ahead.db")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM award").fetchone() == (LEARNERS,)


def test_rows_about_one_person_are_done_in_their_order(office: Office) -> None:
    """As one process does them, wherever the file is cut."""
    ada, ben, *others = office.learners
    said = [
        *((ada, PASS), (ben, FAIL), (ada, PASS), (ben, PASS), (others[0], PASS), (ada, FAIL)),
        *((others[1], PASS), (others[1], PASS), (others[0], FAIL), (ben, FAIL), (others[2], FAIL)),
    ]
    data = a_csv(RATED, *((one.sub, "", *points) for one, points in said))

    found = by_two(office, data)

    assert found == {
        2: "awarded",
        3: "not_awarded",
        4: "repeated",
        5: "contradicts",
        6: "awarded",
        7: "contradicts",
        8: "awarded",
        9: "repeated",
        10: "contradicts",
        11: "repeated",
        12: "not_awarded",
    }
    one_process = office.award(data)
    assert {number for number, what in found.items() if "awarded" in what} == {
        number for number, what in one_process.items() if what == "already"
    }


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """A pathway of two badges."""
    found = a_ladder(runtime, slugs=("one", "two"))
    found.pathway(components=("one", "two"))
    return found


def test_what_follows_from_two_batches_is_issued_once(
    runtime: Runtime, ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each person's badges are in different batches, which different processes write."""
    with runtime.writing() as session:
        people = [rows.a_user(session, ladder.course, name=f"Ben {n}") for n in range(4)]
        coordinator = session.get_one(UserRow, a_coordinator(session, ladder.course).user_id)
    office = Office(runtime, ladder.course, coordinator, tuple(people))
    # Four in a batch: several are due at once.
    monkeypatch.setattr(awarding, "BATCH", 4)
    lines = [(one.sub, badge, "2024-05-01") for badge in ("one", "two") for one in people]
    here, is_prepared = os.getpid(), get_context("fork").Event()
    prepare, write = Batches.prepare, Batches.write

    def prepared(batches: Batches, rows: Sequence[FileRow]) -> Ready:
        ready = prepare(batches, rows)
        if os.getpid() != here:
            is_prepared.set()
        return ready

    def written(batches: Batches, ready: Ready) -> None:
        assert is_prepared.wait(60)
        write(batches, ready)

    # The other one does not know of the first badge yet when it prepares the second.
    monkeypatch.setattr(Batches, "prepare", prepared)
    monkeypatch.setattr(Batches, "write", written)

    found = by_two(office, a_csv(("user", "badge", "held_since"), *lines))

    assert set(found.values()) == {"awarded"}
    with runtime.reading() as session:
        held = Counter(session.scalars(select(AwardRow.origin)))
    assert held == {"attested": 8, "pathway": 4}
    # The second batch was prepared twice, and took what had been reserved for it.
    assert office.count(StatusEntryRow) == 12


@pytest.mark.parametrize("end", ["killed", "failed"])
def test_when_the_other_one_ends_this_one_goes_on_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """Nothing is lost, and nobody is awarded twice."""
    here, write = os.getpid(), Batches.write

    def ended(batches: Batches, ready: Ready) -> None:
        if os.getpid() != here and ready.rows[0].number > 4:
            if end == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError("the disk is full")
        write(batches, ready)

    monkeypatch.setattr(Batches, "write", ended)

    assert set(by_two(office, office.rated(*[PASS] * LEARNERS)).values()) == {"awarded"}
    assert awarded(office) == LEARNERS


def test_what_fails_here_is_said_and_the_other_one_ends(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole batches are written, and the same file goes on behind them."""
    here, write = os.getpid(), Batches.write

    def failing(batches: Batches, ready: Ready) -> None:
        if os.getpid() == here and ready.rows[0].number > 2:
            raise RuntimeError("here")
        write(batches, ready)

    data = office.rated(*[PASS] * LEARNERS)
    with monkeypatch.context() as patched:
        patched.setattr(Batches, "write", failing)
        with pytest.raises(RuntimeError, match="here"):
            by_two(office, data)

    written = awarded(office)
    # On PostgreSQL the other one may be writing at the same time.
    assert written in {4, 6}
    assert Counter(by_two(office, data).values()) == {"already": written, "awarded": 9 - written}


def test_who_stops_listening_ends_both(office: Office) -> None:
    """What was written stays."""
    data = office.rated(*[PASS] * LEARNERS)
    running = awarding.award(office.runtime.issuing, office.wish(data), is_alone=True)
    assert next(running).done == 2
    running.close()  # type: ignore[attr-defined]  # it is a generator

    # The other one may have been writing.
    assert awarded(office) in {2, 4}
    assert set(by_two(office, data).values()) == {"already", "awarded"}
    assert awarded(office) == LEARNERS


def test_when_this_one_is_killed_the_other_one_ends(office: Office) -> None:
    """Nobody is left behind who goes on, and all that is there is whole."""
    data, (alive, held) = office.rated(*[PASS] * LEARNERS), os.pipe()

    def run() -> None:
        os.close(alive)
        parts = awarding.award(office.runtime.issuing, office.wish(data), is_alone=True)
        next(parts)
        next(parts)
        os.kill(os.getpid(), signal.SIGKILL)

    office.runtime.database.dispose()
    process = get_context("fork").Process(target=run)
    process.start()
    os.close(held)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    # Its copy holds the other end: this returns when that has ended, too.
    assert os.read(alive, 1) == b""
    os.close(alive)

    assert awarded(office) in {4, 6, 8}
    assert set(by_two(office, data).values()) == {"already", "awarded"}
    assert awarded(office) == LEARNERS


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_copy_has_no_connection_of_the_other_one(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's locks belong to a process: one that thinks it has them may lose what it writes."""
    path = make_url(settings.database_url).database
    here, prepare, (read, write) = os.getpid(), Batches.prepare, os.pipe()

    def looked_at(batches: Batches, rows: Sequence[FileRow]) -> Ready:
        if os.getpid() != here:
            links = [one.resolve() for one in Path("/proc/self/fd").iterdir()]
            os.write(write, b"x" * links.count(Path(str(path)).resolve()) + b".")
        return prepare(batches, rows)

    monkeypatch.setattr(Batches, "prepare", looked_at)
    office.award(office.rated(PASS))
    assert set(by_two(office, office.rated(*[PASS] * LEARNERS)).values()) == {"already", "awarded"}
    assert os.read(read, 1) == b"."
    os.close(read)
    os.close(write)


def test_long_words_of_both_hold_up_neither(runtime: Runtime) -> None:
    """What became of a batch may be more than a pipe takes."""
    done = Done(
        rows=1,
        results=(
            RowResult(
                number=2,
                outcome=Outcome.REFUSED,
                faults=(RowFault(code="no_such_column", detail="x" * 1_000_000),),
            ),
        ),
    )

    class Wordy:
        """Batches that say a lot at once."""

        planner = SimpleNamespace(remember=lambda _: None)
        prepare = stock = give_back = staticmethod(
            lambda *_: SimpleNamespace(meant={}, is_about=lambda _: False)
        )
        finish = staticmethod(lambda *_: done)

    database = SimpleNamespace(
        has_one_writer=False, dispose=runtime.database.dispose, tidy=lambda **_: None
    )

    def give_up(*_: object) -> None:
        raise RuntimeError("both wait")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(30)
    try:
        found = list(finish_by_turns(Wordy(), [()] * 7, database))  # type: ignore[arg-type]  # what it uses of them
    finally:
        signal.alarm(0)

    assert found == [done] * 7


def test_where_something_else_runs_nothing_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other threads would be gone in the copy, with whatever they hold."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr("threading.active_count", lambda: 1)
    assert can_fork()
    monkeypatch.setattr("threading.active_count", lambda: 2)
    assert not can_fork()
    monkeypatch.setattr("threading.active_count", lambda: 1)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    assert not can_fork()
