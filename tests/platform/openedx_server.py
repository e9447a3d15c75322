"""An LTI 1.3 platform that nobody here wrote: Open edX's lti-consumer-xblock, on its own.

Run by `test_openedx.py` with the interpreter of its own environment, where
the package (AGPL-3.0) is installed; nothing of it is part of this project.
Every LTI endpoint is the package's. Added here: settings, a roster in place of
a campus, and routes below `/_test/` by which the test tells it what to do.

    python openedx_server.py DIRECTORY

prints its address, and serves until it is ended.
"""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201
# Its imports exist in the other environment only, so there is nothing to check types against.

import json
import socket
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from types import ModuleType, SimpleNamespace
from wsgiref.simple_server import WSGIServer, make_server

import django
from django.conf import settings

DIRECTORY = Path(sys.argv[1])
LINK = "block-v1:Campus+C101+2026+type@lti_consumer+block@badge2"
COURSE = "course-v1:Campus+C101+2026"
# internal id -> the id that tools see, name, role
ROSTER = {
    1: ("outside-terry", "Terry Teacher", "instructor"),
    2: ("outside-lee", "Lee Learner", "student"),
}
EVERY_BLOCK = r"(?P<usage_id>(?:i4x://?[^/]+/[^/]+/[^/]+/[^@]+(?:@[^/]+)?)|(?:[^/]+))"


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


PORT = free_port()
BASE = f"http://127.0.0.1:{PORT}"

settings.configure(
    SECRET_KEY="only-for-a-test",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="openedx_urls",
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "config_models",
        "rest_framework",
        "django_filters",
        "lti_consumer.apps.LTIConsumerApp",
    ],
    MIDDLEWARE=[
        "edx_django_utils.cache.middleware.RequestCacheMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DIRECTORY / "platform.db")}
    },
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    DEBUG_PROPAGATE_EXCEPTIONS=True,
    USAGE_ID_PATTERN=EVERY_BLOCK,
    LTI_BASE=BASE,
    LTI_API_BASE=BASE,
    LMS_ROOT_URL=BASE,
    LEARNING_MICROFRONTEND_URL=BASE,
    PLATFORM_NAME="Campus",
)
django.setup()

from django.core.management import call_command  # noqa: E402 - Django is set up first
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from lti_consumer import api  # noqa: E402
from lti_consumer.data import Lti1p3LaunchData  # noqa: E402
from lti_consumer.models import Lti1p3Passport, LtiConfiguration  # noqa: E402
from lti_consumer.plugin import compat  # noqa: E402
from opaque_keys.edx.keys import UsageKey  # noqa: E402


def block(location):
    """Return the activity, as far as grading asks for it."""
    return SimpleNamespace(
        weight=100,
        display_name="Badge 2",
        context_id=COURSE,
        lti_1p3_passport_id=None,
        has_score=True,
        accept_grades_past_due=True,
        is_past_due=lambda: False,
        max_score=lambda: 100,
        scope_ids=SimpleNamespace(usage_id=str(location)),
        set_user_module_score=lambda *_, **__: None,
    )


# What the package otherwise asks of Open edX itself.
compat.load_enough_xblock = block
compat.load_block_as_user = block
compat.get_user_from_external_user_id = lambda user_id: user_id
compat.user_has_studio_write_access = lambda *_: True


@csrf_exempt
def configure(request):
    """Register the tool; answer what the tool must know of the platform."""
    tool = json.loads(request.body)
    LtiConfiguration.objects.all().delete()
    configuration = LtiConfiguration(
        version=LtiConfiguration.LTI_1P3,
        config_store=LtiConfiguration.CONFIG_ON_DB,
        location=UsageKey.from_string(LINK),
        lti_1p3_oidc_url=tool["login_url"],
        lti_1p3_launch_url=tool["launch_url"],
        lti_1p3_redirect_uris=[],
        lti_advantage_ags_mode="declarative",
    )
    configuration.lti_1p3_passport = Lti1p3Passport.objects.create(
        name="tool", lti_1p3_tool_keyset_url=tool["jwks_url"], lti_1p3_tool_public_key=""
    )
    configuration.save()
    configuration.refresh_from_db()
    endpoints = f"{BASE}/api/lti_consumer/v1"
    return JsonResponse(
        {
            "issuer": BASE,
            "client_id": configuration.lti_1p3_client_id,
            "auth_login_url": f"{endpoints}/launch/",
            "auth_token_url": f"{endpoints}/token/{configuration.passport_id}",
            "jwks_url": f"{endpoints}/public_keysets/{configuration.passport_id}",
        }
    )


def launch(request):
    """Answer the login URL that the campus would put into its frame for one person."""
    configuration = LtiConfiguration.objects.get()
    user_id = int(request.GET["user"])
    outside_id, name, role = ROSTER[user_id]
    data = Lti1p3LaunchData(
        user_id=user_id,
        external_user_id=outside_id,
        user_role=role,
        config_id=configuration.config_id,
        resource_link_id=LINK,
        name=name,
        context_id=COURSE,
        context_type=["course_offering"],
        context_title="Coaching",
        context_label="C101",
        custom_parameters={"badge": "2"},
        message_type="LtiResourceLinkRequest",
    )
    return JsonResponse({"login_url": api.get_lti_1p3_launch_start_url(data)})


call_command("migrate", verbosity=0, interactive=False)
urls = ModuleType("openedx_urls")
urls.urlpatterns = [
    path("api/", include("lti_consumer.plugin.urls", namespace="lti_consumer")),
    path("_test/configure", configure),
    path("_test/launch", launch),
]
sys.modules["openedx_urls"] = urls


class Server(ThreadingMixIn, WSGIServer):
    """Answers the tool while it waits for the tool: both sides call each other."""

    daemon_threads = True


server = make_server("127.0.0.1", PORT, get_wsgi_application(), server_class=Server)
sys.stdout.write(f"{BASE}\n")
sys.stdout.flush()
server.serve_forever()
