"""What an award costs where thousands or a million awards are stored already.

The first award of an installation is repeated by the database itself: its learner, work,
decision, badge, position and score, under other ids, in lists that are nearly half full.
Documents are left short: nobody reads them here, and a million would fill the disk.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from benchmarks.awards import award_case
from benchmarks.installation import Installation
from benchmarks.measuring import Case
from benchmarks.targets import Target, at_most
from lti_tool.services.status_lists import FULL_AT, sign_list
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards

SIZES = 1_000, 100_000
"""A million takes minutes to fill: it has to be asked for."""
_QUICK = "journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"
"""While it is filled; what breaks off is thrown away."""
AWARDS = 5
"""In one turn; each needs an attempt of its own."""
FLAT = 1.25
"""What an award may cost at most, as a multiple of one where few are stored."""
_IN_LIST = FULL_AT - 5_000
"""Awards of one status list: there is room for those that are measured."""
_SHORT = 200
_PREFIX = 8
"""So many hexadecimal digits of an id make it that of another row."""

# The rows of one award: a table, and by which value that was seen before they are found.
_STEPS = (
    ("award", "", ""),
    ("earner", "id", "earner_id"),
    ("decision", "id", "decision_id"),
    ("credential", "award_id", "award"),
    ("status_entry", "credential_id", "credential"),
    ("attempt", "id", "attempt_id"),
    ("submission", "id", "submission_id"),
    ("lti_user", "id", "user_id"),
    ("membership", "user_id", "user_id"),
    ("assessment", "attempt_id", "attempt_id"),
    ("score_delivery", "attempt_id", "attempt_id"),
    ("status_list", "id", "status_list_id"),
)
_OF_ONE = frozenset({"sub", "subject_urn"})
"""What is no id, and yet of one person alone."""
_POSITIONS = frozenset({"position", "status_position"})
_WITHOUT_ID = frozenset({"status_entry", "membership"})


def case_name(size: int) -> str:
    """Return how the award on top of so many is called."""
    return f"award, {size:,} stored"


def make_targets(sizes: Sequence[int]) -> tuple[Target, ...]:
    """Return that the cost is flat."""
    first, *larger = map(case_name, sizes)
    return tuple(at_most("awards stored", one, FLAT, first) for one in larger)


def make_case(here: Installation, size: int, peer: int) -> Case:
    """Return the award in an installation that is filled now; its peer is that of another size."""
    file = here.runtime.database.engine.url.database
    assert file is not None
    here.runtime.database.dispose()
    with closing(sqlite3.connect(file)) as connection:
        fill(connection, size)
    _sign_open_list(here)
    # The first has the badge already.
    waiting = here.work.waiting[1:]
    return award_case(case_name(size), here, waiting, count=AWARDS, peer=case_name(peer))


def _sign_open_list(here: Installation) -> None:
    """Sign the list that the next awards go to: they are verified before they are stored."""
    runtime = here.runtime
    with runtime.reading() as session:
        found = awards.find_open_list(session, here.credential.issuer_id)
    assert found is not None
    urls = PublicURLs(runtime.settings.base_url)
    sign_list(runtime.database, found.id, rings=runtime.rings, urls=urls, clock=runtime.clock)


def fill(connection: sqlite3.Connection, count: int) -> None:
    """Repeat the one award that is there `count` times."""
    connection.row_factory = sqlite3.Row
    for setting in _QUICK:
        connection.execute(f"PRAGMA {setting}")
    templates = list(_find_templates(connection))
    own = {row["id"] for table, row in templates if table not in _WITHOUT_ID}
    own.add(templates[0][1]["evidence_page_id"])
    for table, row in templates:
        _repeat(connection, table, row, own, count)
    connection.commit()
    connection.execute("ANALYZE")
    connection.commit()
    connection.execute("PRAGMA journal_mode = WAL")


def _find_templates(connection: sqlite3.Connection) -> Iterator[tuple[str, Mapping[str, Any]]]:
    seen: dict[str, Any] = {}
    for table, column, known in _STEPS:
        # Our own names, as they stand above.
        query = f"SELECT * FROM {table}" + (f" WHERE {column} = :known" if column else "")  # noqa: S608
        asked = {"known": seen[known]} if column else {}
        for one in connection.execute(query, asked).fetchall():
            found = dict(one)
            seen |= {name: value for name, value in found.items() if name.endswith("_id")}
            seen[table] = found.get("id")
            yield table, found


def _repeat(
    connection: sqlite3.Connection, table: str, row: Mapping[str, Any], own: set[Any], count: int
) -> None:
    """Insert the row again and again, with a number in whatever tells one from another."""
    last = -(-count // _IN_LIST) if table == "status_list" else count
    number = "n" if table == "status_list" else f"(n - 1) / {_IN_LIST} + 1"
    values: dict[str, Any] = {"last": last}
    said = []
    for name, value in row.items():
        values[name] = b"" if isinstance(value, bytes) and len(value) > _SHORT else value
        if name == "status_list_id" or (table, name) == ("status_list", "id"):
            values[name] = value[_PREFIX:]
            said.append(f"printf('%0{_PREFIX}x', {number}) || :{name}")
        elif value in own and value is not None:
            values[name] = value[_PREFIX:]
            said.append(f"printf('%0{_PREFIX}x', n) || :{name}")
        elif name in _POSITIONS and table != "achievement":
            said.append(f"(n - 1) % {_IN_LIST}")
        elif (table, name) == ("status_list", "number"):
            said.append(f":{name} + n")
        else:
            said.append(f":{name} || n" if name in _OF_ONE else f":{name}")
    connection.execute(
        # Names of columns, and numbers.
        f"INSERT INTO {table} ({', '.join(row)}) "  # noqa: S608
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers "
        f"WHERE n < :last) SELECT {', '.join(said)} FROM numbers",
        values,
    )
