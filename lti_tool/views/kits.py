"""Offline kits as files: what was gathered, with a page that checks it and a README."""

import io
import zipfile
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files

from flask import Response, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from lti_tool.services.kit_files import Kit

PAGE, README = "verify.html", "README.txt"
SCRIPTS = ("checks.js", "page.js")
STYLE = "kit.css"
_PLACE = files("lti_tool") / "templates" / "kit"


@dataclass(frozen=True, slots=True, kw_only=True)
class KitPage:
    """The page of a kit; scripts and sheet are our own files, which stand in it as they are."""

    policy: str
    scripts: tuple[Markup, ...]
    style: Markup
    data: dict[str, object]
    picture: str
    picture_alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KitReadme:
    """What a kit's README says; `contents` are names of files with what they are."""

    title: str
    issuer_name: str
    issuer_id: str
    saved_on: str
    at: str
    contents: tuple[tuple[str, str], ...]
    issuer_urls: tuple[str, ...]


def kit_files(kit: Kit) -> tuple[tuple[str, bytes], ...]:
    """Return every file of a kit by name, its README and its page first.

    Needs the application's context, as pages do.
    """
    return (
        (README, _readme(kit).encode()),
        (PAGE, _render_page(kit.page_data, kit.picture_url, kit.picture_alt).encode()),
        *((one.name, one.data) for one in kit.files),
    )


def kit_response(kit: Kit) -> Response:
    """Return a kit as one file to download: some dozens of kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in kit_files(kit):
            info = zipfile.ZipInfo(f"badge-kit/{name}", kit.saved_at.timetuple()[:6])
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    response = Response(packed.getvalue(), mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="badge-kit.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def verifying_page(
    issuers: Sequence[bytes], list_tokens: Sequence[bytes], saved_at: datetime
) -> str:
    """Return the page without a badge in it, for whatever badge of these issuers it is given.

    Needs the application's context, as pages do.
    """
    data: dict[str, object] = {
        "savedAt": saved_at.isoformat(),
        "credential": None,
        "components": [],
        "issuers": [one.decode() for one in issuers],
        "lists": [one.decode() for one in list_tokens],
    }
    return _render_page(data, "", "")


def _render_page(data: dict[str, object], picture: str, picture_alt: str) -> str:
    scripts, style = tuple(map(_asset, SCRIPTS)), _asset(STYLE)
    page = KitPage(
        policy=_policy(scripts, style),
        # Markup: our own files, never anything of a credential.
        scripts=tuple(map(Markup, scripts)),
        style=Markup(style),  # noqa: S704
        data=data,
        picture=picture,
        picture_alt=picture_alt,
    )
    return render_template(f"kit/{PAGE}", page=page)


def _policy(scripts: tuple[str, ...], style: str) -> str:
    """Return a policy under which exactly these run, and nothing is loaded or sent."""
    allowed = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return (_PLACE / name).read_text("utf-8")


def _readme(kit: Kit) -> str:
    page = KitReadme(
        title=kit.credential.title,
        issuer_name=kit.issuer_name,
        issuer_id=kit.issuers[0].did,
        saved_on=_day(kit.saved_at),
        at=f"{kit.saved_at:%Y-%m-%dT%H:%M:%SZ}",
        contents=_contents(kit),
        issuer_urls=kit.issuer_urls,
    )
    return render_template(f"kit/{README}", page=page)


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _contents(kit: Kit) -> tuple[tuple[str, str], ...]:
    words = {
        "document": _("the badge, signed with a Data Integrity proof"),
        "token": _("the same badge, signed as a JWT"),
        "picture": _("the picture of the badge, with the badge in it"),
        "issuer": _("the issuer document (DID document) with its keys, as saved"),
        "key": _("the key that signed the JWT, as a JWK"),
        "list": _("a status list, which tells what was taken back, as saved"),
        "record": _("the learner record (CLR 2.0), which holds all of it"),
        "component": ngettext(
            "the badge that the microcredential rests on",
            "one of the badges that the microcredential rests on",
            len(kit.components),
        ),
        "foreign": _("a credential of another issuer that the microcredential rests on"),
        "elsewhere": _("what another issuer served when that was last verified"),
    }
    listed = tuple((one.name, words[one.kind]) for one in kit.files)
    return ((PAGE, _("the page that checks the badge, without any network")), *listed)
