"""The container files say what is there: commands, settings, routes, files. No engine is needed."""

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from flask import Flask

from lti_tool.cli import cli
from lti_tool.config import settings_from
from tests.unit.lti_tool.test_config import a_good_environment
from tests.unit.test_docs import Recording

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
OURS = {name: one for name, one in COMPOSE["services"].items() if name != "database"}
SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def commands() -> list[list[str]]:
    """Return every command that a container of ours runs."""
    started = [json.loads(one) for one in re.findall(r"(?m)^CMD (\[.*\])$", DOCKERFILE)]
    return started + [one["command"] for one in OURS.values() if "command" in one]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_containers_run_commands_that_are_there(words: list[str]) -> None:
    """With the options that they take."""
    program, name, *options = words
    command = cli.get_command(click.Context(cli), name)

    assert program == "quatrefoil"
    assert command is not None
    command.make_context(name, options)


def test_every_part_runs() -> None:
    """The server by default, the worker and the migration beside it."""
    assert {words[1] for words in commands()} == {"serve", "worker", "migrate"}
    assert [name for name, one in OURS.items() if "command" not in one] == ["tool"]


def test_settings_are_those_of_the_product() -> None:
    """No other is set, and none that is a secret."""
    environment = Recording(a_good_environment())
    settings_from(environment)
    text = DOCKERFILE + (DEPLOY / "compose.yaml").read_text("utf-8")
    found = set(re.findall(r"QUATREFOIL_[A-Z_]+", text))

    assert found
    assert found <= environment.asked
    assert not found & {"QUATREFOIL_SECRET_KEY", "QUATREFOIL_MASTER_KEY"}


def test_the_composed_settings_are_good() -> None:
    """With the two secrets and the address that the operator adds."""
    given = a_good_environment()
    added = {name: given[f"QUATREFOIL_{name}"] for name in ("SECRET_KEY", "MASTER_KEY", "BASE_URL")}
    for service in OURS.values():
        environment = {f"QUATREFOIL_{name}": value for name, value in added.items()}
        settings = settings_from(environment | service["environment"])
        assert settings.trusted_proxies == 1


def test_the_database_is_asked_for_a_password() -> None:
    """Compose does not start without one, and both sides have the same."""
    given = COMPOSE["services"]["database"]["environment"]["POSTGRES_PASSWORD"]

    assert given.startswith("${POSTGRES_PASSWORD:?")
    assert {one["environment"]["PGPASSWORD"] for one in OURS.values()} == {given}


def test_services_name_what_is_there() -> None:
    """Services, volumes and the Dockerfile; only the machine itself reaches the port."""
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
        assert {one.split(":")[0] for one in service["volumes"]} <= set(COMPOSE["volumes"])
        assert all(one.startswith("127.0.0.1:") for one in service.get("ports", ()))
    build = OURS["migrate"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


def test_the_image_is_made_of_pinned_parts_and_runs_as_nobody_special() -> None:
    """Hashes for all that is installed; the user changes before anything runs."""
    last = DOCKERFILE.rsplit("FROM ", 1)[1]

    assert "--require-hashes -r requirements.txt" in DOCKERFILE
    assert last.index("\nUSER quatrefoil\n") < last.index("\nHEALTHCHECK") < last.index("\nCMD")
    allowed = re.findall(r"(?m)^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8"))
    copied = {
        name
        for sources in re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", DOCKERFILE)
        for name in sources.split()
    }
    assert copied == set(allowed)
    assert all((ROOT / name).exists() for name in copied)


@SQLITE_ONLY
def test_health_is_asked_where_it_is_answered(app: Flask) -> None:
    """At the port that is served."""
    asked = re.findall(r"http://127\.0\.0\.1:(\d+)(/[a-z]+)", DOCKERFILE)
    (served,) = [words[words.index("--port") + 1] for words in commands() if "--port" in words]

    assert [port for port, _ in asked] == [served]
    assert app.test_client().get(asked[0][1]).status_code == 200


@SQLITE_ONLY
def test_the_proxy_limits_doors_that_are_there(app: Flask) -> None:
    """The example's paths are routes, and its largest body is above the tool's own limit."""
    page = (ROOT / "docs" / "deploying.md").read_text("utf-8")
    (example,) = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    routes = {str(rule) for rule in app.url_map.iter_rules()}
    (largest,) = re.findall(r"client_max_body_size (\d+)m;", example)
    zones = re.findall(r"limit_req_zone \S+ zone=(\w+):", example)

    assert {"/lti/login", "/lti/launch", "/verify"} <= routes
    assert "~^/lti/(login|launch)" in example
    assert re.search(r"(?m)^ +/verify +\$binary_remote_addr;$", example)
    assert "proxy_request_buffering on;" in example
    assert int(largest) * 1024**2 > app.config["MAX_CONTENT_LENGTH"]
    assert re.findall(r"limit_req zone=(\w+) ", example) == zones
    assert example.count("{") == example.count("}")
