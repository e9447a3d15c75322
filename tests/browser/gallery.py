"""Every page of the tool with invented data, to look at and to test.

`python -m tests.browser.gallery FOLDER` writes HTML and screenshots at three widths, light and
dark, and prints what axe finds. It needs a browser, no database and no LMS.
"""

import argparse
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask, Response, jsonify, render_template
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from jinja2 import StrictUndefined
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from lti_tool.cli.walkthrough.browser import ARGUMENTS, find_browser
from tests.browser.gallery_bulk import bulk
from tests.browser.gallery_desk import desk
from tests.browser.gallery_foreign import foreign
from tests.browser.gallery_pages import Pages, assessor, learner
from tests.browser.gallery_public import credentials, edges, kept
from tests.browser.gallery_stack import stack
from tests.browser.gallery_verifying import verifying

AXE: str = AXE_SCRIPT
TOOL = Path(__file__).parents[2] / "lti_tool"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; frame-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'"
)
WIDTHS = (390, 800, 1280)
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
RUN_AXE = """(rules) => axe.run({resultTypes: ["violations"], preload: false,
  performanceTimer: false, ...(rules.length ? {runOnly: {type: "rule", values: rules}} : {})})
  .then((found) => found.violations)"""
"""Without fetching style sheets and media again: only rules of less weight look into those."""
OF_THE_LOOK = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
"""The rules whose findings depend on colours and widths; all others see the same page twice."""
UNUSED_FEATURES = (
    # Pages of the browser's own behind each window's address bar, and processes held in stock:
    # more work than the pages that are tested.
    "SpareRendererForSitePerProcess",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
    # Playwright's own list, in whose place this one comes.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]"
    b"/Count 1>>endobj\n3 0 obj<</Type/Page/MediaBox[0 0 300 200]/Parent 2 0 R>>endobj\n"
    b"trailer<</Root 1 0 R>>\n"
)


def pages() -> Pages:
    """Return every page of the gallery by name."""
    return (
        learner()
        | assessor()
        | desk()
        | bulk()
        | stack()
        | foreign()
        | verifying()
        | credentials()
        | kept()
        | edges()
    )


def create_gallery() -> Flask:
    """Return an app that serves each page under its name, under the tool's own policy."""
    app = Flask(
        "gallery", template_folder=str(TOOL / "templates"), static_folder=str(TOOL / "static")
    )
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    # No page changes them: a browser asks once for all pages.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    Babel(app)
    Bootstrap5(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.add_url_rule("/<name>", view_func=show)
    app.add_url_rule("/files/<kind>", view_func=show_file)
    app.add_url_rule("/cookie", view_func=lambda: jsonify(cookie=False), endpoint="cookie")
    app.after_request(set_policy)
    return app


def show(name: str) -> str:
    """Render one page."""
    template, context = pages()[name]
    return render_template(template, csrf_token="sample", **context)


def show_file(kind: str) -> Response:
    """Serve something where a file would be."""
    if kind == "pdf":
        return Response(PDF, mimetype="application/pdf")
    return Response("", 404)


def set_policy(response: Response) -> Response:
    """Add the policy that the tool itself will send."""
    response.headers["Content-Security-Policy"] = POLICY
    return response


class Quiet(WSGIRequestHandler):
    """Answers requests without a line for each."""

    def log_request(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve `app` on a free port of this machine and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def browsing() -> Iterator[Browser]:
    """Give a Chromium: the system's where there is one, otherwise Playwright's own."""
    path = find_browser()
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        try:
            yield browser
        finally:
            browser.close()


def launch(playwright: Playwright, path: str | None) -> Browser:
    """Start a browser."""
    return playwright.chromium.launch(executable_path=path, args=arguments())


def arguments() -> list[str]:
    """What browsers are started with. As root (containers) their own sandbox cannot start."""
    sandbox = () if os.geteuid() else ("--no-sandbox",)
    return [*ARGUMENTS, f"--disable-features={','.join(UNUSED_FEATURES)}", *sandbox]


def serious(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """Return what axe calls serious or critical on the page, a line each; by some rules or all.

    Whoever looks at many pages in one tab adds axe as its initial script: sending it there
    takes longer than most rules.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(RUN_AXE, list(rules))
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def main() -> None:
    """Write the gallery's HTML and screenshots, and print what axe and the console say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="pages to show; all of them without any")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with serving(create_gallery()) as address, browsing() as browser:
        for name in arguments.names or pages():
            for scheme in SCHEMES:
                shoot(browser, f"{address}/{name}", arguments.folder / f"{name}-{scheme}", scheme)


def shoot(browser: Browser, address: str, stem: Path, scheme: Scheme) -> None:
    """Take one page at every width in one colour scheme."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda said: print(stem.name, said.text))  # noqa: T201 - a tool's output
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900 if width > WIDTHS[0] else 844})
        page.goto(address)
        page.wait_for_timeout(150)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            print(stem.name, width, "is too wide by", overflow)  # noqa: T201 - a tool's output
        page.screenshot(path=f"{stem}-{width}.png", full_page=True)
        for line in serious(page):
            print(stem.name, width, line)  # noqa: T201 - a tool's output
    stem.with_suffix(".html").write_text(page.content())
    context.close()


if __name__ == "__main__":
    main()
