"""Security headers of every answer, in one place."""

from collections.abc import Iterable

from flask import Flask, Response, g

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; connect-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'"
)


ANY_ORIGIN = "*"
"""For pages that show nothing of anybody and have nothing to press."""


def allow_frames(origins: Iterable[str]) -> None:
    """Let pages of this request stand in frames of these origins."""
    g.frame_origins = frozenset(origins)


def make_inert() -> None:
    """Let nothing on the page of this request do anything: no scripts, no forms."""
    g.is_inert = True


def init_app(app: Flask) -> None:
    """Set the headers after each request that did not set its own."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        origins = sorted(g.get("frame_origins", ()))
        # PDF pages and file previews of our own stand in frames of our own pages.
        ancestors = " ".join(["'self'", *origins]) if origins else "'none'"
        # Its own origin stays: without one it could not even load our style sheets.
        sandbox = "; sandbox allow-same-origin" if g.get("is_inert") else ""
        response.headers.setdefault(
            "Content-Security-Policy",
            f"{PAGE_POLICY}; frame-ancestors {ancestors}{sandbox}",
        )
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), fullscreen=*"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
