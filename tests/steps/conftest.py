"""Moto stands in for AWS; a server on loopback stands in for the service. Landfall's own code is never patched."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w
from moto import mock_aws
from moto.codebuild.models import CodeBuildBackend
from moto.ecs.models import EC2ContainerServiceBackend
from moto.moto_api import state_manager

from tests.steps import calls, standin
from tests.steps.site import Site, serving
from tests.support import builders as b

calls.record()

SETTINGS = """\
[defaults]
stability_poll_seconds = 3
[services.sample]
cluster = "c"
service = "sample"
container = "app"
repository = "landfall/sample"
task_role = "task"
execution_role = "execution"
base_url = "{url}"
[services.sample.smoke]
identity_requests = 5
requests_per_second = 150
max_response_seconds = 30  # no service here is slow, but the machine may be
[services.sample.drill]
window = "00:00-23:59"
[services.sample.build]
source = "example/landfall"
deployment_begins_within_seconds = 7
[services.balanced]
cluster = "c"
service = "balanced"
container = "app"
repository = "landfall/balanced"
task_role = "task"
execution_role = "execution"
[services.balanced.smoke]
identity_requests = 5
requests_per_second = 150
max_response_seconds = 30
[services.fresh]
cluster = "c"
service = "fresh"
container = "app"
repository = "landfall/fresh"
task_role = "task"
execution_role = "execution"
base_url = "{url}"
desired_count = 2
[services.fresh.smoke]
identity_requests = 5
requests_per_second = 150
max_response_seconds = 30
[services.judged]
cluster = "c"
service = "judged"
container = "app"
repository = "landfall/judged"
task_role = "task"
execution_role = "execution"
base_url = "{url}"
logs = {{ group = "/judged", gate = true }}
[services.judged.smoke]
identity_requests = 5
requests_per_second = 150
max_response_seconds = 30
[services.shifted]
cluster = "c"
service = "shifted"
container = "app"
repository = "landfall/shifted"
task_role = "task"
execution_role = "execution"
base_url = "{url}"
logs = {{ group = "/shifted" }}
[services.shifted.smoke]
identity_requests = 5
requests_per_second = 150
max_response_seconds = 30
[services.shifted.strategy]
test_url = "{url}"
test_headers = {{ X-Test = "yes" }}
alarms = ["errors"]
traffic = {{ min_requests = 20 }}
[services.worker]
cluster = "c"
service = "worker"
container = "app"
repository = "landfall/worker"
task_role = "task"
execution_role = "execution"
logs = {{ group = "/worker" }}
[services.worker.worker.progress]
log = "processed message"
within_seconds = 80
[services.metered]
cluster = "c"
service = "metered"
container = "app"
repository = "landfall/metered"
task_role = "task"
execution_role = "execution"
logs = {{ group = "/worker" }}
[services.metered.worker.progress]
within_seconds = 120
metric = {{ namespace = "Jobs", name = "Deleted", dimensions = {{ Queue = "q" }} }}
[services.migrated]
cluster = "c"
service = "migrated"
container = "app"
repository = "landfall/migrated"
task_role = "task"
execution_role = "execution"
base_url = "{url}"
logs = {{ group = "/migrated" }}
migration = {{ command = ["python", "-m", "migrate"], timeout_seconds = 900 }}
[services.checked]
cluster = "c"
service = "checked"
container = "app"
repository = "landfall/checked"
task_role = "task"
execution_role = "execution"
base_url = "{url}"
after = {{ function = "sample-check:live" }}
[services.checked.smoke]
identity_requests = 5
requests_per_second = 150
max_response_seconds = 30
[services.asked]
cluster = "c"
service = "asked"
container = "app"
repository = "landfall/asked"
task_role = "task"
execution_role = "execution"
base_url = "{url}"
approval = {{ when = "before", approvers = ["role/A", "role/B"], checklist = ["backup"], expires_seconds = 600 }}
aborters = ["role/OnCall"]
[services.by-hand]
cluster = "c"
service = "by-hand"
container = "app"
repository = "landfall/by-hand"
task_role = "task"
execution_role = "execution"
base_url = "{url}"
approval = {{ when = "before", approvers = ["role/A"], checklist = ["backup"] }}
migration = {{ command = ["migrate"], manual = "index built" }}
[redaction]
patterns = {{ "case number" = "CASE-[0-9]+" }}
[services.guarded]
cluster = "c"
service = "guarded"
container = "app"
repository = "landfall/guarded"
task_role = "task"
execution_role = "execution"
base_url = "{url}"
[services.guarded.smoke]
identity_requests = 5
requests_per_second = 150
max_response_seconds = 30
[[services.guarded.smoke.checks]]
name = "orders"
path = "/orders"
json = "token"
equals = "what no service answers"
send = {{Authorization = {{secret = "guarded/smoke", key = "token", prefix = "Bearer "}}}}
[[services.guarded.smoke.checks]]
name = "search"
path = "/search"
body_must_not_match = "s.cr.t-marker"
send = {{X-Key = {{secret = "guarded/key"}}, X-Plain = "plain"}}
"""


@pytest.fixture(scope="session")
def _site() -> Iterator[Site]:
    with serving(Site()) as site:
        yield site


@pytest.fixture(scope="session")
def settings_path(_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The services.toml of all these tests: a step reads it once, as a warm Lambda does."""
    path = tmp_path_factory.mktemp("settings") / "services.toml"
    path.write_text(SETTINGS.format(url=_site.url))
    return path


@pytest.fixture(scope="session")
def _two_services(settings_path: Path) -> Path:
    settings = tomllib.loads(settings_path.read_text())
    services = {name: settings["services"][name] for name in ("sample", "fresh")}
    path = settings_path.with_name("two.toml")
    path.write_text(tomli_w.dumps({**settings, "services": services}))
    return path


@pytest.fixture
def two_services(aws: int, _two_services: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configure `sample` and `fresh` alone, for tests of a step that looks at every service each time."""
    monkeypatch.setenv("LANDFALL_SETTINGS", str(_two_services))


@pytest.fixture
def all_services() -> None:
    """Ask for every service where `two_services` is the rule."""


@pytest.fixture
def site(_site: Site) -> Site:
    """The service's HTTP side, serving the old release."""
    vars(_site).update(vars(Site(url=_site.url, sha=b.OLD_SHA)))
    return _site


@pytest.fixture(scope="session")
def _recorded() -> Iterator[dict[calls.Call, str]]:
    """What these tests are known to call; or, in a recording run, what they turn out to call."""
    if calls.INTO not in os.environ:
        yield calls.recorded()
        return
    found: dict[calls.Call, str] = {}
    yield found
    calls.leave(found)


@pytest.fixture(autouse=True)
def _calls(request: pytest.FixtureRequest, _recorded: dict[calls.Call, str]) -> Iterator[None]:
    """A step calls nothing that is not in the recording, which tests/policy compares with the roles' policies."""
    calls.taken()
    yield
    made, test = calls.taken(), request.node.nodeid
    assert calls.refused() == [], "AWS would not take this (tests/contract/constraints.py)"
    if calls.INTO in os.environ:
        _recorded.update({call: min(test, _recorded.get(call, test)) for call in made})
        return
    named = {call for call, known in _recorded.items() if known == test}
    assert made <= _recorded.keys(), f"not in calls.json (make policies): {sorted(made - _recorded.keys())}"
    assert named <= made, f"not called any more (make policies): {sorted(named - made)}"


@pytest.fixture(scope="package", autouse=True)
def _moto() -> Iterator[None]:
    """Moto, started once for all these tests: each begins with what `aws` puts into it."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        yield


@pytest.fixture(autouse=True)
def aws(settings_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """AWS with what a deployed Landfall has, and nothing deployed by it yet. Returns how many calls there were."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setattr(EC2ContainerServiceBackend, "update_service", standin.update_service)
    monkeypatch.setattr(CodeBuildBackend, "batch_get_builds", standin.batch_get_builds)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    # moto lets a task stop by being looked at, unless told otherwise
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 10**6})
    with mock_aws():
        standin.anew()
        monkeypatch.setenv("LANDFALL_STATE_MACHINE_ARN", standin.MACHINE)
        monkeypatch.setenv("LANDFALL_SETTINGS", str(settings_path))
        monkeypatch.setenv("LANDFALL_LEDGER_TABLE", standin.LEDGER)
        monkeypatch.setenv("LANDFALL_LOCK_TABLE", standin.LOCKS)
        monkeypatch.setenv("LANDFALL_FREEZE_TABLE", standin.FREEZES)
        monkeypatch.setenv("LANDFALL_REPORT_BUCKET", standin.BUCKET)
        monkeypatch.setenv("LANDFALL_TOPIC_ARN", standin.TOPIC_ARN)
        monkeypatch.setenv("LANDFALL_EVENT_BUS", standin.BUS)
        monkeypatch.setenv("LANDFALL_SIGNING_KEY", standin.SIGNING_KEY)
        yield calls.number()
    state_manager.unset_transition("ecs::task")


@pytest.fixture
def live(aws: int) -> str:
    """The service, live with two tasks of an old release. Returns its revision."""
    untouched = calls.number() == aws
    return standin.live_anew() if untouched else standin.make_service()
