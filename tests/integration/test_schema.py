"""Migrations and models on both databases."""

import pytest
from sqlalchemy import inspect, select, update
from sqlalchemy.exc import IntegrityError

from lti_tool.runtime import Runtime
from lti_tool.store import schema
from lti_tool.store.database import Database
from lti_tool.store.rows import AwardRow, CredentialRow, Row, ScoreDeliveryRow, SubmissionRow
from tests.bulks import an_office
from tests.stacked import a_ladder


def test_migrations_make_what_the_models_say(database: Database) -> None:
    """`alembic check` finds nothing that the migrations left out."""
    schema.check_models(database.engine)


def test_migrations_go_down_and_up_again(database: Database) -> None:
    """Down leaves no table of ours; up makes all of them again."""
    schema.downgrade(database.engine)
    left = set(inspect(database.engine).get_table_names()) - {"alembic_version"}
    schema.upgrade(database.engine)

    assert left == set()
    schema.require_current(database.engine)
    schema.check_models(database.engine)


def test_constraints_are_the_models_own(database: Database) -> None:
    """CHECKs and indexes are all there: `alembic check` does not see CHECKs."""
    found = inspect(database.engine)
    for table in Row.metadata.sorted_tables:
        checks = {one["name"] for one in found.get_check_constraints(table.name)}
        assert checks == {
            one.name for one in table.constraints if type(one).__name__ == "CheckConstraint"
        }, table.name
        indexes = {one["name"] for one in found.get_indexes(table.name)}
        expected = {index.name for index in table.indexes}
        assert expected <= indexes, table.name


def test_partial_indexes_keep_their_condition(database: Database) -> None:
    """A unique index that lost its WHERE would forbid a second attempt."""
    found = inspect(database.engine)
    for table in Row.metadata.sorted_tables:
        for index in table.indexes:
            condition = index.dialect_options["sqlite"]["where"]
            if condition is None:
                continue
            actual = next(one for one in found.get_indexes(table.name) if one["name"] == index.name)
            options = actual["dialect_options"]
            assert any(key.endswith("_where") for key in options), index.name


def test_a_version_goes_with_its_achievement_and_a_key_with_its_issuer(runtime: Runtime) -> None:
    """Whoever names another's is refused by the database itself."""
    ladder, other = a_ladder(runtime), an_office(runtime, slug="other")
    ladder.release("one")
    with runtime.reading() as session:
        credential = session.scalars(select(CredentialRow)).one()
    wrong = [
        update(SubmissionRow).values(achievement_version_id=other.course.version.id),
        update(AwardRow).values(achievement_version_id=other.course.version.id),
        update(CredentialRow).values(issuer_id=other.course.issuer.id),
        update(CredentialRow).values(document_key_id="nobody's"),
    ]

    for statement in wrong:
        with pytest.raises(IntegrityError), runtime.writing() as session:
            session.execute(statement)
    with runtime.reading() as session:
        assert session.scalars(select(CredentialRow.issuer_id)).one() == credential.issuer_id


def test_work_is_a_members_and_a_score_goes_to_whose_work_it_is(runtime: Runtime) -> None:
    """Whoever names somebody else is refused by the database itself."""
    ladder, other = a_ladder(runtime), an_office(runtime, slug="other")
    ladder.release("one")
    stranger = other.learners[0].id
    wrong = [
        update(SubmissionRow).values(context_id=other.course.context.id),
        update(SubmissionRow).values(user_id=stranger),
        update(ScoreDeliveryRow).values(user_id=stranger),
    ]
    with runtime.reading() as session:
        delivered_to = set(session.scalars(select(ScoreDeliveryRow.user_id)))

    for statement in wrong:
        with pytest.raises(IntegrityError), runtime.writing() as session:
            session.execute(statement)
    assert delivered_to == {ladder.learner.id}


def test_an_old_database_does_not_start(database: Database) -> None:
    """A database that was not migrated is refused with what to do."""
    schema.downgrade(database.engine)
    try:
        with pytest.raises(schema.SchemaError, match="quatrefoil migrate"):
            schema.require_current(database.engine)
    finally:
        schema.upgrade(database.engine)


def test_every_table_says_what_personal_data_it_holds() -> None:
    """Each row class carries a pii or no_pii annotation."""
    for mapper in Row.registry.mappers:
        assert ".. pii:" in (mapper.class_.__doc__ or "") or ".. no_pii:" in (
            mapper.class_.__doc__ or ""
        ), mapper.class_.__name__
