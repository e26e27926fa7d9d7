"""The services.toml of tests on moto: a service for each thing that a step can be asked of one."""

from __future__ import annotations

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
