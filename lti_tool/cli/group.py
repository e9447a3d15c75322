"""All commands, each imported when it is asked for."""

from importlib import import_module

import click

from lti_tool.cli import COMMANDS
from lti_tool.errors import LtiToolError


class LateGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = getattr(import_module(module), cmd_name.replace("-", "_"))
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; an error of ours is one sentence, not a traceback."""
        try:
            return super().invoke(ctx)
        except LtiToolError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=LateGroup)
@click.version_option(package_name="quatrefoil")
def cli() -> None:
    """Quatrefoil: scored evidence becomes a badge that anyone can verify."""
