"""The probe against real servers on loopback: bounded in time and size, and every trouble becomes an Answer."""

from __future__ import annotations

import re
import socket
import threading
from ipaddress import ip_address
from pathlib import Path

import pytest
import trustme

from landfall import smoke
from landfall.addresses import Address, forbidden
from landfall.model import State
from landfall.runtime import http_probe
from landfall.settings import Limits
from landfall.settings.smoke import Smoke
from landfall.smoke.http_answers import Answers, Request
from tests.support import builders as b
from tests.support.misbehaving import OK, Behaviour, body, bomb, drip, flood, raw, serving, silence, tls, trickle
from tests.unit.runtime.probing import ONE_REQUEST, version

SHORT = Smoke(identity_requests=3, requests_per_second=1000)


def everything(url: str, suite: Smoke) -> Answers:
    """Ask all that a suite wants."""
    return http_probe.ask(url, smoke.round_of(suite, url), None)


def test_good_answers() -> None:
    """A round asks for version, liveness and readiness, and what comes back is judged good."""
    with serving(body(f'{{"gitSha": "{b.SHA}", "database": "connected"}}')) as url:
        answers = everything(url, SHORT)
    assert [a.status for several in answers.given.values() for a in several] == [200] * 12
    assert all(a.seconds > 0 for several in answers.given.values() for a in several)
    assert smoke.assess(smoke.checks(answers, b.SHA, Smoke()), {}, Limits()).state == State.PASS


def test_each_request_has_its_own_connection() -> None:
    """A connection that is kept would pin all requests to one target: another one's wrong SHA would go unseen."""
    connections: list[socket.socket] = []

    def stay(connection: socket.socket) -> None:
        connections.append(connection)
        body("{}")(connection)
        while connection.recv(65536):
            body("{}")(connection)

    with serving(stay) as url:
        everything(url, Smoke(identity_requests=10, requests_per_second=1000))
    assert len(connections) == 3 + 33


def test_paths_lie_below_the_base_url() -> None:
    """A service behind a path prefix is asked below it, with the paths of its settings."""
    heads: list[bytes] = []

    def note(connection: socket.socket) -> None:
        body("{}")(connection)

    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        for _ in range(9):  # each path once, an error's three times, and three of the warm-up
            connection, _ = listener.accept()
            with connection:
                heads.append(connection.recv(65536).split(b"\r\n")[0])
                note(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    smoke_settings = Smoke(
        version_path="/v",
        live_path="/l",
        ready_path="/r",
        error_path="/e",
        identity_requests=1,
        requests_per_second=1000,
        skip=("https only",),
    )
    everything(f"http://127.0.0.1:{listener.getsockname()[1]}/base", smoke_settings)
    thread.join(5)
    listener.close()
    assert sorted(set(heads)) == [
        b"GET /base/e HTTP/1.1",
        b"GET /base/l HTTP/1.1",
        b"GET /base/r HTTP/1.1",
        b"GET /base/v HTTP/1.1",
    ]


LOST = {
    "garbage": (raw(b"\x00\x01garbage\r\n\r\n"), "RemoteProtocolError"),
    "closed at once": (raw(b""), "RemoteProtocolError"),
    "closed in the head": (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "RemoteProtocolError"),
    "closed in the body": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), "RemoteProtocolError"),
    "body that is not gzip": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx"),
        "DecodingError",
    ),
    "a head without end": (raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), "ProtocolError"),
}


@pytest.mark.parametrize(("behave", "error"), LOST.values(), ids=LOST.keys())
def test_broken_answer_is_lost(behave: Behaviour, error: str) -> None:
    """A connection that breaks is a transport error, asked again: never an exception, never evidence."""
    with serving(behave) as url:
        answer = version(url)
    assert answer.lost
    assert error in answer.error
    assert len(answer.error) <= 200


def test_nobody_listens() -> None:
    """A refused connection is a transport error."""
    assert version("http://127.0.0.1:9").error.startswith("ConnectError")


def test_name_that_does_not_resolve() -> None:
    """A name without an address is a transport error."""
    assert version("http://landfall.invalid").lost


def test_silence_is_lost() -> None:
    """A server that takes the request and says nothing is given up after the read timeout."""
    with serving(silence) as url:
        answer = version(url, patience=0.3)
    assert answer.error.startswith("ReadTimeout")
    assert answer.seconds < 60  # not for ever; a busy machine takes its time


def test_trickle_is_lost() -> None:
    """A body that trickles for ever is a timeout, not an answer without our SHA: that would be final (law 8)."""
    with serving(trickle) as url:
        answer = version(url, patience=0.3)
    assert answer.lost
    assert re.search("took over|ReadTimeout", answer.error)  # a busy machine may not even trickle
    assert answer.seconds < 60  # not for ever; a busy machine takes its time


def test_a_head_that_drips_is_lost() -> None:
    """Each byte comes in time, and the whole never: the limit is on the request as a whole."""
    with serving(drip) as url:
        answer = version(url, patience=0.3)
    assert answer.lost
    assert re.search("took over|ReadTimeout", answer.error)  # a busy machine may not even trickle


def test_what_is_packed_is_unpacked_to_a_bound() -> None:
    """A small answer that unpacks to a huge one can't fill the step's memory either."""
    with serving(bomb) as url:
        answer = version(url)
    assert (answer.status, len(answer.body), answer.cut) == (200, http_probe.BODY_LIMIT, True)


FORBIDDEN = {
    "169.254.169.254": True,
    "169.254.170.2": True,
    "fe80::1": True,
    "fd00:ec2::254": True,
    "::ffff:169.254.169.254": True,
    "64:ff9b::a9fe:a9fe": True,
    "127.0.0.1": False,
    "10.0.0.1": False,
    "192.0.2.1": False,
    "fd00:ec3::1": False,
    "2001:db8::1": False,
    "::ffff:10.0.0.1": False,
    "64:ff9b::a00:1": False,
}


@pytest.mark.parametrize(("address", "expected"), FORBIDDEN.items())
def test_addresses_no_service_has(address: str, expected: bool) -> None:
    """These addresses give machines their credentials over plain HTTP. Private addresses are allowed."""
    assert forbidden(ip_address(address)) is expected


def test_a_connection_to_such_an_address_is_cut_before_anything_is_sent() -> None:
    """An address is judged when the connection is there: a name may lead elsewhere than it did at the last look-up.

    No machine that runs tests has such an address, so loopback is forbidden here instead.
    """
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                received.append(connection.recv(1))

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        url = f"http://localhost:{listener.getsockname()[1]}"
        answers = http_probe.ask(url, ONE_REQUEST, None, is_forbidden=lambda address: address.is_loopback)
        thread.join(6)
    (answer,) = answers.of(Request(Smoke.version_path))
    assert (answer.lost, answer.unconnected) == (True, False)
    assert "link-local or metadata" in answer.error
    assert received == [b""]


def test_flood_is_cut() -> None:
    """A body that never ends is cut at a bound, so that it can't fill the step's memory."""
    with serving(flood) as url:
        answer = version(url)
    assert answer.status == 200
    assert len(answer.body) == http_probe.BODY_LIMIT


def test_redirect_is_not_followed() -> None:
    """A redirect is the answer: following it would prove some other server's SHA."""
    with (
        serving(body(f'{{"gitSha": "{b.SHA}"}}')) as elsewhere,
        serving(raw(f"HTTP/1.1 302 Found\r\nLocation: {elsewhere}/\r\nContent-Length: 0\r\n\r\n".encode())) as url,
    ):
        answers = everything(url, SHORT)
    assert answers.of(Request(Smoke.version_path))[0].status == 302
    assert smoke.assess(smoke.checks(answers, b.SHA, Smoke()), {}, Limits()).state == State.FAIL


@pytest.mark.parametrize("status", [b"200 OK", b"404 Not Found", b"500 Oops", b"503 Busy"])
def test_status_and_body_arrive(status: bytes) -> None:
    """Whatever the status, it is reported as it came."""
    with serving(body("hällo", status)) as url:
        answer = version(url)
    assert (answer.status, answer.body, answer.error) == (int(status[:3]), "hällo", "")


def test_body_that_is_no_text() -> None:
    """Bytes that are not UTF-8 are read all the same."""
    with serving(raw(OK % (2, b"\xff\xfe"))) as url:
        assert version(url).status == 200


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority of our own."""
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    """Return the CA bundle a service's settings would name."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def test_certificate_of_the_bundle_is_trusted(authority: trustme.CA, bundle: Path) -> None:
    """HTTPS with the service's own CA bundle works."""
    with serving(body("{}"), tls(authority, "localhost")) as url:
        assert version(url, bundle).status == 200


@pytest.mark.parametrize(
    "name", ["localhost", "other.example"], ids=["unknown authority", "unknown authority and name"]
)
def test_certificate_of_nobody_is_refused(authority: trustme.CA, name: str) -> None:
    """Without the bundle the certificate proves nothing, and no request is sent."""
    with serving(body("{}"), tls(authority, name)) as url:
        answer = version(url)
    assert answer.lost
    assert "CERTIFICATE_VERIFY_FAILED" in answer.error


def test_certificate_for_another_name_is_refused(authority: trustme.CA, bundle: Path) -> None:
    """A certificate of the right authority for another host is somebody else's."""
    with serving(body("{}"), tls(authority, "other.example")) as url:
        assert "CERTIFICATE_VERIFY_FAILED" in version(url, bundle).error


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment variable must not redirect the requests to another server."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(body("{}")) as url:
        assert version(url).status == 200


@pytest.mark.parametrize("host", ["2130706433", "127.1", "[::ffff:7f00:1]"])
def test_a_forbidden_address_in_another_spelling(host: str) -> None:
    """A spelling that only the resolver understands is judged by where it leads.

    No machine that runs tests has a metadata address, so loopback is forbidden here instead.
    """
    with serving(body("{}")) as url:
        port = url.rpartition(":")[2]
        there = f"http://{host}:{port}"
        assert http_probe.ask(there, ONE_REQUEST, None).of(Request(Smoke.version_path))[0].status == 200
        refused = http_probe.ask(there, ONE_REQUEST, None, is_forbidden=_is_this_machine)
    assert "link-local or metadata" in refused.of(Request(Smoke.version_path))[0].error


def _is_this_machine(address: Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
