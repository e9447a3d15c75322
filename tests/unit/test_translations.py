"""Every sentence that people read can be translated: the extraction finds it."""

import re
import shlex
import sys
from importlib import metadata
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale

from lti_tool.lti.refusals import ADVICE, Refusal
from lti_tool.views.errors import advice_on

ROOT = Path(__file__).parents[2]
SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def run_babel(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run pybabel in this process, as it is installed."""
    (script,) = metadata.entry_points(group="console_scripts", name="pybabel")
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    assert not script.load()()


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the documented command makes."""
    page = (ROOT / "docs" / "translating.md").read_text("utf-8")
    command = re.findall(r"(?m)^\.venv/bin/(pybabel extract .*)$", page)[0]
    monkeypatch.chdir(ROOT)
    command = command.replace("pybabel", "pybabel --quiet", 1)
    run_babel(command.replace("var/", f"{tmp_path}/"), monkeypatch)
    return tmp_path / "messages.pot"


@pytest.fixture
def catalogue(template: Path) -> Catalog:
    """What is in it."""
    with template.open("rb") as file:
        return read_po(file)


def test_extraction_finds_every_kind_of_sentence(catalogue: Catalog) -> None:
    """In templates, views, and at the protocol edge; nothing of the practice LMS."""
    found = {one.id if isinstance(one.id, str) else one.id[0] for one in catalogue if one.id}

    assert {sentence for advice in ADVICE.values() for sentence in advice} <= found
    assert "documents, pictures, video, sound and plain text" in found
    assert "A badge’s picture (PNG or SVG), JSON or JWT, at most %(limit)s." in found
    assert "%(num)s point" in found
    places = {path for one in catalogue for path, _ in one.locations}
    assert not [path for path in places if "sandbox" in path]


def test_no_template_is_left_out(catalogue: Catalog) -> None:
    """Each that calls gettext is a place of some sentence."""
    places = {path for one in catalogue for path, _ in one.locations}
    templates = ROOT / "lti_tool" / "templates"
    speaking = {
        path.relative_to(ROOT).as_posix()
        for path in templates.rglob("*.html")
        if re.search(r"\b(_|ngettext)\('", path.read_text("utf-8"))
    }

    assert speaking
    assert speaking <= places


@SQLITE_ONLY
def test_advice_is_looked_up_where_it_is_shown(
    own_app: Flask, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the reader's language, sentence by sentence."""
    folder = tmp_path / "translations"
    run_babel(f"pybabel --quiet init -i {template} -d {folder} -l es", monkeypatch)
    po = folder / "es" / "LC_MESSAGES" / "messages.po"
    again = "Go back to your course and open the activity again."
    text = po.read_text("utf-8")
    po.write_text(
        text.replace(f'msgid "{again}"\nmsgstr ""', f'msgid "{again}"\nmsgstr "Otra vez."'), "utf-8"
    )
    run_babel(f"pybabel --quiet compile -d {folder} -l es", monkeypatch)
    own_app.extensions["babel"].translation_directories = [str(folder)]

    with own_app.test_request_context(), force_locale("es"):
        words = advice_on(Refusal.TOKEN_EXPIRED)
    assert words == "The launch has expired. Otra vez."
