"""The command line, for operators. Each group lives in a module of its own and is imported late.

`quatrefoil --help` answers at once. Anybody may verify a badge: `quatrefoil verify`
loads no web framework and no database, needs no settings, and of one file it takes hardly
longer than Python takes to start.
"""

import gc
import sys
from importlib import import_module
from typing import Any

from lti_tool.errors import LtiToolError

COMMANDS = {
    "awards": ("lti_tool.cli.awards", "Look after awards."),
    "badges": ("lti_tool.cli.programs", "Open badges to courses."),
    "decisions": ("lti_tool.cli.decisions", "Judge stored decisions again."),
    "demo": ("lti_tool.cli.demo", "Run the tool, its worker and a practice LMS on this machine."),
    "endorsements": ("lti_tool.cli.endorsements", "Vouch for badges and issuers."),
    "evidence": ("lti_tool.cli.evidence", "Take evidence off its page, or delete it."),
    "export-site": ("lti_tool.cli.site", "Write the public side as files, to serve without us."),
    "issuers": ("lti_tool.cli.programs", "Set up who signs badges."),
    "keys": ("lti_tool.cli.keys", "Make and look after signing keys."),
    "kit": ("lti_tool.cli.kit", "Write a badge with all that it takes to check it offline."),
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


def main() -> None:
    """Run the command line."""
    match sys.argv[1:]:
        case ["verify", source] if not source.startswith("-"):
            sys.exit(_verify(source))
        case _:
            import_module("lti_tool.cli.group").cli()


def _verify(source: str) -> int:
    """Verify as the command does that is told nothing else, without what reads options."""
    # Looking for what could be let go took a fifth of the time, at the end above all.
    gc.disable()
    verify_source = import_module("lti_tool.cli.verifying").verify_source
    try:
        return 0 if verify_source(source) else 1
    except LtiToolError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - there is no click here
        return 1
    finally:
        gc.freeze()


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name != "cli":
        raise AttributeError(name)
    return import_module("lti_tool.cli.group").cli
