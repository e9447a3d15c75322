"""A browser without scripts for tests: it fetches pages, checks each one, and posts forms.

Every HTML page has one heading of the first level and a title, ids that are
unique, labelled fields, a content policy, and no inline script or style.
"""

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask import Flask
from werkzeug.test import TestResponse

from lti_tool.values import Launch
from lti_tool.views.session import COOKIE
from tests.rows import BROWSER_SECRET

BASE = "https://tool.example"
UNLABELLED = frozenset({"hidden", "submit", "button"})


@dataclass(frozen=True)
class Form:
    """One form of a page: where it posts to, and what its fields hold."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    """The buttons' `name=value`."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.unlabelled: list[str] = []
        self.headings = 0
        self.title = ""
        self.token = ""
        self.inline: list[str] = []
        self.forms: list[Form] = []
        self._inside: list[str] = []
        self._area = ""
        self._option = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._check(tag, values)
        match tag:
            case "meta" if values.get("name") == "csrf-token":
                self.token = values.get("content", "")
            case "h1":
                self.headings += 1
            case "title" | "label":
                self._inside.append(tag)
                self.labels.add(values.get("for", ""))
            case "form":
                self.forms.append(Form(action=values.get("action", "")))
            case "button" if "name" in values:
                self._form().actions.append(f"{values['name']}={values.get('value', '')}")
            case "option" if self._option and "selected" in values:
                self._form().fields[self._option] = values.get("value", "")
            case "input" | "select" | "textarea":
                self._take_field(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside.remove(tag)
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._option = ""

    def handle_data(self, data: str) -> None:
        if "title" in self._inside and not self.title:
            self.title = data.strip()
        if self._area:
            # HTML drops the first line break of a text area.
            known = self._form().fields.get(self._area, "")
            self._form().fields[self._area] = known + (data if known else data.removeprefix("\n"))

    def _form(self) -> Form:
        return self.forms[-1] if self.forms else Form(action="")

    def _check(self, tag: str, values: dict[str, str]) -> None:
        if "id" in values:
            self.ids.append(values["id"])
        self.inline += [name for name in values if name == "style" or name.startswith("on")]
        if tag == "script" and "src" not in values:
            self.inline.append("script")

    def _take_field(self, tag: str, values: dict[str, str]) -> None:
        name, kind = values.get("name", ""), values.get("type", "text")
        is_labelled = "label" in self._inside or "aria-label" in values or kind in UNLABELLED
        if not is_labelled:
            self.unlabelled.append(values.get("id", name))
        if not name or "disabled" in values:
            return
        fields = self._form().fields
        match tag, kind:
            case "textarea", _:
                self._area, fields[name] = name, ""
            case "select", _:
                self._option, fields[name] = name, ""
            case _, "radio" | "checkbox":
                fields |= {name: values.get("value", "on")} if "checked" in values else {}
            case _, "submit" | "button" | "file":
                pass
            case _:
                fields[name] = values.get("value", "")


@dataclass(frozen=True)
class Page:
    """One answer that is a page, read."""

    status: int
    text: str
    url: str
    reader: _Reader

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.reader.title

    def form(self, action: str) -> Form:
        """The form that posts to `action`."""
        return next(form for form in self.reader.forms if form.action == action)


def read_page(response: TestResponse) -> Page:
    """Read an answer, and hold it to what every page promises."""
    reader = _Reader()
    reader.feed(response.text)
    assert reader.headings == 1, f"{reader.headings} first headings on {response.request.path}"
    assert reader.title
    repeated = {one for one, times in Counter(reader.ids).items() if times > 1}
    assert not repeated, f"ids that come twice on {response.request.path}: {repeated}"
    unlabelled = [one for one in reader.unlabelled if one not in reader.labels]
    assert not unlabelled, f"fields without a label on {response.request.path}: {unlabelled}"
    assert not reader.inline, f"inline code on {response.request.path}: {reader.inline}"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    return Page(
        status=response.status_code,
        text=response.text,
        url=response.request.full_path.rstrip("?"),
        reader=reader,
    )


def text_of(page: Page) -> str:
    """Return the words of a page, without markup, on one line."""
    main = page.text[page.text.index("<main") :]
    main = re.sub(r"</?(bdi|time|strong|a)\b[^>]*>", "", main)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


class Visitor:
    """Somebody with a launch, and a browser that runs no scripts."""

    def __init__(self, app: Flask, launch: Launch, *, secret: str = BROWSER_SECRET) -> None:
        self.launch = launch
        self._token = ""
        self._client = app.test_client()
        self._client.set_cookie(COOKIE, secret, domain="tool.example", secure=True)

    def url(self, path: str) -> str:
        """An address inside the launch."""
        return path if path.startswith("/l/") else f"/l/{self.launch.ref}{path}"

    def get(self, path: str) -> Page:
        """Fetch a page, wherever it leads."""
        page = read_page(self._client.get(self.url(path), base_url=BASE, follow_redirects=True))
        self._token = self._token or page.reader.token
        return page

    def answer(self, path: str) -> TestResponse:
        """Fetch one answer as it is."""
        return self._client.get(self.url(path), base_url=BASE)

    def token(self) -> str:
        """The form token of the launch, fetched once: it stays the same."""
        if not self._token:
            reader = _Reader()
            reader.feed(self.answer("/activity").text)
            self._token = reader.token
        return self._token

    def post(self, path: str, **fields: str | list[str]) -> TestResponse:
        """Post a form; names of fields with dots come in `fields` by `**{}`."""
        return self._client.post(
            self.url(path), base_url=BASE, data={"csrf_token": self.token(), **fields}
        )

    def submit(self, path: str, **fields: str | list[str]) -> Page:
        """Post a form and go where it leads."""
        response = self._client.post(
            self.url(path),
            base_url=BASE,
            data={"csrf_token": self.token(), **fields},
            follow_redirects=True,
        )
        return read_page(response)

    def send(self, path: str, body: object, *, token: str | None = None) -> TestResponse:
        """Post JSON as the scripts do."""
        headers = {
            "X-CSRF-Token": self.token() if token is None else token,
            "Accept": "application/json",
        }
        return self._client.post(self.url(path), base_url=BASE, json=body, headers=headers)
