"""A credential that somebody gives by a form: a file, its text, or its address."""

from dataclasses import dataclass

from flask import request

from badges.baking import is_picture, unbake
from badges.errors import BakingError
from badges.png import MAXIMUM_BYTES as PICTURE_BYTES
from lti_tool.errors import InvalidFieldsError, LtiToolError
from lti_tool.runtime import Runtime
from lti_tool.services import public_pages
from lti_tool.services.examining import Report, examine
from lti_tool.services.fetching import CREDENTIAL, FetchingResolver
from lti_tool.services.resolving import ChainedResolver, OwnResolver
from lti_tool.services.urls import PublicURLs


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a form is shown with again; a file has to be chosen anew."""

    text: str
    url: str


def typed() -> Typed:
    """Return what was typed into this request's form."""
    return Typed(text=request.form.get("credential", ""), url=request.form.get("url", "").strip())


def is_given() -> bool:
    """Whether this request's form has a credential in any of its fields."""
    given = typed()
    return bool(given.text.strip() or given.url or request.files.get("file"))


def given_field() -> str:
    """Return the field of this request's form from which the credential is taken."""
    if request.files.get("file"):
        return "file"
    return "credential" if typed().text else "url"


def read_given(here: Runtime) -> bytes | str:
    """Return the credential of this request's form, out of its picture where it is in one.

    Raises:
        InvalidFieldsError: there is none, or it cannot be had; the field says why.
    """
    given, upload = typed(), request.files.get("file")
    data: bytes | str = upload.stream.read(PICTURE_BYTES + 1) if upload else b""
    try:
        data = data or given.text or (_fetch(here, given.url) if given.url else b"")
        if isinstance(data, bytes) and is_picture(data):
            data = unbake(data)
    except BakingError as error:
        raise InvalidFieldsError({given_field(): (f"picture_{error.reason}", None)}) from error
    except InvalidFieldsError:
        raise
    except LtiToolError as error:
        raise InvalidFieldsError({"url": ("not_reachable", error.code)}) from error
    if not data:
        raise InvalidFieldsError({"": ("nothing_given", None)})
    return data


def examine_given(here: Runtime, data: bytes | str) -> Report:
    """Verify a credential: our own store is asked first, then the world."""
    own = OwnResolver(here.database, PublicURLs(here.settings.base_url))
    resolver = ChainedResolver(own, FetchingResolver(here.strangers_http))
    return examine(data, resolver=resolver, now=here.clock())


def _fetch(here: Runtime, url: str) -> bytes:
    """Return the credential at a URL; at one of ours it is read from the store."""
    urls = PublicURLs(here.settings.base_url)
    if url.startswith(f"{urls.base_url}/"):
        with here.reading() as session:
            return public_pages.get_shared_at(session, url, urls=urls).document
    answer = here.strangers_http.exchange(
        "GET", url, headers={"Accept": CREDENTIAL}, follows_redirects=True
    )
    if not answer.is_success:
        raise InvalidFieldsError({"url": ("answered_status", str(answer.status))})
    return answer.body
