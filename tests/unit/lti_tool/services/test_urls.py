"""Every address that pages are given has a view behind it, and every view has its address."""

import inspect
from collections.abc import Iterator
from itertools import product
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound

from lti_tool.services.urls import CourseURLs, DeskURLs, KeepURLs, PublicURLs

BASE = "https://tool.example"
METHODS = ("GET", "POST", "PUT", "DELETE")
VALUES: dict[str, tuple[object, ...]] = {
    "below": ("", "/preview", "/withdraw", "/remove"),
    "action": ("release", "return"),
    "answer": ("", "/confirm", "/refuse"),
    "file": (".json", ".jwt", ".picture", ".png", ".record", ".zip"),
    "form": ("", ".json", ".jwt", ".picture", ".png", ".record", ".zip"),
    "media_type": ("image/svg+xml", "image/png"),
    "key_id": ("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",),
    "notice": ("submitted",),
    "page": (2,),
    "slug": ("harbour",),
    "state": ("decided",),
    "table": ("", ".csv"),
    "step": ("", "/preview", "/confirm"),
    "tab": (
        *("", "begin", "edit", "paste", "picture", "publish", "retire", "try", "versions"),
        *("preview", "preview/learner", "preview/work", "preview/assessor", "preview/credential"),
    ),
    "ticket": ("yTZzgqisoc01aXjRrHMiBjZiMDE2Y2NjLmZpbGUtMQ",),
    "token": ("1kV-9y_n0Qd3",),
}
"""What to try for each argument; every other one is an id."""
FORMS_LESS = {
    "achievement": {".jwt", ".picture", ".png", ".record", ".zip"},
    "shared": {".zip"},
}
"""Forms that an address does not have: an achievement is not signed, a kit is its earner's."""

WITHOUT_ADDRESS = {
    "bootstrap.static",
    "static",
    "health.health",
    # Below an issuer's DID.
    "credentials.did_document",
    "credentials.issuer_jwks",
    # Steps of a login, addressed by the view that leads there.
    "lti.cookie_check",
    "lti.login_in_new_window",
    "lti.finish",
    # For programs, as docs/checks.md says.
    "verify.report_json",
    "verify.report_preflight",
    # Below `upload`.
    "uploads.finish",
}


def calls(urls: CourseURLs | DeskURLs | KeepURLs | PublicURLs) -> Iterator[tuple[str, str]]:
    """Return every address with the name of the method that makes it."""
    for name, member in inspect.getmembers_static(type(urls)):
        if name.startswith("_") or name in urls.__slots__:
            continue
        if isinstance(member, property):
            yield name, getattr(urls, name)
            continue
        names = [one for one in inspect.signature(member).parameters if one != "self"]
        tried = [VALUES.get(one, (uuid4(),)) for one in names]
        for values in product(*tried):
            if FORMS_LESS.get(name, set()).isdisjoint(values):
                yield name, getattr(urls, name)(**dict(zip(names, values, strict=True)))


def endpoints_at(app: Flask, url: str) -> set[str]:
    """Return the views behind a URL, of whatever method."""
    place = app.url_map.bind("tool.example", url_scheme="https")
    found = set()
    for method in METHODS:
        try:
            found.add(place.match(urlsplit(url).path, method)[0])
        except (NotFound, MethodNotAllowed):
            continue
    return found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "urls",
    [CourseURLs("3f0c.a-token"), DeskURLs("3f0c.a-token"), KeepURLs("a-token"), PublicURLs(BASE)],
    ids=["course", "desk", "keep", "public"],
)
def test_every_address_has_a_view(
    app: Flask, urls: CourseURLs | DeskURLs | KeepURLs | PublicURLs
) -> None:
    """No page leads nowhere."""
    nowhere = {name for name, url in calls(urls) if not endpoints_at(app, url)}

    assert nowhere == set()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_view_has_an_address(app: Flask) -> None:
    """What no page can name is either listed here with its reason, or in nobody's reach."""
    urls = (CourseURLs("ref"), DeskURLs("ref"), KeepURLs("a-token"), PublicURLs(BASE))
    every = [call for one in urls for call in calls(one)]
    reached = {endpoint for _, url in every for endpoint in endpoints_at(app, url)}

    assert {rule.endpoint for rule in app.url_map.iter_rules()} - reached == WITHOUT_ADDRESS


def test_course_addresses_stay_inside_their_launch() -> None:
    """Relative to the tool's origin, below the one launch: a scope of its own."""
    for name, url in (*calls(CourseURLs("ref")), *calls(DeskURLs("ref"))):
        assert url.startswith("/l/ref/"), name


def test_public_addresses_are_absolute() -> None:
    """They stand in credentials and gradebooks."""
    for name, url in calls(PublicURLs(BASE)):
        assert url.startswith(f"{BASE}/"), name
