"""`quatrefoil demo`: the tool, its worker and the practice LMS on this machine, ready to click."""

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import click

from badges.library import load_shipped
from lti_tool.app import make_runtime
from lti_tool.cli.installation import check_port
from lti_tool.config import settings_from
from lti_tool.environment import read_settings_file
from lti_tool.runtime import Runtime
from lti_tool.sandbox.app import create_platform
from lti_tool.sandbox.demo import demo_settings
from lti_tool.sandbox.server import PracticeServer
from lti_tool.services import keyring, operating, publishing_pathways, registering
from lti_tool.services.desk import coordinating
from lti_tool.store import pathways, platforms, schema, versions
from lti_tool.store.rows import DeploymentRow
from rubrics.model import LevelSource

ORGANISATION = "harbour-college"
ISSUER = "harbour-college"
ATPA = "atpa-academic-coaching"
HARBOUR = "harbour-coaching"
# The demo's choice, made as a program makes it: the source leaves it open.
ATPA_LEVELS = LevelSource.TASKS
STARTS_WITHIN_SECONDS = 60
STOPS_WITHIN_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlaces:
    """Where the demo lives. Two names of this machine, so that the frame is cross-site."""

    folder: Path
    port: int
    lms_port: int

    @property
    def tool_url(self) -> str:
        """The tool's origin."""
        return f"http://localhost:{self.port}"

    @property
    def lms_url(self) -> str:
        """The practice LMS's origin."""
        return f"http://127.0.0.1:{self.lms_port}"

    @property
    def codes_file(self) -> Path:
        """The invitations to coordinate the demo's programs, as long as nobody used them."""
        return self.folder / "coordinators.txt"

    @property
    def settings_file(self) -> Path:
        """The demo's own settings, with secrets made on this machine."""
        return self.folder / "quatrefoil.env"


@click.command()
@click.option("--walkthrough", is_flag=True, help="Walk the loop without a person, then stop.")
@click.option("--port", default=8100, show_default=True, help="Port of the tool.")
@click.option("--lms-port", default=8101, show_default=True, help="Port of the practice LMS.")
@click.option(
    "--folder",
    default="var/demo",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the demo keeps everything; delete it to start afresh.",
)
def demo(*, walkthrough: bool, port: int, lms_port: int, folder: Path) -> None:
    """Run the tool, its worker and a practice LMS on this machine."""
    places = DemoPlaces(folder=folder.resolve(), port=port, lms_port=lms_port)
    with running(places):
        if walkthrough:
            from lti_tool.cli.walkthrough import walk  # noqa: PLC0415 - needs the demo extra

            sys.exit(walk(places.lms_url, places.tool_url, Path("var/walkthrough").resolve()))
        _say_where_to_click(places, _finished_walk(places))
        _wait_for_a_stop()


@contextmanager
def running(places: DemoPlaces) -> Iterator[None]:
    """Run all three parts until the block ends."""
    check_port("127.0.0.1", places.port)
    check_port("127.0.0.1", places.lms_port, option="--lms-port")
    prepare(places)
    environment = os.environ | {"QUATREFOIL_SETTINGS": str(places.settings_file)}
    practice = demo_settings(
        base_url=places.lms_url,
        tool_url=places.tool_url,
        state_path=places.folder / "practice-lms.db",
    )
    with ExitStack() as stack:
        app = create_platform(practice)
        stack.enter_context(PracticeServer(app, host="127.0.0.1", port=places.lms_port))
        for arguments in (["serve", "--port", str(places.port)], ["worker"]):
            stack.enter_context(_process(arguments, environment))
        _wait_for(f"{places.tool_url}/health")
        yield


def prepare(places: DemoPlaces, *, publishes: bool = True) -> None:
    """Make settings, database, keys, programs and the platform, as far as they are missing.

    Without `publishes` the programs are installed and nothing of them is open yet.
    """
    places.folder.mkdir(parents=True, exist_ok=True)
    if not places.settings_file.exists():
        places.settings_file.touch(mode=0o600)
        places.settings_file.write_text(_settings_text(places), "utf-8")
    found = read_settings_file(places.settings_file)
    runtime = make_runtime(settings_from(found), wake=lambda: None)
    try:
        schema.upgrade(runtime.database.engine)
        with runtime.reading() as session:
            is_new = not platforms.list_registrations(session)
        if is_new:
            _fill(runtime, places)
            if publishes:
                _publish(runtime)
                _publish_pathways(runtime)
    finally:
        runtime.database.dispose()


def _settings_text(places: DemoPlaces) -> str:
    values = {
        "MODE": "demo",
        "BASE_URL": places.tool_url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MASTER_KEY": secrets.token_urlsafe(32),
        "DATABASE_URL": f"sqlite:///{places.folder / 'quatrefoil.db'}",
        "DATA_DIR": str(places.folder),
        "PRIVATE_HOSTS": f"127.0.0.1:{places.lms_port},localhost:{places.port}",
    }
    lines = [f"QUATREFOIL_{name}={value}" for name, value in values.items()]
    return "\n".join(["# Made by `quatrefoil demo` for this machine alone.", *lines, ""])


def _fill(runtime: Runtime, places: DemoPlaces) -> None:
    clock, new_id = runtime.clock, runtime.new_id
    with runtime.writing() as session:
        college = operating.add_organisation(
            session, slug=ORGANISATION, name="Harbour College (demo)", clock=clock, new_id=new_id
        )
        issuer = operating.add_issuer(
            session,
            college,
            slug=ISSUER,
            name="Harbour College (demo)",
            url="https://harbour-college.example/",
            base_url=places.tool_url,
            clock=clock,
            new_id=new_id,
        )
        keys = {"master_key": runtime.settings.master_key, "random_bytes": runtime.random_bytes}
        keyring.ensure_tool_key(session, clock=clock, **keys)  # type: ignore[arg-type]  # two kinds in one mapping
        keyring.ensure_issuer_keys(session, issuer.id, clock=clock, **keys)  # type: ignore[arg-type]  # the same
        codes = []
        for name in (ATPA, HARBOUR):
            program = operating.install_program(
                session, issuer, name=name, release_by="assessor", clock=clock, new_id=new_id
            )
            code = coordinating.invite(
                session,
                program.id,
                label="the demo",
                invited_by=None,
                clock=clock,
                new_id=new_id,
                random_bytes=runtime.random_bytes,
            )
            codes.append(f"{code}   {program.title}")
        places.codes_file.write_text("\n".join(codes), "utf-8")
        registration = registering.add_platform(
            session,
            college,
            registering.PlatformFacts(
                issuer=places.lms_url,
                client_id="quatrefoil-practice",
                auth_login_url=f"{places.lms_url}/lti/authorize",
                auth_token_url=f"{places.lms_url}/lti/token",
                jwks_url=f"{places.lms_url}/lti/jwks.json",
                frame_origins=(places.lms_url,),
            ),
            private_hosts=runtime.settings.private_hosts,
            clock=clock,
            new_id=new_id,
        )
        session.add(
            DeploymentRow(
                id=new_id(),
                registration_id=registration.id,
                organisation_id=college.id,
                lti_deployment_id="1",
                status="approved",
                platform_guid="",
                platform_name="Practice LMS",
                platform_version="",
                first_seen_at=clock(),
                approved_at=clock(),
            )
        )


def _publish(runtime: Runtime) -> None:
    for name in (ATPA, HARBOUR):
        for definition in load_shipped(name).achievements:
            if definition.is_placeholder:
                continue
            chosen = definition.get_rubric().level_source or ATPA_LEVELS
            with runtime.writing() as session:
                operating.publish_achievement(
                    session,
                    slug=definition.id,
                    level_source=chosen,
                    clock=runtime.clock,
                    new_id=runtime.new_id,
                )


def _publish_pathways(runtime: Runtime) -> None:
    """Open the shipped microcredentials as a coordinator does: a preview, then exactly that."""
    with runtime.reading() as session:
        found = [
            (program.id, achievement.id)
            for name in (ATPA, HARBOUR)
            for program in versions.list_programs_called(session, name)
            for achievement, _ in pathways.list_pathway_versions(session, program.id)
        ]
    for program_id, achievement_id in found:
        with runtime.reading() as session:
            preview = publishing_pathways.preview_publishing(
                session, program_id, achievement_id, at=runtime.clock()
            )
        publishing_pathways.publish(
            runtime.issuing,
            program_id,
            achievement_id,
            preview_hash=preview.hash,
            note="the demo",
            actor_id=None,
        )


@contextmanager
def _process(arguments: list[str], environment: dict[str, str]) -> Iterator[None]:
    """Run one of our commands until the block ends; TERM first, so that it ends its work."""
    command = [sys.executable, "-m", "lti_tool", *arguments]
    # A session of its own: Ctrl-C reaches the demo alone, which then ends the others in order.
    process = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 - our own command
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str) -> None:
    """Return when `url` answers."""
    ends_at = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < ends_at:
        try:
            with urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException("the tool did not start; its messages stand above")


def _finished_walk(places: DemoPlaces) -> str:
    """Return the share link of a finished walk; the first start takes it."""
    kept = places.folder / "finished-walk.txt"
    if not kept.exists():
        from lti_tool.cli.walkthrough.client import client_visitors  # noqa: PLC0415 - once
        from lti_tool.cli.walkthrough.steps import walk_the_loop  # noqa: PLC0415 - once

        click.echo("Walking the loop once, so that there is something to look at:")
        with client_visitors() as visitors:
            link = walk_the_loop(
                visitors, lms_url=places.lms_url, tool_url=places.tool_url, say=click.echo
            )
        kept.write_text(link, "utf-8")
    return kept.read_text("utf-8")


def _say_where_to_click(places: DemoPlaces, share_link: str) -> None:
    codes = "".join(f"\n          {line}" for line in places.codes_file.read_text().splitlines())
    click.echo(
        f"""
Quatrefoil is running. Everything here is invented, and stays on this machine.

  Open    {places.lms_url}   the practice LMS
  Continue there as
          a learner            to hand in evidence
          an assessor          to score it, and release the decision
          the instructor       to choose a badge for an activity that has none
  Build badges: as the instructor, open an activity and choose “Program desk”.
          An invitation works once; each makes its reader coordinate a program:{codes}
  Look at {share_link}
          a badge at the end of a finished walk, as a stranger sees it
          {places.tool_url}/verify   where anyone checks a badge

Stop with Ctrl-C. Start afresh by deleting {places.folder}.
"""
    )


def _wait_for_a_stop() -> None:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
