"""Commands for the installation as a whole."""

import secrets as randomness
import socket

import click

from lti_tool.environment import load_settings, open_runtime
from lti_tool.store import schema
from lti_tool.store.database import Database


@click.command()
def secrets() -> None:
    """Print fresh secrets as lines for the settings file."""
    click.echo(f"QUATREFOIL_SECRET_KEY={randomness.token_urlsafe(48)}")
    click.echo(f"QUATREFOIL_MASTER_KEY={randomness.token_urlsafe(32)}")


@click.command()
def migrate() -> None:
    """Bring the database to this version's schema. Safe to run twice."""
    database = Database(load_settings().database_url)
    schema.upgrade(database.engine)
    click.echo(f"The database is at revision {schema.current_revision(database.engine)}.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8100, show_default=True, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, help="Number of processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the tool with granian, behind your TLS proxy."""
    from lti_tool.serving import serve_forever  # noqa: PLC0415 - the server is not needed elsewhere

    open_runtime().database.dispose()
    check_port(host, port)
    click.echo(f"Serving at {host}:{port}.")
    serve_forever(host=host, port=port, workers=workers)


def check_port(host: str, port: int, *, option: str = "--port") -> None:
    """Refuse a port that cannot be listened on.

    The server shares its port among its processes, so it would also share it
    with another server, and each would get some of the requests.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as found:
            # A server that stopped a moment ago is no reason to refuse.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind((host, port))
    except (OSError, OverflowError) as exc:
        why = getattr(exc, "strerror", None) or exc
        raise click.ClickException(
            f"{host}:{port} cannot be listened on ({why}): choose another with {option}"
        ) from exc


@click.command()
def worker() -> None:
    """Deliver scores and do the daily work. One is enough, several are safe; stop with TERM."""
    from lti_tool.jobs.worker import run_worker  # noqa: PLC0415 - only the worker needs the consumer

    run_worker(open_runtime())
