"""The probe against real servers on loopback: bounded in time and size, and every trouble becomes an Answer."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from landfall import probe, smoke
from landfall.answers import Answer, Answers, Request
from landfall.model import State
from landfall.settings import Limits
from landfall.settings_smoke import Smoke
from tests import builders as b

Behaviour = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
ONE_REQUEST = {Request(Smoke.version_path): 1}
SHORT = Smoke(identity_requests=3)


@contextmanager
def serving(behave: Behaviour, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Run a server on loopback that reads each request's head and then behaves as told."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) if context else connection as plain:
                plain.settimeout(5)
                while b"\r\n\r\n" not in plain.recv(65536):
                    pass
                behave(plain)
        except OSError:
            pass  # the probe went away: that is its right

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"{'https' if context else 'http'}://localhost:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def body(text: str, status: bytes = b"200 OK") -> Behaviour:
    """Answer with a body."""
    raw = text.encode()
    return lambda c: c.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(raw), raw))


def raw(data: bytes) -> Behaviour:
    """Answer with these bytes and close."""
    return lambda c: c.sendall(data)


def trickle(connection: socket.socket) -> None:
    """Send a good body, a byte at a time, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1\r\n \r\n")
        time.sleep(0.02)


def flood(connection: socket.socket) -> None:
    """Send a body that never ends, as fast as it goes."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def silence(connection: socket.socket) -> None:
    """Take the request and never answer."""
    time.sleep(5)


def version(url: str, ca: Path | None = None, patience: float = probe.READ_SECONDS) -> Answer:
    """Ask for the version once."""
    return probe.ask(url, ONE_REQUEST, ca, patience).of(Request(Smoke.version_path))[0]


def everything(url: str, suite: Smoke) -> Answers:
    """Ask all that a suite wants."""
    return probe.ask(url, smoke.requests(suite, url), None)


def test_good_answers() -> None:
    """A round asks for version, liveness and readiness, and what comes back is judged good."""
    with serving(body(f'{{"gitSha": "{b.SHA}", "database": "connected"}}')) as url:
        answers = everything(url, SHORT)
    assert [a.status for several in answers.given.values() for a in several] == [200] * 10
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
        everything(url, Smoke(identity_requests=10))
    assert len(connections) == 31


def test_paths_lie_below_the_base_url() -> None:
    """A service behind a path prefix is asked below it, with the paths of its settings."""
    heads: list[bytes] = []

    def note(connection: socket.socket) -> None:
        body("{}")(connection)

    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        for _ in range(4):
            connection, _ = listener.accept()
            with connection:
                heads.append(connection.recv(65536).split(b"\r\n")[0])
                note(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    smoke_settings = Smoke(version_path="/v", live_path="/l", ready_path="/r", error_path="/e", identity_requests=1)
    everything(f"http://127.0.0.1:{listener.getsockname()[1]}/base", smoke_settings)
    thread.join(5)
    listener.close()
    assert sorted(heads) == [
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
    assert answer.seconds < 3


def test_trickle_is_lost() -> None:
    """A body that trickles for ever is a timeout, not an answer without our SHA: that would be final (law 8)."""
    with serving(trickle) as url:
        answer = version(url, patience=0.3)
    assert answer.lost
    assert "took over" in answer.error
    assert answer.seconds < 3


def test_flood_is_cut() -> None:
    """A body that never ends is cut at a bound, so that it can't fill the step's memory."""
    with serving(flood) as url:
        answer = version(url)
    assert answer.status == 200
    assert len(answer.body) == probe.BODY_LIMIT


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


def tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """Return a server's TLS, with a certificate for `name`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


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
