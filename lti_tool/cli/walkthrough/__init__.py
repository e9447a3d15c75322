"""The walk without a person: from a launch in the practice LMS to a badge that anyone can verify.

One list of steps (`steps`), driven through a real browser where there is one
(`browser`), else over plain HTTP (`client`). `checking` decides: only a badge
that verifies with us and with openbadgeslib ends in 0.
"""

from pathlib import Path

import click

from lti_tool.cli.walkthrough.browser import browser_visitors, find_browser
from lti_tool.cli.walkthrough.checking import check, save
from lti_tool.cli.walkthrough.client import client_visitors
from lti_tool.cli.walkthrough.steps import walk_the_loop


def walk(lms_url: str, tool_url: str, folder: Path) -> int:
    """Walk the loop, leave the badge's files in `folder`, and return the exit code."""
    browser = find_browser()
    click.echo(f"Walking {'in ' + browser if browser else 'over plain HTTP: no browser found'}.")
    with browser_visitors(browser) if browser else client_visitors() as visitors:
        share_link = walk_the_loop(visitors, lms_url=lms_url, tool_url=tool_url, say=click.echo)
    save(share_link, folder)
    click.echo(f"The badge's files are in {folder}.")
    return check(folder, say=click.echo)
