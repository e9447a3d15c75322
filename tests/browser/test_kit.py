"""The page of an offline kit in a real browser: opened as a file, with no network at all."""

import base64
import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from playwright.sync_api import Browser, BrowserContext, expect

from badges.achievement import Status
from badges.credential import build_credential
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.written import serialize
from keys.ring import KeyState
from keys.signing import generate_rsa
from lti_tool.services.kit_files import Kit, KitCredential
from lti_tool.views.kits import PAGE, kit_files
from tests.browser.gallery import OF_THE_LOOK, SCHEMES, serious
from tests.browser.kits import (
    ED25519,
    RSA,
    YEARS_LATER,
    Visitor,
    a_changed_byte,
    an_expired_badge,
    an_unsigned_list,
    json_part,
    of_list,
    token_of,
    with_document,
    with_token,
)
from tests.credentials import (
    LIST_URL,
    NOW,
    STATUS_INDEX,
    a_did_document,
    a_document,
    a_held_key,
    a_jwt,
    a_key_in_state,
    es256_key,
    other_keys,
    some_facts,
)
from tests.kits import (
    RTL_NAME,
    a_kit,
    a_kit_of_a_stack,
    a_kit_with_one_from_elsewhere,
    a_list,
    from_elsewhere,
    issued,
    written,
)
from tests.parts import agency_keys, an_agency_list_document
from tests.verifying import a_token

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages() -> Flask:
    """What renders pages, with nothing behind it."""
    app = Flask("lti_tool")
    Babel(app)
    return app


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    """A browser window without any network."""
    context = browser.new_context(offline=True, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def visitor(pages: Flask, offline: BrowserContext, tmp_path: Path) -> Visitor:
    """Somebody with a browser and without a network."""
    return Visitor(pages, offline, tmp_path)


def test_a_good_kit_is_valid_and_says_as_of_when(visitor: Visitor) -> None:
    """Every check holds; who gave what to whom, of which day the documents are, and which key."""
    visitor.open(a_kit())

    assert visitor.status == "valid"
    assert visitor.states() == ["passed"] * 9
    assert "Harbour College gave “Listening Closely” to Ada Lovelace" in visitor.text()
    assert "issuer document is as saved on November 21, 2026 at 1:00" in visitor.text("#dates")
    assert "status is as of November 21, 2026 at 12:00" in visitor.text("#dates")
    assert RSA.id.rpartition("/")[2] in visitor.text("#facts")
    assert visitor.page.title().startswith("Valid as of")


def test_the_page_can_load_and_send_nothing(visitor: Visitor) -> None:
    """It asks for itself alone, and its policy refuses a script and a connection of others."""
    visitor.open(a_kit())
    assert [url.rpartition("/")[2] for url in visitor.asked if url.startswith("file:")] == [PAGE]
    assert [url for url in visitor.asked if not url.startswith(("file:", "data:"))] == []
    assert visitor.said == []

    tried = visitor.page.evaluate("""async () => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        const sent = await fetch("https://badges.example.edu/").then(() => true, () => false);
        const image = await new Promise((done) => {
          const made = new Image();
          made.onload = () => done(true);
          made.onerror = () => done(false);
          made.src = "https://badges.example.edu/x.png";
        });
        return [window.ran === true, sent, image];
    }""")
    assert tried == [False, False, False]
    assert sum("Content Security Policy" in line for line in visitor.said) >= 3


def test_es256_is_checked_too(visitor: Visitor) -> None:
    """The other algorithm of the profile, also for the list."""
    key = es256_key()
    document = build_credential(some_facts())
    unsigned = an_unsigned_list()
    visitor.open(
        replace(
            with_document(ED25519, RSA, key),
            credential=replace(issued(document), token=a_jwt(document, key).encode()),
            lists=(replace(a_list(), token=sign_vc_jwt(unsigned, key).encode()),),
        )
    )

    assert visitor.status == "valid"


BROKEN: dict[str, tuple[Callable[[], Kit], str, str]] = {
    "a changed byte": (lambda: with_token(a_changed_byte()), "broken", "signature"),
    "a key in its place": (
        lambda: with_document(ED25519, a_held_key(generate_rsa())),
        "broken",
        "key_not_vouched_for",
    ),
    "a key that is not for badges": (
        lambda: with_document(assertionMethod=[ED25519.id]),
        "broken",
        "key_not_vouched_for",
    ),
    "a compromised key": (
        lambda: with_document(
            ED25519, replace(a_key_in_state(RSA.public, KeyState.COMPROMISED), revoked_at=NOW)
        ),
        "broken",
        "key_revoked",
    ),
    "a key of somebody else under its name": (
        lambda: with_token(a_jwt(key=replace(other_keys()[1], id=RSA.id)).encode()),
        "broken",
        "signature",
    ),
    "another issuer": (
        lambda: with_document(id="did:web:elsewhere.example"),
        "broken",
        "another_issuer",
    ),
    "another issuer in the envelope": (
        lambda: a_kit(credential=token_of(a_document(), iss="did:web:elsewhere.example")),
        "broken",
        "claim_iss",
    ),
    "another id in the envelope": (
        lambda: a_kit(credential=token_of(a_document(), jti="urn:x")),
        "broken",
        "claim_jti",
    ),
    "another holder in the envelope": (
        lambda: a_kit(credential=token_of(a_document(), sub="urn:x")),
        "broken",
        "claim_sub",
    ),
    "another first day": (
        lambda: a_kit(credential=token_of(a_document(), nbf=1)),
        "broken",
        "claim_nbf",
    ),
    "a last day that the badge has not": (
        lambda: a_kit(credential=token_of(a_document(), exp=4_000_000_000)),
        "broken",
        "claim_exp",
    ),
    "no holder": (
        lambda: a_kit(credential=token_of(a_document(), sub=None)),
        "broken",
        "claim_sub",
    ),
    "no signature": (
        lambda: with_token(a_jwt().rpartition(".")[0].encode() + b"."),
        "broken",
        "jwt_parts",
    ),
    "an algorithm that signs nothing": (
        lambda: with_token(
            a_token({"alg": "none", "kid": RSA.id}, json_part(a_jwt().split(".")[1])).encode()
        ),
        "broken",
        "jwt_header",
    ),
    "no token": (lambda: with_token(b"hello"), "broken", "jwt_parts"),
    "other facts in the JSON": (
        lambda: a_kit(
            credential=replace(a_kit().credential, document=serialize(a_document(name="X")))
        ),
        "broken",
        "other_facts",
    ),
    "expired": (an_expired_badge, "expired", "expired"),
    "revoked": (lambda: a_kit(lists=(a_list(STATUS_INDEX),)), "revoked", "revoked"),
    "no list": (
        lambda: a_kit(lists=of_list(an_unsigned_list(url=f"{LIST_URL}9"))),
        "broken",
        "list_missing",
    ),
    "a list of somebody else": (
        lambda: a_kit(lists=of_list(an_unsigned_list(issuer_id="did:web:elsewhere.example"))),
        "broken",
        "another_issuer_or_list",
    ),
    "a list that somebody else signed": (
        lambda: a_kit(lists=of_list(an_unsigned_list(), replace(other_keys()[1], id=RSA.id))),
        "broken",
        "signature",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_does_not_hold_is_told(visitor: Visitor, case: str) -> None:
    """The verdict, and the one check that fails with its reason; no word of it is believed."""
    make, status, reason = BROKEN[case]
    visitor.open(make())

    assert (visitor.status, visitor.reasons()) == (status, [reason])
    assert visitor.states().count("failed") == 1
    is_genuine = reason in {"expired", "revoked", "other_facts", "list_missing"} or (
        case.startswith("a list")
    )
    assert ("Listening Closely" in visitor.text("#title")) == is_genuine
    assert visitor.page.is_visible("#says") == is_genuine
    assert visitor.said == []


def test_a_bomb_in_a_list_is_refused(visitor: Visitor) -> None:
    """Far more bits than any list has: unpacking ends where the limit is."""
    unsigned: dict[str, Any] = an_unsigned_list()
    bomb = base64.urlsafe_b64encode(gzip.compress(bytes(200_000_000))).rstrip(b"=").decode()
    unsigned["credentialSubject"] = unsigned["credentialSubject"] | {"encodedList": f"u{bomb}"}
    visitor.open(a_kit(lists=of_list(unsigned)))

    assert visitor.reasons() == ["list_malformed"]


def test_a_name_is_never_markup(visitor: Visitor) -> None:
    """Whatever an issuer signs is text."""
    facts = some_facts(subject_name="<img src=x onerror=alert(1)></script><b>Eve</b>")
    visitor.open(a_kit(credential=issued(build_credential(facts))))

    assert visitor.status == "valid"
    assert "<img src=x onerror=alert(1)></script><b>Eve</b>" in visitor.text("#sentence")
    assert visitor.page.locator("main b").count() == 0


def test_after_its_days_a_list_speaks_for_the_past(visitor: Visitor) -> None:
    """Ten years on the badge is genuine, and what happened since is not known, which is said."""
    visitor.open(a_kit(), now=YEARS_LATER)

    assert visitor.status == "unsure"
    assert visitor.reasons() == ["list_expired"]
    assert "Ada Lovelace" in visitor.text("#sentence")
    newer = a_list(valid_from=YEARS_LATER - timedelta(days=1)).token
    assert "the status is as of this list" in visitor.give("newer.jwt", newer)
    assert visitor.status == "valid"


def test_newer_documents_are_taken(visitor: Visitor) -> None:
    """A list that revokes, a document that drops the key; older and foreign ones are refused."""
    visitor.open(a_kit(lists=(a_list(valid_from=NOW + timedelta(minutes=5)),)))

    assert "The list at hand is newer" in visitor.give("older.jwt", a_list(STATUS_INDEX).token)
    assert visitor.status == "valid"
    foreign = {**a_did_document(), "id": "did:web:elsewhere.example"}
    assert "of another issuer" in visitor.give("other.json", serialize(foreign))
    signed = add_data_integrity_proof(an_unsigned_list(), ED25519, created=NOW)
    assert "checks the .jwt form" in visitor.give("list.json", serialize(signed))
    assert "Not used" in visitor.give("notes.txt", b"hello")
    assert visitor.status == "valid"

    newer = a_list(STATUS_INDEX, valid_from=NOW + timedelta(hours=20)).token
    assert "the status is as of this list" in visitor.give("newer.jwt", newer)
    assert visitor.status == "revoked"
    assert "November 22, 2026 at 8:00" in visitor.text("#status-date")
    visitor.give("did.json", serialize(a_did_document(*other_keys())))
    assert visitor.status == "broken"
    assert "the one that you gave" in visitor.text("#issuer-date")


def test_another_badge_of_the_issuer_is_checked(visitor: Visitor) -> None:
    """By the same documents; one of another issuer is not looked at."""
    visitor.open(a_kit())
    other = a_jwt(build_credential(some_facts(subject_name="Grace Hopper")))

    assert "this is the badge that is checked now" in visitor.give("b.jwt", other.encode())
    assert visitor.status == "valid"
    assert "Grace Hopper" in visitor.text("#sentence")
    foreign = a_jwt({**a_document(), "issuer": {"id": "did:web:elsewhere.example"}})
    assert "of another issuer" in visitor.give("c.jwt", foreign.encode())
    assert "Grace Hopper" in visitor.text("#sentence")


def test_a_page_without_a_badge_checks_what_it_is_given(visitor: Visitor) -> None:
    """As it stands on a static copy of the site: it waits, then checks badge after badge."""
    visitor.open_without_badge(a_kit(lists=(a_list(STATUS_INDEX),)))
    assert "Give it a badge" in visitor.text("#verdict")
    assert not visitor.page.is_visible("#checked")
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(visitor.page) == []

    visitor.give("revoked.jwt", a_jwt().encode())
    assert visitor.status == "revoked"
    other = Status(list_url=LIST_URL, index=STATUS_INDEX + 1)
    visitor.give("good.jwt", a_jwt(build_credential(some_facts(status=other))).encode())
    assert visitor.status == "valid"
    assert visitor.said == []


def test_a_file_is_dropped_in_its_place_or_nowhere(visitor: Visitor) -> None:
    """Beside the place it does nothing; the browser would otherwise leave the page for it."""
    visitor.open(a_kit())
    newer = a_list(STATUS_INDEX, valid_from=NOW + timedelta(hours=20)).token
    visitor.drop("newer.jwt", newer, on="h1")
    assert visitor.page.evaluate("window.wasPrevented")
    assert visitor.page.locator("#told p").count() == 0

    visitor.drop("newer.jwt", newer)
    expect(visitor.page.locator("#told p")).to_contain_text("newer.jwt")
    assert visitor.status == "revoked"


def test_each_component_is_checked(visitor: Visitor) -> None:
    """Its signature, its status, and that it is the very file that was named."""
    visitor.open(a_kit_of_a_stack())

    assert visitor.status == "valid"
    assert visitor.states("#component-list") == ["passed"] * 40


def another_component(kit: Kit, number: int, new: KitCredential) -> Kit:
    """The kit with another credential in the place of one component."""
    components = list(kit.components)
    components[number] = new
    return replace(kit, components=tuple(components))


def test_a_component_that_does_not_hold_is_told(visitor: Visitor) -> None:
    """A revoked one; one that was issued anew with the same id; one whose token was changed."""
    kit = a_kit_of_a_stack(lists=(a_list(3),))
    visitor.open(kit)
    assert visitor.status == "component"
    assert visitor.page.locator("#component-list details[data-state=failed]").count() == 1
    assert "took it back" in visitor.text("#component-list details[data-state=failed]")

    kit, second = a_kit_of_a_stack(), a_kit_of_a_stack().components[1]
    other_bytes = replace(second, document=second.document.replace(b'"name"', b' "name"', 1))
    visitor.open(another_component(kit, 1, other_bytes))
    assert visitor.status == "component"
    assert "another_component" in visitor.text("#component-list")

    header, payload, signature = second.token.decode().split(".")
    foreign = replace(second, token=f"{header}.{payload}.{signature[::-1]}".encode())
    visitor.open(another_component(kit, 1, foreign))
    assert visitor.status == "component"


def test_a_missing_component_is_not_passed_over(visitor: Visitor) -> None:
    """What is not there was not checked, and that is said."""
    kit = a_kit_of_a_stack()
    visitor.open(replace(kit, components=kit.components[:3]))

    assert visitor.status == "unsure"
    assert visitor.page.locator("#component-list details[data-state=unknown]").count() == 1


def test_one_of_another_issuer_is_checked_as_far_as_the_page_can(visitor: Visitor) -> None:
    """A token wholly, by what its issuer served; JSON by its bytes alone, and it says so."""
    visitor.open(a_kit_with_one_from_elsewhere(from_elsewhere()))
    assert visitor.status == "valid"
    assert set(visitor.states("#component-list")) == {"passed"}
    assert "of another issuer" in visitor.text("#component-list")

    visitor.open(a_kit_with_one_from_elsewhere(from_elsewhere(list_form="json")))
    assert visitor.status == "unsure"
    assert visitor.states("#component-list").count("unknown") == 1

    visitor.open(a_kit_with_one_from_elsewhere(from_elsewhere("json")))
    assert visitor.status == "unsure"
    assert visitor.states("#component-list")[-2:] == ["passed", "unknown"]
    assert "quatrefoil verify" in visitor.text("#component-list")


def test_one_of_another_issuer_that_is_another_one_is_told(visitor: Visitor) -> None:
    """Other bytes than were bound are refused in either form; so is a revoked token."""
    for form in ("jwt", "json"):
        saved = from_elsewhere(form)
        kit = a_kit_with_one_from_elsewhere(saved)
        changed = replace(saved, document=saved.document.replace(b"A", b"B", 1))
        visitor.open(replace(kit, foreign=(changed,)))
        assert visitor.status == "component"
        assert "another_component" in visitor.text("#component-list")
    revoked = sign_vc_jwt(an_agency_list_document(9), agency_keys()[1]).encode()
    documents = tuple(
        replace(one, body=revoked) if one.kind == "list" else one
        for one in from_elsewhere().documents
    )
    visitor.open(a_kit_with_one_from_elsewhere(replace(from_elsewhere(), documents=documents)))
    assert visitor.status == "component"
    assert "took it back" in visitor.text("#component-list details[data-state=failed]")


def test_everything_is_done_by_keyboard(visitor: Visitor) -> None:
    """Each thing that does something takes the focus in order, and a list opens by Enter."""
    visitor.open(a_kit_of_a_stack())
    page, order = visitor.page, []
    for _ in range(5):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))

    assert order == ["SUMMARY"] * 4 + ["newer"]
    page.focus("#component-list summary")
    page.keyboard.press("Enter")
    assert page.locator("#component-list details[open]").count() == 1


@pytest.mark.parametrize("name", ["right to left", "failing", "unreadable"])
def test_axe_finds_nothing_serious(visitor: Visitor, name: str) -> None:
    """Whole, with a long right-to-left name, and failing; no page is wider than its window."""
    rtl = build_credential(some_facts(subject_name=f"{RTL_NAME} {RTL_NAME}"))
    kits = {
        "right to left": lambda: a_kit(credential=issued(rtl)),
        "failing": lambda: a_kit_of_a_stack(lists=(a_list(2),)),
        "unreadable": lambda: with_token(b"hello"),
    }
    visitor.open(kits[name]())
    rules: tuple[str, ...] = ()
    for scheme, width in product(SCHEMES, (320, 390, 1280)):
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.page.set_viewport_size({"width": width, "height": 900})
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert serious(visitor.page, rules) == []
        rules = OF_THE_LOOK


def test_without_scripts_it_says_what_to_do(pages: Flask, browser: Browser, tmp_path: Path) -> None:
    """It claims nothing."""
    with pages.test_request_context():
        written(tmp_path, kit_files(a_kit()))
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto((tmp_path / PAGE).as_uri())

    assert "JavaScript is switched off" in page.inner_text("main")
    assert "Valid" not in page.inner_text("#hero")
    context.close()
