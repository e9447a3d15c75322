"""Commands about organisations, issuers, programs and badges."""

import click

from badges.errors import BadgesError, PlaceholderDefinitionError
from badges.library import list_shipped
from lti_tool.environment import open_runtime
from lti_tool.services import importing, operating
from lti_tool.services.desk import coordinating
from lti_tool.services.evidence_removal import keep_evidence
from lti_tool.store import keys as key_rows
from lti_tool.store.organisations import get_latest_version, get_organisation, list_achievements
from rubrics.errors import RubricsError
from rubrics.model import LevelSource


@click.group()
def organisations() -> None:
    """Set up tenants."""


@organisations.command("add")
@click.argument("slug")
@click.option("--name", required=True, help="The name as people know it.")
def add_organisation(slug: str, name: str) -> None:
    """Add an organisation."""
    here = open_runtime()
    with here.writing() as session:
        operating.add_organisation(
            session, slug=slug, name=name, clock=here.clock, new_id=here.new_id
        )
    click.echo(f"Added organisation {slug}.")


@click.group()
def issuers() -> None:
    """Set up who signs badges."""


@issuers.command("add")
@click.argument("slug")
@click.option("--organisation", required=True, help="Slug of the organisation.")
@click.option("--name", required=True, help="The name that stands on badges.")
@click.option("--url", required=True, help="The issuer's own web page.")
def add_issuer(slug: str, organisation: str, name: str, url: str) -> None:
    """Add an issuer. Its DID is made from the base URL of now, for good."""
    here = open_runtime()
    with here.writing() as session:
        row = operating.add_issuer(
            session,
            get_organisation(session, organisation),
            slug=slug,
            name=name,
            url=url,
            base_url=here.settings.base_url,
            clock=here.clock,
            new_id=here.new_id,
        )
        click.echo(f"Added issuer {row.did}. Make its keys with `quatrefoil keys init`.")


@click.group()
def programs() -> None:
    """Install programs."""


@programs.command("list")
def list_programs() -> None:
    """List the programs that come with the product."""
    for name in list_shipped():
        click.echo(name)


@programs.command("install")
@click.argument("name", type=click.Choice(list_shipped()))
@click.option("--issuer", required=True, help="Slug of the issuer that signs its badges.")
@click.option(
    "--release-by",
    type=click.Choice(["assessor", "instructor", "named"]),
    default="instructor",
    show_default=True,
    help="Who may release a decision.",
)
def install(name: str, issuer: str, release_by: str) -> None:
    """Install a program with its badges; publish each with `quatrefoil badges publish`."""
    here = open_runtime()
    with here.writing() as session:
        program = operating.install_program(
            session,
            key_rows.get_issuer(session, issuer),
            name=name,
            release_by=release_by,
            clock=here.clock,
            new_id=here.new_id,
        )
        click.echo(f"Installed {program.title}:")
        for achievement in list_achievements(session, program.id):
            version = get_latest_version(session, achievement.id)
            click.echo(f"  {achievement.slug}  {version.state}  {version.title}")


@programs.command("add")
@click.argument("slug")
@click.option("--title", required=True, help="The name as people know it.")
@click.option("--issuer", required=True, help="Slug of the issuer that signs its badges.")
def add(slug: str, title: str, issuer: str) -> None:
    """Add an empty program; its coordinators build its badges on the program desk."""
    here = open_runtime()
    with here.writing() as session:
        program = operating.add_program(
            session,
            key_rows.get_issuer(session, issuer),
            slug=slug,
            title=title,
            clock=here.clock,
            new_id=here.new_id,
        )
        click.echo(f"Added {program.title}. Next: `quatrefoil programs invite {slug}`.")


@programs.command("invite")
@click.argument("slug")
@click.option("--organisation", help="Slug of the organisation, where several have the program.")
@click.option("--for", "label", default="", help="Whom it is for, for the program's own list.")
def invite(slug: str, organisation: str | None, label: str) -> None:
    """Invite one person to coordinate a program. The code is shown once."""
    here = open_runtime()
    with here.writing() as session:
        program = importing.get_program(session, slug, organisation=organisation)
        code = coordinating.invite(
            session,
            program.id,
            label=label,
            invited_by=None,
            clock=here.clock,
            new_id=here.new_id,
            random_bytes=here.random_bytes,
        )
        click.echo(
            f"{code}\n"
            f"It works once, and for {coordinating.INVITE_LASTS.days} days. Whoever gets it opens "
            "any activity of Quatrefoil in their course, chooses “Program desk”, and enters it."
        )


@programs.command("evidence")
@click.argument("slug")
@click.option(
    "--kept-days",
    type=click.IntRange(0, 3650),
    required=True,
    help="How many days after an award its earner cannot delete what they handed in.",
)
@click.option("--organisation", help="Slug of the organisation, where several have the program.")
def set_evidence(slug: str, kept_days: int, organisation: str | None) -> None:
    """Say how long a program keeps evidence from being deleted by its earners."""
    here = open_runtime()
    with here.writing() as session:
        program = importing.get_program(session, slug, organisation=organisation)
        keep_evidence(session, program, days=kept_days, clock=here.clock, new_id=here.new_id)
        click.echo(f"{program.title}: earners can delete evidence {kept_days} days after an award.")


@click.group()
def badges() -> None:
    """Open badges to courses."""


@badges.command("publish")
@click.argument("slug")
@click.option(
    "--levels",
    type=click.Choice([source.value for source in LevelSource]),
    required=True,
    help="How a level arises: rated by the assessor, or from scored tasks by bands.",
)
@click.option("--organisation", help="Slug of the organisation, where several have the badge.")
def publish(slug: str, levels: str, organisation: str | None) -> None:
    """Publish a badge, with the program's choice of how levels arise. It is made once."""
    here = open_runtime()
    try:
        with here.writing() as session:
            row = operating.publish_achievement(
                session,
                slug=slug,
                level_source=LevelSource(levels),
                organisation=organisation,
                clock=here.clock,
                new_id=here.new_id,
            )
            click.echo(f"Published {row.title} (version {row.number}).")
    except PlaceholderDefinitionError as error:
        raise click.ClickException(
            f"{slug} is a placeholder: it cannot be opened before its program defines it. "
            "`quatrefoil programs install` printed which badges are drafts"
        ) from error
    except (BadgesError, RubricsError) as error:
        raise click.ClickException(str(error)) from error
