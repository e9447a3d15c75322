"""The command line, for operators. Each group lives in a module of its own and is imported late.

`quatrefoil --help` answers at once. Anybody may verify a badge: `quatrefoil verify`
loads no web framework and no database, and needs no settings.
"""

import importlib

import click

from lti_tool.errors import LtiToolError

COMMANDS = {
    "awards": ("lti_tool.cli.awards", "Look after awards."),
    "badges": ("lti_tool.cli.programs", "Open badges to courses."),
    "decisions": ("lti_tool.cli.decisions", "Judge stored decisions again."),
    "demo": ("lti_tool.cli.demo", "Run the tool, its worker and a practice LMS on this machine."),
    "issuers": ("lti_tool.cli.programs", "Set up who signs badges."),
    "keys": ("lti_tool.cli.keys", "Make and look after signing keys."),
    "migrate": ("lti_tool.cli.installation", "Bring the database to this version's schema."),
    "organisations": ("lti_tool.cli.programs", "Set up tenants."),
    "platforms": ("lti_tool.cli.platforms", "Register the LMSs that may launch the tool."),
    "programs": ("lti_tool.cli.programs", "Install programs."),
    "rubrics": ("lti_tool.cli.rubrics", "Keep definitions of badges as files."),
    "secrets": ("lti_tool.cli.installation", "Print fresh secrets for the settings file."),
    "serve": ("lti_tool.cli.installation", "Serve the tool with granian, behind your TLS proxy."),
    "verify": ("lti_tool.cli.verify", "Verify a badge, check by check."),
    "worker": ("lti_tool.cli.installation", "Deliver scores and do the daily work."),
}
"""Each command with the module that has it, and what it is for."""


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
        command = getattr(importlib.import_module(module), cmd_name)
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


def main() -> None:
    """Run the command line."""
    cli()
