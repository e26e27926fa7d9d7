"""Names in services.toml: those that AWS's things can have are read, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.verbs.affected import concerned
from landfall.errors import SettingsError
from landfall.settings import Service
from landfall.settings_file import read as file

FILE = Path("services.toml")
KEYS = ("cluster", "service", "container", "repository", "task_role", "execution_role")
CLUSTER_ARN = "arn:aws:ecs:eu-west-1:123456789012:cluster/production"
URI = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders"


def table(name: str = "web", *, build: str = "", **changes: str) -> str:
    """Return the text of a service's table."""
    values = {**dict.fromkeys(KEYS, name), "repository": f"team/{name}", **changes}
    lines = "".join(f"{key} = '{value}'\n" for key, value in values.items())
    return f"[services.{name}]\n{lines}" + (f"[services.{name}.build]\n{build}\n" if build else "")


def read(*tables: str) -> tuple[Service, ...]:
    """Read a file of these tables."""
    return file.parse("".join(tables), FILE).services


def refused(*tables: str) -> str:
    """Return the error for a file that is refused."""
    with pytest.raises(SettingsError) as caught:
        read(*tables)
    return str(caught.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cluster", "Prod_2-eu"),
        ("container", "a" * 255),
        ("repository", "orders"),
        ("repository", "team-a/shop.web/orders_api"),
        ("repository", "a__b/c---d/e.f"),
        ("task_role", "Orders+Task=x,y.z@w-1_2"),
        ("task_role", "arn:aws:iam::123456789012:role/apps/eu/OrdersTask"),
        ("execution_role", "arn:aws-us-gov:iam::123456789012:role/x"),
    ],
)
def test_a_name_that_aws_takes_is_read(key: str, value: str) -> None:
    """A refusal that is wrong keeps a team from using Landfall at all."""
    (service,) = read(table(**{key: value}))
    assert getattr(service, key) == value


@pytest.mark.parametrize(
    ("key", "value", "way_out"),
    [
        ("cluster", CLUSTER_ARN, "'production'"),
        ("service", "arn:aws:ecs:eu-west-1:123456789012:service/production/web", "'web'"),
        ("cluster", "*", "letters"),
        ("service", "web-?", "letters"),
        ("container", "my app", "letters"),
        ("container", "a" * 256, "letters"),
        ("repository", URI, "without registry"),
        ("repository", "web..api", "without registry"),
        ("repository", "web.-api", "without registry"),
        ("repository", "web___api", "without registry"),
        ("repository", "123456789012.dkr-ecr.eu-west-1.on.aws/orders", "without registry"),
        ("repository", "ghcr.io/acme/orders", "without registry"),
        ("repository", "localhost:5000/orders", "without registry"),
        ("repository", "orders:latest", "tag"),
        ("repository", f"orders@sha256:{'a' * 64}", "digest"),
        ("repository", "Orders", "team/orders"),
        ("repository", "team/*", "team/orders"),
        ("task_role", "*", "role/<name>"),
        ("task_role", "arn:aws:iam::123456789012:role/*", "exactly that role"),
        ("execution_role", "arn:aws:iam::123456789012:user/somebody", "role/<name>"),
        ("execution_role", "role/orders", "role/<name>"),
    ],
)
def test_a_name_that_can_be_none_is_refused(key: str, value: str, way_out: str) -> None:
    """An ARN, a URI or a wildcard instead of a name is an error at synth, and never widens a policy."""
    told = refused(table(**{key: value}))
    assert f"services.web.{key}: {value!r}" in told
    assert way_out in told


def test_one_ecs_service_has_one_table() -> None:
    """Two tables have two locks: both would deploy to the service at once. The same name in another cluster is fine."""
    second = {"cluster": "web", "repository": "team/other"}
    assert "already belongs to service 'web'" in refused(table(), table("nginx", service="web", **second))
    assert len(read(table(), table("nginx", service="web", cluster="staging", repository="team/other"))) == 2


@pytest.mark.parametrize("source", ["acme/web", "team_acme/orders", "a/b", "octo-org/.github"])
def test_an_owner_that_github_has_is_read(source: str) -> None:
    """A managed user's name ends in an underscore and a short code (GitHub Docs, Enterprise Managed Users)."""
    (service,) = read(table(build=f"source = '{source}'"))
    assert service.build
    assert service.build.source == source


@pytest.mark.parametrize(
    ("paths", "changed", "meant"),
    [
        (("./backend/**",), "backend/app.py", True),
        (("././backend/",), "backend/a/b.py", True),
        (("./app.py",), "app.py", True),
        (("./app.py",), "other/app.py", False),
        ((".",), "anything/at/all", True),
        (("./",), "x", True),
        (("./**",), "a/b", True),
        (("**", "!./docs/**"), "docs/index.md", False),
        (("**", "!./docs/**"), "src/docs/index.md", True),
        (("**", "!docs/"), "docs/guide/a.md", False),
        (("**", "!docs/"), "src/docs/a.md", False),
        (("**", "!/docs/"), "docs/a.md", False),
        (("**", "!/docs/"), "src/docs/a.md", True),
        (("*", "!./docs/"), "docs/a.md", False),
        (("**", "!docs/"), "docs", True),
        (("backend/**", "!backend/docs/"), "backend/docs/a.md", False),
        (("**", "!docs/", "docs/openapi.json"), "docs/openapi.json", True),
        (("backend/**",), "backend/app.py", True),
        ((".github/**",), ".github/workflows/ci.yml", True),
    ],
)
def test_paths_are_read_as_they_are_meant(paths: tuple[str, ...], changed: str, meant: bool) -> None:
    """`./x` is x at the root, as in a shell, and `!x/` all in x: a pattern that does nothing misleads its author."""
    read(table(build=f"source = 'acme/web'\npaths = {list(paths)}"))
    assert concerned(paths, [changed]) is meant


@pytest.mark.parametrize("paths", [["../shared/**"], ["#backend"], ["!docs/**"], [" "], ["back\\\\end"], []])
def test_paths_that_match_nothing_are_refused(paths: list[str]) -> None:
    """Said at synth, with the way out."""
    text = "[" + ", ".join(f'"{path}"' for path in paths) + "]"
    assert "services.web.build.paths" in refused(table(build=f"source = 'acme/web'\npaths = {text}"))
