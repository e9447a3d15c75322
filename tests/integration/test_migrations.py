"""Migrations carry over what a used installation holds: nothing is lost on the way up."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, column, inspect, select, table, text

from lti_tool.runtime import Runtime
from lti_tool.services import compromising, reissuing, rotating, sharing
from lti_tool.store import schema
from lti_tool.store.rows import MembershipRow, SubmissionRow
from tests.stacked import Ladder, a_ladder

LANDED = "0001"
"""The oldest schema that an installation may have."""


def test_a_used_installation_keeps_everything_on_the_way_up(runtime: Runtime) -> None:
    """What the oldest schema holds is there after all migrations, row by row."""
    ladder = a_ladder(runtime)
    ladder.pathway()
    ladder.release_all()
    a_loss_of_the_key(ladder)
    sharing.share(
        runtime.issuing,
        ladder.learner.earner_id,
        ladder.credential("one").id,
        random_token=runtime.random_token,
    )
    engine = runtime.database.engine
    schema.downgrade(engine, LANDED)
    shape = columns(engine)
    before = contents(engine, shape)

    schema.upgrade(engine)

    assert before["former_credential"]
    assert before["share"]
    assert contents(engine, shape) == before


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_long_documents_are_compressed_quickly_where_that_is_offered(runtime: Runtime) -> None:
    """And as by default again on the way down."""
    engine = runtime.database.engine
    with engine.connect() as connection:
        values = "SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'"
        if "lz4" not in connection.scalars(text(values)).one():
            pytest.skip("this PostgreSQL was built without LZ4")

    assert compressions(engine) == {"l"}
    schema.downgrade(engine, "0007")
    try:
        assert compressions(engine) == {""}
    finally:
        # Other tests use the same database.
        schema.upgrade(engine)


def test_whoever_has_work_in_a_course_is_a_member_of_it(runtime: Runtime) -> None:
    """Also where somebody took the membership away by hand; as what, nobody knows any more."""
    ladder = a_ladder(runtime)
    ladder.release("one")
    engine = runtime.database.engine
    schema.downgrade(engine, "0009")
    try:
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM membership"))
    finally:
        schema.upgrade(engine)

    with runtime.reading() as session:
        members = session.scalars(select(MembershipRow)).all()
        work = session.scalars(select(SubmissionRow)).all()
    assert {(one.context_id, one.user_id) for one in members} == {
        (one.context_id, one.user_id) for one in work
    }
    assert {one.roles for one in members} == {""}


def compressions(engine: Engine) -> set[str]:
    """How documents and tokens are compressed; empty where it is the server's default."""
    query = text(
        "SELECT attcompression::text FROM pg_attribute WHERE attrelid = 'credential'::regclass "
        "AND attname IN ('document', 'token')"
    )
    with engine.connect() as connection:
        return set(connection.scalars(query))


def a_loss_of_the_key(ladder: Ladder) -> None:
    """Have every credential issued anew, so that there are former ones."""
    runtime = ladder.runtime
    ladder.wait()
    with runtime.reading() as session:
        keys = rotating.list_keys(session, now=runtime.clock())
    since = runtime.clock() - timedelta(seconds=30)
    key_id = keys[0].id
    compromising.compromise(runtime.issuing, runtime.key_parts, key_id, since=since)
    ladder.wait()
    list(reissuing.reissue(runtime.issuing, key_id))


def columns(engine: Engine) -> dict[str, list[str]]:
    """Return the names of all columns, by table."""
    found = inspect(engine)
    names = set(found.get_table_names()) - {"alembic_version"}
    return {name: [one["name"] for one in found.get_columns(name)] for name in sorted(names)}


def contents(engine: Engine, shape: dict[str, list[str]]) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of some columns of some tables, in an order of their own."""
    with engine.connect() as connection:
        return {
            name: sorted(
                map(
                    tuple,
                    connection.execute(select(*map(column, names)).select_from(table(name))),
                ),
                key=repr,
            )
            for name, names in shape.items()
        }
