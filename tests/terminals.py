"""An operator's terminal, for tests of the command line."""

from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result

from lti_tool.cli import cli
from lti_tool.environment import load_settings
from lti_tool.store.database import Database

BADGE = "atpa-academic-coaching-2"
PLATFORM = {
    "--organisation": "harbour",
    "--issuer": "https://lms.example",
    "--client-id": "client-1",
    "--auth-url": "https://lms.example/auth",
    "--token-url": "https://lms.example/token",
    "--jwks-url": "https://lms.example/jwks",
}


@dataclass
class Terminal:
    """An operator's terminal in a folder of its own; it remembers all that was printed."""

    folder: Path
    printed: str = field(default="", repr=False)

    def run(self, *arguments: str) -> Result:
        """Run one command."""
        result = CliRunner().invoke(cli, arguments)
        self.printed += result.output
        return result

    def do(self, *arguments: str) -> str:
        """Run one command that has to work; return what it printed."""
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.output

    def fail(self, *arguments: str) -> str:
        """Run one command that has to be refused in one sentence; return the sentence."""
        result = self.run(*arguments)
        assert isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        assert "Traceback" not in result.output
        return result.output.removeprefix("Error: ").strip()

    def write_settings(self) -> None:
        """Write the settings file that docs/deploying.md begins with."""
        secrets = CliRunner().invoke(cli, ["secrets"]).output
        lines = (
            "QUATREFOIL_BASE_URL=https://tool.example",
            "QUATREFOIL_DATABASE_URL=sqlite:///quatrefoil.db",
            "QUATREFOIL_DATA_DIR=.",
        )
        text = secrets + "\n".join(lines) + "\n"
        (self.folder / "quatrefoil.env").write_text(text, "utf-8")

    def add_platform(self, **changes: str) -> str:
        """Register a platform."""
        options = PLATFORM | {f"--{name.replace('_', '-')}": v for name, v in changes.items()}
        return self.do("platforms", "add", *(part for pair in options.items() for part in pair))

    def database(self) -> Database:
        """The installation's database."""
        return Database(load_settings().database_url)
