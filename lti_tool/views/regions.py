"""What of a draft's page scripts bring up to date, as HTML by the names of its regions."""

from collections.abc import Iterable

from flask import render_template

from lti_tool.services.pages.learner import WorkPage


def regions_after(page: WorkPage, changed: Iterable[str]) -> dict[str, str]:
    """Return what a save of some fields has changed: counts always, questions where they do."""
    regions = {"checklist": render_template("learner/_checklist.html", page=page)}
    for part in page.parts:
        for log in part.logs:
            regions[f"log-{log.id}"] = render_template("learner/_log_total.html", log=log)
        for coverage in part.coverages:
            regions[f"coverage-{coverage.id}"] = render_template(
                "learner/_families.html", coverage=coverage
            )
    if any(name.startswith("artefact.") and name.endswith(".requirement") for name in changed):
        regions |= _artefacts(page)
    return regions


def every_region(page: WorkPage) -> dict[str, str]:
    """Return every region: something was added that others point to."""
    references = {
        f"references{part.key}": render_template("learner/_references.html", page=page, part=part)
        for part in page.parts
    }
    return regions_after(page, ()) | _artefacts(page) | references


def _artefacts(page: WorkPage) -> dict[str, str]:
    return {
        f"artefacts-{slot.key}" if slot.key else "artefacts": render_template(
            "learner/_artefacts.html", page=page, slot=slot
        )
        for slot in page.slots
    }
