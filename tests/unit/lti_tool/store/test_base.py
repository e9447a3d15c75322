"""Column types that every table shares."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from lti_tool.store.base import UnstorableTextError
from lti_tool.store.database import Database
from lti_tool.store.rows import OrganisationRow
from tests.rows import an_organisation

HOSTILE = ["a\0b", "\0", "half \ud83c of a flag", "\udfff"]


def test_instants_come_back_in_utc_to_the_microsecond(
    database: Database, new_id: Callable[[], UUID]
) -> None:
    """Whatever zone an instant was written in, it is read as the same instant in UTC."""
    berlin = datetime(2026, 11, 21, 11, 0, 0, 123456, timezone(timedelta(hours=1)))
    with database.writing() as session:
        session.add(OrganisationRow(id=new_id(), slug="a", name="A", created_at=berlin))

    with database.reading() as session:
        found = session.scalars(select(OrganisationRow.created_at)).one()
    assert found == berlin
    assert found.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused(
    database: Database, new_id: Callable[[], UUID]
) -> None:
    """Nobody knows which instant a naive value means."""
    naive = datetime(2026, 11, 21, 11, 0)  # noqa: DTZ001 - the fault under test
    row = OrganisationRow(id=new_id(), slug="a", name="A", created_at=naive)

    with pytest.raises(StatementError, match="time zone"), database.writing() as session:
        session.add(row)


def test_instants_sort_and_compare_across_zones(
    database: Database, new_id: Callable[[], UUID]
) -> None:
    """SQLite compares text: it only works because every instant is kept in one zone."""
    east, west = timezone(timedelta(hours=9)), timezone(timedelta(hours=-8))
    earlier = datetime(2026, 11, 22, 1, 0, tzinfo=east)
    later = datetime(2026, 11, 21, 18, 0, tzinfo=west)
    with database.writing() as session:
        for slug, at in (("later", later), ("earlier", earlier)):
            session.add(OrganisationRow(id=new_id(), slug=slug, name="A", created_at=at))

    with database.reading() as session:
        query = select(OrganisationRow.slug).order_by(OrganisationRow.created_at)
        assert session.scalars(query).all() == ["earlier", "later"]
        query = query.where(OrganisationRow.created_at > earlier)
        assert session.scalars(query).all() == ["later"]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_no_database_holds_is_refused(database: Database, text: str) -> None:
    """Written or looked for: both databases answer with the same error of ours."""
    with pytest.raises(UnstorableTextError), database.writing() as session:
        an_organisation(session, slug=text)
    with pytest.raises(UnstorableTextError), database.reading() as session:
        session.scalars(select(OrganisationRow).where(OrganisationRow.slug == text)).all()


@pytest.mark.parametrize("text", ["", "ليلى", "👩🏽‍🏫", "a\tb\nc", "'; DROP TABLE x; --"])
def test_any_other_text_comes_back_as_it_was(database: Database, text: str) -> None:
    """No text is changed on its way."""
    with database.writing() as session:
        an_organisation(session, slug=text)

    with database.reading() as session:
        query = select(OrganisationRow.slug).where(OrganisationRow.slug == text)
        assert session.scalars(query).one() == text
