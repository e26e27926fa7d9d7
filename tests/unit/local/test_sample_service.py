"""The sample service answers so that it can be proven live, and misbehaves only with a fault."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from sample_service import faults, probe
from sample_service.access import AccessRecord
from sample_service.app import create_app
from sample_service.database import Database, Record
from sample_service.headers import SECURITY_HEADERS
from sample_service.settings import Settings

ROOT = Path(__file__).parents[3]
SHA = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "let-me-in-é"  # noqa: S105  opens nothing but this test
ORIGIN = "https://shop.example.com"
SETTINGS = Settings(git_sha=SHA, build_time="2024-01-31T12:00:00Z", api_token=TOKEN, cors_origins=(ORIGIN,))
EVERY_PATH = ("/", "/api/v1/version", "/api/v1/health/live", "/api/v1/health/ready", "/api/v1/records", "/no")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """A database with its rows, in a file of this test."""
    database = Database(tmp_path / "records.db")
    database.create()
    return database


@pytest.fixture
def app(database: Database) -> ASGIApp:
    """The service without a fault."""
    return create_app(SETTINGS, database)


def ask(app: ASGIApp, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> httpx.Response:
    """One request to the app, without a server between."""

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            sent = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
            return await client.request(method, path, headers=sent)

    return asyncio.run(request())


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def test_version_says_everything_known_and_admits_the_rest(database: Database) -> None:
    """The proof of a release reads these fields; a missing fact must be called unknown, not left out."""
    settings = Settings.from_env({"GIT_SHA": SHA, "DEPLOYED_AT": "2024-02-01T00:00:00Z", "NODE_ENV": "production"})
    reply = ask(create_app(settings, database), "/api/v1/version")
    assert reply.status_code == 200
    assert reply.json() == {
        "gitSha": SHA,
        "buildTime": "unknown",
        "nodeEnv": "production",
        "version": "1.0.0",
        "service": "sample-service",
        "imageDigest": "unknown",
        "deployedAt": "2024-02-01T00:00:00Z",
        "deployedGitSha": "unknown",
    }


def test_deployment_facts_never_stand_in_for_what_the_image_holds(database: Database) -> None:
    """The image gives gitSha, even if the deployment claims another commit."""
    settings = Settings.from_env({"GIT_SHA": SHA, "DEPLOYED_GIT_SHA": "f" * 40, "IMAGE_DIGEST": "sha256:ab"})
    body = ask(create_app(settings, database), "/api/v1/version").json()
    assert (body["gitSha"], body["deployedGitSha"], body["imageDigest"]) == (SHA, "f" * 40, "sha256:ab")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/health/live", {"status": "ok"}),
        ("/api/v1/health/ready", {"status": "ready", "database": "connected"}),
        ("/", {"service": "sample-service", "version": "/api/v1/version"}),
    ],
)
def test_open_endpoints_answer(app: ASGIApp, path: str, body: dict[str, str]) -> None:
    """Health checks and the smoke suite rely on these exact replies."""
    reply = ask(app, path)
    assert (reply.status_code, reply.json()) == (200, body)


@pytest.mark.parametrize("damage", ["gone", "garbage"])
def test_ready_notices_a_database_that_failed_after_the_start(app: ASGIApp, tmp_path: Path, damage: str) -> None:
    """Readiness really asks the database each time, and tells callers no more than that it failed."""
    file = tmp_path / "records.db"
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(b"this is no database" * 100)
    reply = ask(app, "/api/v1/health/ready")
    assert (reply.status_code, reply.json()) == (503, {"status": "unavailable", "database": "disconnected"})
    assert ask(app, "/api/v1/health/live").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("wrong"),
        bearer(""),
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        bearer("let-me-in-ë"),
    ],
)
def test_protected_endpoint_refuses_whoever_lacks_the_token(app: ASGIApp, headers: dict[str, str]) -> None:
    """No credentials, the wrong ones, or the right token in the wrong scheme never reach the rows."""
    reply = ask(app, "/api/v1/records", headers=headers)
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == 'Bearer realm="sample-service"'
    assert reply.json() == {"error": "unauthorized"}


def test_protected_endpoint_serves_the_rows_to_the_token_holder(app: ASGIApp) -> None:
    """The 401 guards something: with the token the rows come from the database."""
    records = ask(app, "/api/v1/records", headers=bearer(TOKEN)).json()["records"]
    assert records[0] == {"id": 1, "title": "first light", "created": "2024-01-01"}


def test_without_a_token_of_its_own_nobody_gets_in(database: Database) -> None:
    """An unset API_TOKEN must lock the door, not open it to an empty token."""
    app = create_app(Settings.from_env({"API_TOKEN": ""}), database)
    for headers in ({}, bearer(""), {"Authorization": "Bearer"}):
        assert ask(app, "/api/v1/records", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["/no", "/api/v1/", "/api/v1/version/", "/api/v1/%2e%2e/etc/passwd", "/api/v2/x"])
def test_unknown_path_is_a_bare_404(app: ASGIApp, path: str) -> None:
    """An error body says nothing of the path, the framework or the code."""
    reply = ask(app, path)
    assert (reply.status_code, reply.json()) == (404, {"error": "not found"})


def test_wrong_method_is_a_bare_405(app: ASGIApp) -> None:
    """The answer to a wrong method names the allowed ones, and nothing more."""
    reply = ask(app, "/api/v1/version", "DELETE")
    assert (reply.status_code, reply.json()) == (405, {"error": "method not allowed"})
    assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD"}


class _BrokenDatabase(Database):
    def records(self) -> list[Record]:
        raise RuntimeError("password is hunter2")


def test_unexpected_error_tells_the_caller_nothing(tmp_path: Path) -> None:
    """The cause of a 500 goes to the log, never to the caller, and the reply keeps its security headers."""
    app = create_app(SETTINGS, _BrokenDatabase(tmp_path / "none.db"))
    reply = ask(app, "/api/v1/records", headers=bearer(TOKEN))
    assert (reply.status_code, reply.json()) == (500, {"error": "internal server error"})
    assert reply.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", EVERY_PATH)
def test_every_reply_carries_the_security_headers(app: ASGIApp, path: str) -> None:
    """The Helmet set must not depend on which path was asked or how it ended, and nothing may be cached."""
    reply = ask(app, path)
    assert {name: reply.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert reply.headers["cache-control"] == "no-store"
    assert "server" not in reply.headers


def test_the_security_headers_are_the_helmet_set() -> None:
    """A header dropped from the table would go unnoticed by the tests that compare with the table."""
    expected = (
        "Content-Security-Policy Cross-Origin-Embedder-Policy Cross-Origin-Opener-Policy "
        "Cross-Origin-Resource-Policy Origin-Agent-Cluster Referrer-Policy Strict-Transport-Security "
        "X-Content-Type-Options X-DNS-Prefetch-Control X-Download-Options X-Frame-Options "
        "X-Permitted-Cross-Domain-Policies X-XSS-Protection"
    )
    assert list(SECURITY_HEADERS) == expected.split()
    assert SECURITY_HEADERS["X-XSS-Protection"] == "0"


def test_cors_preflight_of_the_configured_origin_is_granted(app: ASGIApp) -> None:
    """A browser at the configured origin may send the token."""
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    reply = ask(app, "/api/v1/records", "OPTIONS", {**asked, "Access-Control-Request-Headers": "authorization"})
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    assert "Authorization" in reply.headers["access-control-allow-headers"]
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_cors_of_a_simple_request_names_only_the_configured_origin(app: ASGIApp) -> None:
    """Another origin gets no permission, and never a wildcard."""
    assert ask(app, "/", headers={"Origin": ORIGIN}).headers["access-control-allow-origin"] == ORIGIN
    other = ask(app, "/", headers={"Origin": "https://evil.example.org"})
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1", "٣"])
def test_port_that_is_none_is_refused_by_name(port: str) -> None:
    """A wrong setting is named with its value instead of failing somewhere in the server."""
    with pytest.raises(ValueError, match="PORT is"):
        Settings.from_env({"PORT": port})


def test_origins_are_a_list() -> None:
    """Several origins can be configured, and blanks round them do no harm."""
    assert Settings.from_env({"CORS_ORIGIN": "https://a.io, https://b.io"}).cors_origins == (
        "https://a.io",
        "https://b.io",
    )


def test_no_fault_is_the_app_itself(app: ASGIApp) -> None:
    """A real release runs without a fault's code round it."""
    assert faults.named("")(app) is app


def test_unhealthy_fails_readiness_only(app: ASGIApp) -> None:
    """The fault is one the load balancer has to notice: the process lives and the version is right."""
    bad = faults.named("unhealthy")(app)
    assert [ask(bad, path).status_code for path in EVERY_PATH] == [200, 200, 200, 503, 401, 404]


def test_wrong_sha_changes_nothing_but_the_sha(app: ASGIApp) -> None:
    """The fault is one that only a comparison of the SHA can notice."""
    bad = faults.named("wrong-sha")(app)
    good, wrong = (ask(each, "/api/v1/version") for each in (app, bad))
    assert wrong.json() == {**good.json(), "gitSha": faults.WRONG_SHA}
    assert len(faults.WRONG_SHA) == 40
    assert int(wrong.headers["content-length"]) == len(wrong.content)
    assert [ask(bad, path).status_code for path in EVERY_PATH] == [200, 200, 200, 200, 401, 404]


def test_leaking_errors_shows_a_trace_and_a_secret_in_error_bodies(app: ASGIApp) -> None:
    """The fault leaks where the smoke suite looks, an error's body, and is right everywhere else."""
    bad = faults.named("leaking-errors")(app)
    reply = ask(bad, "/api/v1/no-such-thing")
    assert reply.status_code == 500
    assert "Traceback" in reply.text
    assert "AWS_SECRET_ACCESS_KEY" in reply.text
    assert [ask(bad, path).status_code for path in EVERY_PATH[:-1]] == [200, 200, 200, 200, 401]


def test_slow_answers_rightly_but_late(app: ASGIApp) -> None:
    """The fault takes longer than the smoke suite's limit of two seconds, and nothing else is wrong."""
    started = time.monotonic()
    assert ask(faults.slow(app, seconds=0.2), "/api/v1/health/ready").status_code == 200
    assert time.monotonic() - started >= 0.2
    assert faults.SLOW_SECONDS > 2


def test_late_is_not_ready_until_its_time(app: ASGIApp) -> None:
    """The fault must not fail a release: it shows that the pipeline waits for readiness."""
    waiting = faults.late(app, seconds=0.2)
    assert ask(waiting, "/api/v1/health/ready").status_code == 503
    assert ask(waiting, "/api/v1/health/live").status_code == 200
    time.sleep(0.2)
    assert ask(waiting, "/api/v1/health/ready").status_code == 200


def service(**env: str) -> subprocess.Popen[str]:
    """The service as a process, with nothing in its environment but what is given."""
    return subprocess.Popen(
        [sys.executable, "-m", "sample_service"], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True
    )


@contextmanager
def running(**env: str) -> Iterator[tuple[str, subprocess.Popen[str], dict[str, str]]]:
    """A running service that answers, with its address and the environment its health check sees."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    env |= {"HOST": "127.0.0.1", "PORT": port}
    process = service(**env)
    try:
        wait_until_listening(int(port), process)
        yield f"http://127.0.0.1:{port}", process, env
    finally:
        process.terminate()  # not killed: it has a directory of its own to clear away
        process.communicate(timeout=10)


def wait_until_listening(port: int, process: subprocess.Popen[Any]) -> None:
    """Return once a connection is accepted; fail if the process ends first or takes ten seconds."""
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "the service ended before it listened"
            assert time.monotonic() < deadline, "the service did not listen within 10 s"
            time.sleep(0.02)
        else:
            return


def test_request_in_flight_is_finished_after_sigterm() -> None:
    """A task that is replaced must not cost a client its answer, and a wanted stop exits with 0."""
    with running(FAULT="slow", GIT_SHA=SHA) as (url, process, _):
        with (
            httpx.Client(trust_env=False) as client,
            socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0), timeout=10) as connection,
        ):
            connection.sendall(b"GET /api/v1/version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            with pytest.raises(httpx.ConnectError):
                client.get(url)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        assert process.wait(timeout=5) == 0
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert json.loads(body)["gitSha"] == SHA


def test_flaky_drops_every_fifth_connection_and_no_other() -> None:
    """The fault breaks the transport, not the reply: the pipeline must retry it, not judge by it."""
    outcomes = []
    with running(FAULT="flaky") as (url, _, _env), httpx.Client(trust_env=False) as client:
        for _ in range(10):
            try:
                outcomes.append(client.get(f"{url}/api/v1/health/live").status_code)
            except httpx.RemoteProtocolError:
                outcomes.append(0)
    assert sorted(outcomes) == [0, 0] + [200] * 8
    assert outcomes[outcomes.index(0) + 5] == 0


def test_health_check_tells_a_live_container_from_a_dead_one(capsys: pytest.CaptureFixture[str]) -> None:
    """The container's HEALTHCHECK passes for a live service, ready or not, and fails for a silent port."""
    with running(FAULT="unhealthy") as (_, _process, env):
        assert probe.main(env) == 0
        assert probe.main({"PORT": env["PORT"]}) == 0
    assert probe.main(env) == 1
    assert "no answer" in capsys.readouterr().err


def test_health_checks_that_pass_stay_out_of_the_log() -> None:
    """The last lines of the log are evidence in a report; health checks that pass must not crowd it out."""
    with running(FAULT="unhealthy") as (url, process, _), httpx.Client(trust_env=False) as client:
        for path in EVERY_PATH:
            client.get(url + path)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=5)
    assert "/api/v1/health/live" not in log


@pytest.mark.parametrize(
    ("env", "code", "message"),
    [
        ({"FAULT": "crash-on-start"}, 3, "crash-on-start"),
        ({"FAULT": "unhealty"}, 1, "FAULT is 'unhealty': it must be empty or one of crash-on-start, crash-under-load,"),
        ({"PORT": "http"}, 1, "PORT is 'http'"),
    ],
)
def test_bad_start_ends_at_once_with_a_reason(env: dict[str, str], code: int, message: str) -> None:
    """A container that will not run says why on stderr, so that the failing release can be explained."""
    process = service(**env)
    _, log = process.communicate(timeout=10)
    assert process.returncode == code
    assert message in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", 0),
        (b"HTTP/1.0 200\r\n\r\n", 0),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", 1),
        (b"HTTP/1.1 2000 OK\r\n\r\n", 1),
        (b"HTTP/1.1\r\n\r\n", 1),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 1),
        (b"200", 1),
        (b"", 1),
    ],
)
def test_only_http_200_is_alive(answer: bytes, code: int) -> None:
    """Whatever else listens on the port, and however it ends, is no live service."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        told = pool.submit(probe.main, {"PORT": str(server.getsockname()[1])})
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(answer)
        assert told.result() == code


def test_the_access_record_tells_kinds_apart(app: ASGIApp, tmp_path: Path) -> None:
    """Who counts what reached a release must see each request, with its kind and status, as the task saw it."""
    recorded = AccessRecord(app, str(tmp_path / "access"), SHA)
    ask(recorded, "/", headers={"X-Request-Kind": "production"})
    ask(recorded, "/no", headers={"X-Request-Kind": "test"})
    ask(recorded, "/", headers={"X-Request-Kind": "a\tb"})
    (file,) = (tmp_path / "access").iterdir()
    assert file.name.startswith(SHA)
    lines = [line.split("\t")[1:] for line in file.read_text().splitlines()]
    assert lines == [["production", "200", "/"], ["test", "404", "/no"], ["-", "200", "/"]]


def test_a_fault_under_load_shows_only_under_load(app: ASGIApp) -> None:
    """A smoke test must not find it, and a client that asks all the time must."""
    bad = faults.named("failing-under-load")(app)
    statuses = [ask(bad, "/").status_code for _ in range(faults.LOAD_REQUESTS + 2 * faults.FAILING_EVERY)]
    assert set(statuses[: faults.LOAD_REQUESTS]) == {200}
    assert 500 in statuses[faults.LOAD_REQUESTS :]
    assert {ask(bad, "/api/v1/health/ready").status_code for _ in range(2 * faults.FAILING_EVERY)} == {200}
