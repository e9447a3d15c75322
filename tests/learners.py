"""A learner's browser in tests: pages and forms, and the calls that the scripts make."""

from typing import Any

from werkzeug.test import TestResponse

from tests.pages import BASE, Visitor


class Learner(Visitor):
    """A visitor who also makes the scripts' calls."""

    def call(self, method: str, path: str, **options: Any) -> TestResponse:  # noqa: ANN401 - werkzeug's own
        """Make a script's call."""
        headers = {"X-CSRF-Token": self.token(), "Accept": "application/json"}
        headers |= options.pop("headers", {})
        return self._client.open(
            self.url(path), base_url=BASE, method=method, headers=headers, **options
        )

    def save(self, revision: int, **fields: object) -> TestResponse:
        """Save fields as autosave does, `__` standing for a dot."""
        named = {name.replace("__", "."): text for name, text in fields.items()}
        return self.call("POST", "/work", json={"revision": revision, "fields": named})

    def put(self, url: str, data: bytes, offset: int = 0) -> TestResponse:
        """Send a piece of a file."""
        return self.call(
            "PUT",
            url,
            data=data,
            content_type="application/octet-stream",
            headers={"Upload-Offset": str(offset)},
        )

    def announce(self, name: str, size: object, **more: object) -> TestResponse:
        """Announce a file."""
        body = {"name": name, "size": size, "modified": 1, "playable": None} | more
        return self.call("POST", "/uploads", json=body)

    def upload(self, data: bytes, name: str = "plan.pdf") -> str:
        """Send a whole file; return its upload's address."""
        announced = self.announce(name, len(data)).get_json()
        assert self.put(announced["url"], data).status_code == 200
        assert self.call("POST", f"{announced['url']}/finish", json={}).status_code == 201
        return str(announced["url"])

    def open_file(self, url: str, **headers: str) -> TestResponse:
        """Fetch a file by its ticket, as another window without a cookie would."""
        path = url.removeprefix(BASE)
        client = self._client.application.test_client()
        return client.get(
            path, base_url=BASE, headers={n.replace("_", "-"): v for n, v in headers.items()}
        )
