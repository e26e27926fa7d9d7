"""services.toml: its values, and an error with line, key and way out for every mistake."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from landfall.errors import SettingsError
from landfall.secret import Secret
from landfall.settings import PLACEHOLDER, Evidence, Limits, Reconciler, Vpc
from landfall.settings.smoke import Smoke
from landfall.settings_file import read as settings_file

ROOT = Path(__file__).parents[3]
FILE = Path("config/services.toml")
SAMPLE = """\
[services.sample]
cluster = "c"
service = "s"
container = "app"
repository = "landfall/sample"
task_role = "task"
execution_role = "execution"
"""
OTHER = SAMPLE.replace("services.sample", "services.other")


def message(text: str) -> str:
    """Return the error for a wrong file."""
    with pytest.raises(SettingsError) as caught:
        settings_file.parse(text, FILE)
    return str(caught.value)


def test_defaults() -> None:
    """A service that says nothing about limits and paths gets the documented ones (R11)."""
    (service,) = settings_file.parse(SAMPLE, FILE).services
    assert (service.name, service.cluster, service.limits, service.smoke) == ("sample", "c", Limits(), Smoke())
    assert (service.limits.stability_timeout_seconds, service.limits.target_health_attempts) == (900, 10)
    assert (service.stack, service.desired_count, service.base_url) == (None, None, None)


@pytest.mark.parametrize("bake", [0, 1, 60, 86_400])
def test_the_bake_counts_into_how_long_a_deployment_takes(bake: int) -> None:
    """A lock that is held through the bake must not run out in it, nor may a finding call the execution overdue."""
    none, some = Limits(bake_seconds=0), Limits(bake_seconds=bake)
    again = some.confirm_attempts * some.target_health_attempts * some.target_health_interval_seconds
    assert some.lease_seconds - none.lease_seconds >= (bake + again if bake else 0)
    assert bool(bake) is (some.lease_seconds > none.lease_seconds)
    assert some.longest_seconds > some.lease_seconds - 3600
    assert some.bakes == min(1, bake)


@pytest.mark.parametrize("pause", [0, 1, 3600, 1_209_600])
def test_the_owner_s_pause_counts_into_how_long_a_deployment_takes(pause: int) -> None:
    """The lock is held through a pause there and another on the way back, and the machine looks often enough."""
    none, some = Limits(owner_pause_seconds=0), Limits(owner_pause_seconds=pause)
    assert some.lease_seconds - none.lease_seconds == 2 * pause
    assert some.longest_seconds - none.longest_seconds == 4 * pause
    assert (some.stability_attempts > none.stability_attempts) is (pause > 0)


def test_a_pause_longer_than_ecs_s_own_is_refused() -> None:
    """A hook waits for 14 days at most, and an execution's history has no room for more."""
    told = message(f"{SAMPLE}owner_pause_seconds = 1209601\n")
    assert "services.sample.owner_pause_seconds" in told
    assert "14 days" in told


def test_own_keys_win_over_defaults() -> None:
    """[defaults] holds for all services, a service's own key for itself alone."""
    text = f"[defaults]\nsmoke_attempts = 7\nstability_poll_seconds = 3\n{SAMPLE}smoke_attempts = 9\n"
    other = OTHER.replace("landfall/sample", "landfall/other").replace('"s"', '"t"')
    sample, second = settings_file.parse(text + other, FILE).services
    assert (sample.limits.smoke_attempts, sample.limits.stability_poll_seconds) == (9, 3)
    assert (second.limits.smoke_attempts, second.limits.stability_poll_seconds) == (7, 3)


def test_smoke_and_stack_tables() -> None:
    """Sub-tables are read into their own classes; a whole number will do for seconds."""
    text = f'{SAMPLE}[services.sample.smoke]\nversion_path = "/v"\nmax_response_seconds = 3\n[services.sample.stack]\n'
    (service,) = settings_file.parse(text, FILE).services
    assert (service.smoke.version_path, service.smoke.max_response_seconds) == ("/v", 3)
    assert service.stack is not None


def test_lookups() -> None:
    """Services are found by name and by repository, and a CA bundle lies beside the file."""
    settings = settings_file.parse(f'{SAMPLE}ca_bundle = "ca.pem"\n', FILE)
    service = settings.named("sample")
    assert service is not None
    assert settings.for_repository("landfall/sample") is service
    assert settings.ca_bundle(service) == Path("config/ca.pem")
    assert settings.named("nope") is None
    assert settings.for_repository("nope") is None


def test_the_repository_s_own_file_is_valid() -> None:
    """The services.toml at the root can be used as it is, whichever services it names."""
    assert settings_file.load(ROOT / "services.toml").services


def test_the_local_aws_has_the_sample_that_ships() -> None:
    """Two files tell of one service. They are held together until somebody makes the shipped one their own."""
    shipped, local = (
        tomllib.loads(path.read_text()) for path in (ROOT / "services.toml", ROOT / "local/services.toml")
    )
    sample = shipped["services"].get("sample", {})
    if sample.get("build", {}).get("source") != PLACEHOLDER:
        return
    local["services"]["sample"]["build"]["source"] = PLACEHOLDER
    assert local == shipped


@pytest.mark.parametrize(
    ("timeout", "poll", "attempts"), [(900, 15, 61), (900, 900, 2), (10, 3, 5), (1, 15, 2)], ids=str
)
def test_stability_attempts(timeout: int, poll: int, attempts: int) -> None:
    """The machine's bound is never tighter than the deadline: the last look is at or after it."""
    limits = Limits(stability_timeout_seconds=timeout, stability_poll_seconds=poll, owner_pause_seconds=0)
    assert limits.stability_attempts == attempts
    assert (attempts - 1) * poll >= timeout


def test_evidence_is_kept_from_mistakes_for_a_year_unless_said_otherwise() -> None:
    """The default locks nothing for ever; the configured values are used."""
    assert settings_file.parse(SAMPLE, FILE).evidence == Evidence("GOVERNANCE", 365)
    text = f'[evidence]\nmode = "COMPLIANCE"\ndays = 2557\n{SAMPLE}'
    assert settings_file.parse(text, FILE).evidence == Evidence("COMPLIANCE", 2557)


def test_the_reconciler_is_patient_unless_said_otherwise() -> None:
    """A quarter of an hour for a push, five minutes between two looks; what is set is taken."""
    assert settings_file.parse(SAMPLE, FILE).reconciler == Reconciler(900, 300)
    text = f"[reconciler]\npush_grace_seconds = 60\nsettle_seconds = 7\n{SAMPLE}"
    assert settings_file.parse(text, FILE).reconciler == Reconciler(60, 7)


WRONG = {
    "reconciler is no table": (f"reconciler = 3\n{SAMPLE}", ("reconciler", "must be a table")),
    "unknown reconciler key": (f"[reconciler]\ngrace = 7\n{SAMPLE}", (":2: reconciler.grace", "push_grace_seconds")),
    "no time between looks": (
        f"[reconciler]\nsettle_seconds = 0\n{SAMPLE}",
        (":2: reconciler.settle_seconds", "at least 1"),
    ),
    "unknown table": (f"[service]\n{SAMPLE}", ("service: unknown table", "[services.<name>]")),
    "evidence is no table": (f"evidence = 3\n{SAMPLE}", ("evidence", "must be a table")),
    "unknown evidence key": (
        f"[evidence]\nyears = 7\n{SAMPLE}",
        (":2: evidence.years", "unknown key", "days, former_keys, mode"),
    ),
    "no public key": (
        f'[evidence]\nformer_keys = ["abc"]\n{SAMPLE}',
        (":2: evidence.former_keys", "'abc'", "public_key"),
    ),
    "unknown lock mode": (f'[evidence]\nmode = "governance"\n{SAMPLE}', (":2: evidence.mode", "GOVERNANCE", "NONE")),
    "kept for no day": (f"[evidence]\ndays = 0\n{SAMPLE}", (":2: evidence.days", "at least 1")),
    "kept for a fraction": (f"[evidence]\ndays = 1.5\n{SAMPLE}", (":2: evidence.days", "1.5")),
    "kept for ever": (f"[evidence]\ndays = 36501\n{SAMPLE}", (":2: evidence.days", "36501", "at most 36500 days")),
    "unknown default": (f"[defaults]\nsmoke_tries = 3\n{SAMPLE}", (":2: defaults.smoke_tries", "smoke_attempts")),
    "a service's key as default": (f'[defaults]\ncluster = "c"\n{SAMPLE}', (":2: defaults.cluster", "unknown key")),
    "unknown key": (f"{SAMPLE}colour = 1\n", (":8: services.sample.colour", "unknown key", "container")),
    "misspelt key": (SAMPLE.replace("container", "contaner"), (":4: services.sample.contaner", "container")),
    "unknown smoke key": (
        f"{SAMPLE}[services.sample.smoke]\nlive = 1\n",
        (":9: services.sample.smoke.live", "live_path"),
    ),
    "unknown stack key": (f"{SAMPLE}[services.sample.stack]\nx = 1\n", (":9: services.sample.stack.x", "unknown key")),
    "missing key": (
        SAMPLE.replace('cluster = "c"\n', ""),
        (":1: services.sample.cluster", "missing"),
    ),
    "missing repository": (
        SAMPLE.replace('repository = "landfall/sample"\n', ""),
        (":1: services.sample.repository", "missing"),
    ),
    "empty text": (SAMPLE.replace('"c"', '""'), (":2: services.sample.cluster", "must not be empty")),
    "empty role": (SAMPLE.replace('"task"', '""'), (":6: services.sample.task_role", "must not be empty")),
    "text is a number": (SAMPLE.replace('"c"', "7"), (":2: services.sample.cluster", "7", "str")),
    "text is a list": (SAMPLE.replace('"c"', '["c"]'), (":2: services.sample.cluster", "str")),
    "number is text": (
        f'{SAMPLE}smoke_attempts = "3"\n',
        (":8: services.sample.smoke_attempts", "'3'", "whole number"),
    ),
    "number is a fraction": (f"{SAMPLE}smoke_attempts = 1.5\n", (":8: services.sample.smoke_attempts", "1.5")),
    "number is a boolean": (f"{SAMPLE}smoke_attempts = true\n", (":8: services.sample.smoke_attempts", "True")),
    "number is zero": (f"{SAMPLE}smoke_attempts = 0\n", (":8: services.sample.smoke_attempts", "at least 1")),
    "number is negative": (
        f"{SAMPLE}stability_poll_seconds = -5\n",
        (":8: services.sample.stability_poll_seconds", "-5"),
    ),
    "default is text": (f'[defaults]\nsmoke_attempts = "3"\n{SAMPLE}', (":2: defaults.smoke_attempts", "'3'")),
    "default is zero": (f"[defaults]\nsmoke_attempts = 0\n{SAMPLE}", (":2: defaults.smoke_attempts", "at least 1")),
    "defaults is no table": (f"defaults = 3\n{SAMPLE}", ("defaults", "must be a table")),
    "defaults is a list": (f"[[defaults]]\nsmoke_attempts = 3\n{SAMPLE}", ("defaults", "must be a table")),
    "desired count zero": (f"{SAMPLE}desired_count = 0\n", (":8: services.sample.desired_count", "at least 1")),
    "keeps the image of the released container": (
        f'{SAMPLE}keep_image = ["app"]\n',
        (":8: services.sample.keep_image", "'app' is the container that gets the released image"),
    ),
    "keeps the image of no name": (f'{SAMPLE}keep_image = ["a b"]\n', (":8: services.sample.keep_image", "'a b'")),
    "desired count is a boolean": (f"{SAMPLE}desired_count = true\n", (":8: services.sample.desired_count", "True")),
    "no identity requests": (
        f"{SAMPLE}[services.sample.smoke]\nidentity_requests = 0\n",
        (":9: services.sample.smoke.identity_requests", "at least 1"),
    ),
    "no response time": (
        f"{SAMPLE}[services.sample.smoke]\nmax_response_seconds = 0.0\n",
        (":9: services.sample.smoke.max_response_seconds", "above 0"),
    ),
    "response time is no number": (
        f"{SAMPLE}[services.sample.smoke]\nmax_response_seconds = nan\n",
        (":9: services.sample.smoke.max_response_seconds", "above 0"),
    ),
    "path without slash": (
        f'{SAMPLE}[services.sample.smoke]\nlive_path = "health"\n',
        (":9: services.sample.smoke.live_path", "'/'"),
    ),
    "smoke is no table": (f'{SAMPLE}smoke = "x"\n', (":8: services.sample.smoke", "Smoke")),
    "service is no table": ("[services]\nsample = 3\n", ("services.sample", "must be a table")),
    "a kind that is none": (
        f'[redaction]\noff = ["names"]\n{SAMPLE}',
        (":2: redaction.off", "'names'", "phone number"),
    ),
    "redaction that looks ahead": (
        f'[redaction]\npatterns = {{ "case" = "CASE(?=-)" }}\n{SAMPLE}',
        (":2: redaction.patterns.case", "invalid perl operator: (?=", "RE2, which has no look-around"),
    ),
    "redaction that looks back": (
        f'[redaction]\npatterns = {{ "case" = "(a)\\\\1" }}\n{SAMPLE}',
        (":2: redaction.patterns.case", "can't be read", "no back-references"),
    ),
    "redaction of nothing": (
        f'[redaction]\npatterns = {{ "case" = "[0-9]*" }}\n{SAMPLE}',
        (":2: redaction.patterns.case", "matches an empty text"),
    ),
    "errors that look ahead": (
        f'{SAMPLE}[services.sample.logs]\nerror_pattern = "ERROR(?! 0)"\n',
        (":9: services.sample.logs.error_pattern", "RE2"),
    ),
    "errors everywhere": (
        f'{SAMPLE}[services.sample.logs]\nerror_pattern = "x*"\n',
        (":9: services.sample.logs.error_pattern", "matches an empty text"),
    ),
    "services is no table": ("services = 3\n", ("[services.<name>]",)),
    "no services": ("[defaults]\nsmoke_attempts = 3\n", ("[services.<name>]", "add one")),
    "nothing": ("", ("[services.<name>]", "add one")),
    "name in capitals": (SAMPLE.replace("sample]", "Sample]"), (":1: services.Sample", "lower-case")),
    "name reserved for the unknown": (SAMPLE.replace("sample]", "_unknown]"), (":1: services._unknown", "lower-case")),
    "name too long": (SAMPLE.replace("sample]", f"{'s' * 32}]"), ("at most 31",)),
    "repository of two services": (
        SAMPLE + OTHER,
        (":12: services.other.repository", "'landfall/sample'", "'sample'", "serves one service"),
    ),
    "the same service twice": (SAMPLE + SAMPLE, ("not valid TOML", "line 8")),
    "no TOML": ("services: {}\n", ("not valid TOML", "line 1")),
    "certificate without a name": (
        f'{SAMPLE}[services.sample.stack]\ncertificate_arn = "arn"\n',
        ("services.sample.base_url", "required with a certificate"),
    ),
}


@pytest.mark.parametrize(("text", "parts"), WRONG.values(), ids=WRONG.keys())
def test_mistake_is_told_with_line_key_and_way_out(text: str, parts: tuple[str, ...]) -> None:
    """A wrong file stops the synth, not a deployment, and says where it is wrong and what would be right."""
    told = message(text)
    assert told.startswith("config/services.toml")
    assert all(part in told for part in parts), told


URLS = {
    "http": ("http://api.example.com", True),
    "https, port and path": ("https://api.example.com:8443/base/", True),
    "IPv6": ("http://[::1]:8080", True),
    "no scheme": ("api.example.com", False),
    "another scheme": ("ftp://api.example.com", False),
    "no host": ("http://", False),
    "a query": ("http://h/?x=1", False),
    "a fragment": ("http://h/#x", False),
    "a password": ("http://user:secret@h/", False),
    "a space": ("http://a b/", False),
    "a port that is none": ("http://h:99999", False),
    "a port that is text": ("http://h:http", False),
    "half an IPv6 address": ("http://[::1", False),
    "empty": ("", False),
}


@pytest.mark.parametrize(("url", "good"), URLS.values(), ids=URLS.keys())
def test_base_url(url: str, good: bool) -> None:
    """A base URL that no request could be sent to is found at synth."""
    text = f'{SAMPLE}base_url = "{url}"\n'
    if good:
        assert settings_file.parse(text, FILE).services[0].base_url == url
        return
    told = message(text)
    assert ":8: services.sample.base_url" in told
    assert "http(s)://host" in told


def test_a_byte_order_mark_says_nothing() -> None:
    """Editors on Windows write one; the file is the same with it, and a mistake still has its line."""
    assert settings_file.parse(f"\ufeff{SAMPLE}", FILE) == settings_file.parse(SAMPLE, FILE)
    assert ":8: services.sample.base_url" in message(f'\ufeff{SAMPLE}base_url = ""\n')


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is missing, or is no text, is named with what is expected there."""
    with pytest.raises(SettingsError, match=r"services\.toml: No such file.*needs a services\.toml"):
        settings_file.load(tmp_path / "services.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not UTF-8"):
        settings_file.load(binary)


BUILD = f'{SAMPLE}[services.sample.build]\nsource = "owner/name"\n'


def test_a_build_table() -> None:
    """What says how a commit becomes an image is read into its own class, lists included."""
    (service,) = settings_file.parse(f'{BUILD}paths = ["api/**", "lib/**"]\nbuilder = "local"\n', FILE).services
    assert service.build is not None
    assert (service.build.source, service.build.paths, service.build.builder) == (
        "owner/name",
        ("api/**", "lib/**"),
        "local",
    )


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('source = "https://github.com/owner/name"', "source"),
        ('source = "owner/name"\nconnection = "arn:aws:iam::1:role/x"', "connection"),
        ('source = "owner/name"\nsubject = "owner/name"', "subject"),
        ('source = "owner/name"\nsubject = "other@1/name@2"', "subject"),
        ('source = "owner/name"\ncontext = "../elsewhere"', "context"),
        ('source = "owner/name"\ncontext = "a; rm -rf b"', "context"),
        ('source = "owner/name"\ndockerfile = "/etc/passwd"', "dockerfile"),
        ('source = "owner/name"\nbranch = "--upload-pack=x"', "branch"),
        ('source = "owner/name"\nbranch = "a..b"', "branch"),
        ('source = "owner/name"\nbranch = "release/.x"', "branch"),
        ('source = "owner/name"\nbranch = "release/1.lock"', "branch"),
        ('source = "owner/name"\nbranch = "release/"', "branch"),
        ('source = "owner/name"\nbranch = "HEAD"', "branch"),
        ('source = "owner/.."', "source"),
        ('source = "owner/name.git"', "source"),
        ('source = "owner/name"\npaths = []', "paths"),
        ('source = "owner/name"\nplatform = "windows"', "platform"),
        ('source = "owner/name"\nbuilder = "jenkins"', "builder"),
        ('source = "owner/name"\ndeployment_begins_within_seconds = 0', "deployment_begins_within_seconds"),
    ],
)
def test_a_build_table_that_will_not_do(line: str, key: str) -> None:
    """Its values end up in shell commands and ARNs: what is odd is refused at synth, by its key."""
    assert f"services.sample.build.{key}:" in message(f"{SAMPLE}[services.sample.build]\n{line}\n")


SMOKE = f"{SAMPLE}[services.sample.smoke]\n"
OWN = '[[services.sample.smoke.checks]]\nname = "one"\npath = "/"\n'


def test_smoke_checks_of_one_s_own() -> None:
    """Lists and tables of the smoke test are read into their own classes, with defaults for the rest."""
    text = f'{SMOKE}protected_paths = ["/a", "/b"]\nskip = ["liveness"]\n{OWN}json = "schema.version"\nequals = 42\n'
    (service,) = settings_file.parse(text, FILE).services
    (own,) = service.smoke.checks
    assert (service.smoke.protected_paths, service.smoke.skip) == (("/a", "/b"), ("liveness",))
    assert (own.name, own.method, own.status, own.json, own.equals) == ("one", "GET", 200, "schema.version", 42)


VPC = '[vpc]\nsubnets = ["subnet-0a1b2c3d4e5f60718"]\nsecurity_groups = ["sg-0a1b2c3d"]\n'


def test_from_where_services_are_asked() -> None:
    """One network for all, or none: which is what one set of steps can have."""
    assert settings_file.parse(f"{SAMPLE}{VPC}", FILE).vpc == Vpc(("subnet-0a1b2c3d4e5f60718",), ("sg-0a1b2c3d",))
    assert settings_file.parse(SAMPLE, FILE).vpc is None


WRONG_VPC = {
    "a group for a subnet": (VPC.replace("subnet-", "sg-"), "vpc.subnets: 'sg-0a1b2c3d4e5f60718' is not an id"),
    "a name": (VPC.replace("sg-0a1b2c3d", "default"), "vpc.security_groups: 'default' is not an id"),
    "no subnet": (VPC.replace('"subnet-0a1b2c3d4e5f60718"', ""), "vpc.subnets: there are 0; it takes 1 to 16"),
    "one subnet twice": (
        VPC.replace('["subnet-', '["subnet-0a1b2c3d4e5f60718", "subnet-'),
        "vpc.subnets: 'subnet-0a1b2c3d4e5f60718' is there twice",
    ),
    "six groups": (VPC.replace('"sg-0a1b2c3d"', '"sg-0a1b2c3d",' * 6), "vpc.security_groups: there are 6"),
    "no groups": (VPC.partition("security_groups")[0], "vpc.security_groups: missing"),
    "an unknown key": (f'{VPC}id = "vpc-1"', "vpc.id: unknown key; vpc takes security_groups, subnets"),
    "no table": ("vpc = 1\n", "vpc: must be a table: [vpc]"),
}


@pytest.mark.parametrize(("lines", "why"), WRONG_VPC.values(), ids=WRONG_VPC.keys())
def test_a_network_that_will_not_do(lines: str, why: str) -> None:
    """CloudFormation would find out in the middle of a deploy: it is found at synth."""
    told = message(f"{lines}{SAMPLE}" if lines.startswith("vpc =") else f"{SAMPLE}{lines}")
    assert why in told, told


def test_what_a_check_sends() -> None:
    """Headers are text, or a secret by its name; the secret's own value is nowhere in the settings."""
    sent = 'send = {Accept = "text/html", Authorization = {secret = "shop/smoke", key = "token", prefix = "Bearer "}}'
    url = 'base_url = "https://api.example.com"\n'
    (service,) = settings_file.parse(f"{SAMPLE}{url}{OWN}{sent}\n", FILE).services
    token = Secret("shop/smoke", "token", "Bearer ")
    assert service.smoke.checks[0].send == {"Accept": "text/html", "Authorization": token}
    assert service.smoke.secrets == (token,)


@pytest.mark.parametrize("url", ["", 'base_url = "http://api.example.com"\n'])
def test_a_secret_goes_over_tls_or_not_at_all(url: str) -> None:
    """Over plain HTTP anybody on the way could read it; without a base URL that is what would be asked."""
    told = message(f'{SAMPLE}{url}{OWN}send = {{X-Key = {{secret = "k"}}}}\n')
    assert "services.sample.smoke.checks: a check sends secret 'k'" in told
    assert "base_url with https" in told


WRONG_SMOKE = {
    "a secret's odd key": (f'{OWN}send = {{X = {{secret = "k", ky = "a"}}}}', "checks[1].send.X.ky", "prefix, secret"),
    "a secret without name": (f'{OWN}send = {{X = {{key = "a"}}}}', "checks[1].send.X.secret", "missing"),
    "a secret by ARN": (f'{OWN}send = {{X = {{secret = "arn:aws:x"}}}}', "checks[1].send.X", "not an ARN"),
    "a number sent": (f"{OWN}send = {{X = 1}}", ":12: services.sample.smoke.checks[1].send", "a header is text"),
    "two lines sent": (f'{OWN}send = {{X = "a\\nb"}}', "checks[1].send.X", "printable ASCII"),
    "a prefix of two lines": (f'{OWN}send = {{X = {{secret = "k", prefix = "a\\n"}}}}', "send.X", "printable ASCII"),
    "another host": (f'{OWN}send = {{Host = "elsewhere"}}', "checks[1].send.Host", "except accept-encoding"),
    "not a header's name": (f'{OWN}send = {{"a b" = "c"}}', "checks[1].send.a b", "a header's name"),
    "sent, and no table": (f'{OWN}send = "x"', ":12: services.sample.smoke.checks[1].send", "wrong value type"),
    "version switched off": ('skip = ["version"]', ":9: services.sample.smoke.skip", "can't be switched off"),
    "no such check": ('skip = ["speed"]', ":9: services.sample.smoke.skip", "response time"),
    "a port that is none": ("plain_port = 70000", ":9: services.sample.smoke.plain_port", "65535"),
    "an origin with a path": (
        'cors_origin = "https://a.io/x"',
        ":9: services.sample.smoke.cors_origin",
        "an origin is",
    ),
    "an origin of a password": (
        'cors_origin = "https://a:b@a.io/"',
        ":9: services.sample.smoke.cors_origin",
        "an origin",
    ),
    "a header of two lines": ('security_headers = ["X: a\\nb"]', "smoke.security_headers", "'Name: value'"),
    "a path with a blank": ('base_path = "/a b"', ":9: services.sample.smoke.base_path", "without blanks"),
    "a protected path": ('protected_paths = ["x"]', ":9: services.sample.smoke.protected_paths", "'/'"),
    "a status that is none": ("protected_status = 99", ":9: services.sample.smoke.protected_status", "200 to 599"),
    "too many requests": (
        "identity_requests = 200",
        ":9: services.sample.smoke.identity_requests",
        "603 requests; 560",
    ),
    "no time for the promise": (
        "requests_per_second = 9",
        ":9: services.sample.smoke.requests_per_second",
        "to 11, or",
    ),
    "a rate too small": ("error_rate = 0.0001", ":9: services.sample.smoke.error_rate", "from 0.001 to 0.5"),
    "a rate in per cent": ("error_rate = 5", ":9: services.sample.smoke.error_rate", "such as 0.05"),
    "too fast": ("requests_per_second = 151", ":9: services.sample.smoke.requests_per_second", "at most 150 over TLS"),
    "no pace": ("requests_per_second = 0", ":9: services.sample.smoke.requests_per_second", "at least 1"),
    "no JMESPath to the commit": ('version_value = "a["', ":9: services.sample.smoke.version_value", "can't be read"),
    "no place of the commit": ('version_value = ""', ":9: services.sample.smoke.version_value", "1 to 200"),
    "no JMESPath to readiness": ('ready_value = "a["', ":9: services.sample.smoke.ready_value", "can't be read"),
    "a header that is none": ('version_header = "X Sha"', ":9: services.sample.smoke.version_header", "X-Git-Sha"),
    "the commit in two places": (
        'version_header = "X-Sha"\nversion_value = "sha"',
        ":9: services.sample.smoke.version_header",
        "two places",
    ),
    "credentials of nobody": ("cors_credentials = true", ":9: services.sample.smoke.cors_credentials", "cors_origin"),
    "checks are no tables": ("checks = [1]", ":9: services.sample.smoke.checks", "[[services.sample.smoke.checks]]"),
    "unknown key": (f"{OWN}colour = 1", ":12: services.sample.smoke.checks[1].colour", "body_must_not_match"),
    "in the second": (f'{OWN}{OWN}status = "200"', ":15: services.sample.smoke.checks[2].status", "200"),
    "no name": ('[[services.sample.smoke.checks]]\npath = "/"', ":9: services.sample.smoke.checks[1].name", "missing"),
    "the same name": (f"{OWN}{OWN}", ":13: services.sample.smoke.checks[2].name", "another check has"),
    "Landfall's name": (
        OWN.replace("one", "liveness"),
        ":10: services.sample.smoke.checks[1].name",
        "another check has",
    ),
    "a name too odd": (OWN.replace("one", "One!"), ":10: services.sample.smoke.checks[1].name", "lower-case"),
    "a method that changes": (f'{OWN}method = "POST"', ":12: services.sample.smoke.checks[1].method", "POST"),
    "a path, but no value": (f'{OWN}json = "a"', ":12: services.sample.smoke.checks[1].json", "both"),
    "no JMESPath": (f'{OWN}json = "a["\nequals = 1', ":12: services.sample.smoke.checks[1].json", "can't be read"),
    "no pattern": (
        f'{OWN}body_must_not_match = "("',
        ":12: services.sample.smoke.checks[1].body_must",
        "can't be read",
    ),
    "a pattern too long": (f'{OWN}body_must_not_match = "{"a" * 201}"', "checks[1].body_must_not_match", "201"),
    "a body of HEAD": (f'{OWN}method = "HEAD"\nbody_must_not_match = "a"', "checks[1].method", "no body"),
    "a percentile of nothing": (f"{OWN}percentile = 95", "checks[1].percentile", "give max_seconds too"),
    "a percentile": (f"{OWN}percentile = 0", ":12: services.sample.smoke.checks[1].percentile", "1 to 100"),
    "no time": (f"{OWN}max_seconds = 0.0", ":12: services.sample.smoke.checks[1].max_seconds", "above 0"),
    "no request": (f"{OWN}requests = 0", ":12: services.sample.smoke.checks[1].requests", "at least 1"),
    "too many": ("".join(OWN.replace("one", f"n{i}") for i in range(11)), "smoke.checks", "at most 10"),
}


@pytest.mark.parametrize(("lines", "where", "why"), WRONG_SMOKE.values(), ids=WRONG_SMOKE.keys())
def test_smoke_table_that_will_not_do(lines: str, where: str, why: str) -> None:
    """A check that could never be made, or judged, is found at synth: line, key, value and way out."""
    told = message(f"{SMOKE}{lines}\n")
    assert where in told, told
    assert why in told, told


@pytest.mark.parametrize("host", ["169.254.169.254", "[fd00:ec2::254]", "[fe80::1]", "[::ffff:169.254.1.1]"])
def test_base_url_that_is_nobody_s(host: str) -> None:
    """Everybody who can write the settings could read the pipeline's own role there."""
    assert "link-local or metadata" in message(f'{SAMPLE}base_url = "http://{host}/"\n')
