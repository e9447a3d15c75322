"""A tiny browser, to walk the practice LMS over real HTTP."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urljoin

import requests


@dataclass
class Form:
    """A form of a page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form or a field of the latest one."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values["action"], values.get("method", "get")))
        elif tag == "input" and self.forms and "name" in values:
            self.forms[-1].fields[values["name"]] = values.get("value", "")


class Visitor:
    """Somebody with a browser that keeps cookies and submits forms by hand."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()

    def get(self, path: str) -> requests.Response:
        """Open a page, and follow redirects."""
        return self.session.get(urljoin(self.base_url, path), timeout=30)

    def post(self, path: str, **fields: str) -> requests.Response:
        """Submit a form."""
        return self.session.post(urljoin(self.base_url, path), data=fields, timeout=30)

    def sign_in(self, person_id: str) -> Self:
        """Continue as somebody."""
        assert self.post("/sign-in", person_id=person_id).ok
        return self

    def submit(self, page: requests.Response) -> requests.Response:
        """Submit the only form of a page, as its script would."""
        reader = _FormReader()
        reader.feed(page.text)
        (form,) = reader.forms
        target = urljoin(page.url, form.action)
        return self.session.request(form.method, target, data=form.fields, timeout=30)

    def launch(self, path: str = "/activities/11/launch/frame") -> requests.Response:
        """Go through a whole launch; return what the last form was answered."""
        page = self.get(path)
        while page.ok and "<form" in page.text and "/static/post.js" in page.text:
            page = self.submit(page)
        return page
