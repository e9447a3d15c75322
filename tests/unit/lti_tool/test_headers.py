"""Security headers of every answer."""

import re

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from lti_tool.headers import allow_frames
from lti_tool.runtime import Runtime
from tests.conftest import Lend
from tests.rows import a_course

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), fullscreen=*",
}


def policy_of(answer: Response) -> dict[str, list[str]]:
    """Return the directives of an answer's CSP."""
    directives = answer.headers["Content-Security-Policy"].split("; ")
    parsed = [directive.split() for directive in directives]
    assert len({name for name, *_ in parsed}) == len(parsed)
    return {name: values for name, *values in parsed}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/verify", 200),
        ("POST", "/verify", 422),
        ("HEAD", "/verify", 200),
        ("OPTIONS", "/verify", 200),
        ("GET", "/health", 200),
        ("GET", "/lti/jwks.json", 200),
        ("GET", "/lti/login/cookie", 200),
        ("GET", "/lti/login", 403),
        ("GET", "/static/quatrefoil.css", 200),
        ("GET", "/bootstrap/static/css/bootstrap.min.css", 200),
        ("GET", "/nowhere", 404),
        ("POST", "/health", 405),
        ("GET", "/l/x/", 401),
        ("GET", "/l/x", 308),
        ("GET", "/fail", 500),
    ],
)
def test_every_answer_has_them(lend: Lend, method: str, path: str, status: int) -> None:
    """Pages, documents, static files, redirects, refusals and defects."""

    def fail() -> str:
        raise RuntimeError

    app = lend("defect", lambda app: app.add_url_rule("/fail", "fail", fail))
    answer = app.test_client().open(path, method=method)

    assert answer.status_code == status
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value
    assert policy_of(answer)["default-src"] == ["'none'"]
    assert answer.headers["Cache-Control"]
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"]


def test_a_page_runs_nothing_of_others(app: Flask) -> None:
    """No inline script or style, no plug-in, no foreign source, no foreign form."""
    policy = policy_of(app.test_client().get("/verify"))

    assert policy == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }


def test_pages_keep_to_their_own_policy(app: Flask) -> None:
    """What the browser would block is not there: no inline script, style or handler."""
    page = app.test_client().get("/verify").text

    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)


def test_frames_can_be_allowed(own_app: Flask) -> None:
    """A page in a frame may hold frames of ours: PDF previews have us as ancestor, too."""

    def framed() -> str:
        allow_frames(["https://b.example", "https://a.example", "https://a.example"])
        return "x"

    own_app.add_url_rule("/framed", "framed", framed)
    policy = policy_of(own_app.test_client().get("/framed"))

    assert policy["frame-ancestors"] == ["'self'", "https://a.example", "https://b.example"]
    after = policy_of(own_app.test_client().get("/verify"))
    assert after["frame-ancestors"] == ["'none'"]


def test_a_view_may_know_better(own_app: Flask) -> None:
    """Files and public documents set headers of their own; the others stay."""

    def public() -> Response:
        response = Response("x")
        response.headers["Cache-Control"] = "public, max-age=60"
        response.headers["Content-Security-Policy"] = "sandbox"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    own_app.add_url_rule("/public", "public", public)
    answer = own_app.test_client().get("/public")

    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_public_documents_may_be_read_by_any_origin(app: Flask, runtime: Runtime) -> None:
    """Verifiers run in other people's pages."""
    with runtime.writing() as session:
        slug = a_course(session).issuer.slug
    answer = app.test_client().get(f"/issuers/{slug}/did.json")

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_what_did_not_change_has_the_headers_too(app: Flask, runtime: Runtime) -> None:
    """A 304 replaces the headers that a cache kept."""
    with runtime.writing() as session:
        slug = a_course(session).issuer.slug
    browser = app.test_client()
    etag = browser.get(f"/issuers/{slug}/did.json").headers["ETag"]
    answer = browser.get(f"/issuers/{slug}/did.json", headers={"If-None-Match": etag})

    assert answer.status_code == 304
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
