"""Run migrations over the connection that `lti_tool.store.schema` hands in."""

from alembic import context

from lti_tool.store.rows import Row

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
