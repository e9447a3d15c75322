"""Visitors over plain HTTP, where there is no browser: forms are read and posted as they stand."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

from lti_tool.cli.walkthrough.steps import Visitor, Visitors

SECONDS = 20
REDIRECTS = 10
VOID_FORMS = 5
"""How many self-posting forms a launch may take."""


@contextmanager
def client_visitors() -> Iterator[Visitors]:
    """Return what signs people in, each with cookies of their own."""

    @contextmanager
    def visit(lms_url: str, person_id: str) -> Iterator[Visitor]:
        with requests.Session() as session:
            answer = session.post(
                f"{lms_url}/sign-in", data={"person_id": person_id}, timeout=SECONDS
            )
            answer.raise_for_status()
            yield ClientVisitor(session, lms_url)

    yield visit


@dataclass
class Control:
    """One field or button of a form."""

    name: str
    kind: str
    value: str = ""
    is_on: bool = True
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """One form of a page."""

    action: str
    controls: list[Control] = field(default_factory=list)


class FormReader(HTMLParser):
    """Reads the forms, links and frames of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.frames: list[str] = []
        self.values_by_id: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self._area: Control | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a person could use."""
        values = {name: value or "" for name, value in attrs}
        self.data |= {name: value for name, value in values.items() if name.startswith("data-")}
        match tag:
            case "form":
                self.forms.append(Form(values.get("action", "")))
            case "a" if "href" in values:
                self.links.append(values["href"])
            case "iframe":
                self.frames.append(values.get("src", ""))
            case "input" | "textarea" | "select" | "button":
                self._control(tag, values)
            case "option" if self._area is not None:
                self._area.choices.append(values.get("value", ""))
                if "selected" in values or len(self._area.choices) == 1:
                    self._area.value = values.get("value", "")

    def handle_data(self, data: str) -> None:
        """Take the text of a text area."""
        if self._area is not None and self._area.kind == "textarea":
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag in {"textarea", "select"}:
            if tag == "textarea" and self._area is not None:
                # Browsers drop the line break that a text area begins with.
                self._area.value = self._area.value.removeprefix("\n")
            self._area = None

    def _control(self, tag: str, values: dict[str, str]) -> None:
        kind = values.get("type", "submit" if tag == "button" else "text")
        kind = tag if tag in {"textarea", "select"} else kind
        control = Control(values.get("name", ""), kind, values.get("value", ""))
        if kind in {"radio", "checkbox"}:
            control.is_on = "checked" in values
        if kind in {"textarea", "select"}:
            self._area = control
        if "id" in values:
            self.values_by_id[values["id"]] = control.value
        if self.forms and "disabled" not in values:
            self.forms[-1].controls.append(control)


class ClientVisitor:
    """One person with one jar of cookies."""

    def __init__(self, session: requests.Session, lms_url: str) -> None:
        self._session = session
        self._lms_url = lms_url
        self._url = ""
        self._page = FormReader("")
        self._text = ""

    def open_activity(self, activity_id: str) -> None:
        """Open an activity, and follow the launch as a browser does."""
        self._take(self._get(f"{self._lms_url}/activities/{activity_id}"))
        self._take(self._get(self._page.frames[0]))
        for _ in range(VOID_FORMS):
            if "/l/" in self._url:
                return
            if "data-authorization-url" in self._page.data:
                self._take(self._get(self._page.data["data-authorization-url"]))
                continue
            form = self._page.forms[0]
            self._post(form, form.controls)
        raise LookupError("the launch did not arrive")

    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields of the tool's page, in order."""
        hidden = {"hidden", "submit", "button"}
        return tuple(one.name for one in self._controls() if one.name and one.kind not in hidden)

    def options(self, name: str) -> tuple[str, ...]:
        """Return the values that a select or a group of radio buttons offers."""
        found = [one for one in self._controls() if one.name == name]
        return tuple(value for one in found for value in (one.choices or [one.value]))

    def fill(self, name: str, value: str) -> None:
        """Give a field a value."""
        found = [one for one in self._controls() if one.name == name]
        if not found:
            raise LookupError(f"no field {name}")
        for one in found:
            if one.kind == "radio":
                one.is_on = one.value == value
            elif one.kind == "checkbox":
                one.is_on = True
            else:
                one.value = value

    def press(self, name: str, value: str) -> None:
        """Press a button by name and value, the n-th that begins so, or a link by its address."""
        kind, _, number = name.partition("#")
        if kind == "link":
            self._take(self._get(next(link for link in self._page.links if value in link)))
            return
        found = [
            (form, one)
            for form in self._page.forms
            for one in form.controls
            if one.kind == "submit"
            and one.name == kind
            and (one.value.startswith(value) if number else one.value == value)
        ]
        index = int(number or 0)
        if len(found) <= index:
            raise LookupError(f"no button {name}={value}")
        form, button = found[index]
        self._post(form, [*(one for one in form.controls if one.kind != "submit"), button])

    def post_to(self, suffix: str) -> None:
        """Post the form whose address has this end."""
        form = next(form for form in self._page.forms if form.action.endswith(suffix))
        self._post(form, [one for one in form.controls if one.kind != "submit"])

    def text(self) -> str:
        """Return the tool's page as text."""
        return html.unescape(re.sub(r"<[^>]*>", " ", self._text))

    def field_value(self, element_id: str) -> str:
        """Return the value of the field with this id."""
        return self._page.values_by_id[element_id]

    def lms_text(self, path: str) -> str:
        """Open a page of the practice LMS, and return it as text."""
        self._take(self._get(f"{self._lms_url}{path}"))
        return self.text()

    def _controls(self) -> list[Control]:
        return [one for form in self._page.forms for one in form.controls]

    def _get(self, url: str) -> requests.Response:
        return self._send("GET", urljoin(self._url, url))

    def _post(self, form: Form, controls: list[Control]) -> None:
        data = [(one.name, one.value) for one in controls if one.name and one.is_on]
        url = urljoin(self._url, form.action)
        self._take(self._send("POST", url, data))

    def _send(
        self, method: str, url: str, data: list[tuple[str, str]] | None = None
    ) -> requests.Response:
        """Send a request, and follow redirects one by one."""
        for _ in range(REDIRECTS):
            answer = self._session.request(
                method, url, data=data, timeout=SECONDS, allow_redirects=False
            )
            for cookie in self._session.cookies:
                # On this machine browsers send Secure cookies over http, too.
                cookie.secure = False
            if not answer.is_redirect:
                return answer
            method, url, data = "GET", urljoin(url, answer.headers["Location"]), None
        raise LookupError("too many redirects")

    def _take(self, answer: requests.Response) -> None:
        answer.raise_for_status()
        self._url, self._text = answer.url, answer.text
        self._page = FormReader(answer.text)
