"""Checks what is sent over HTTP: addresses, paths and headers in services.toml."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from landfall.secret import Secret
from landfall.settings_file import aws_names
from landfall.settings_file.problem import LONGEST, Problems
from landfall.text.lazy_pattern import Later

Where = tuple[str, ...]
TOKEN = Later(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
"""A header's name."""
_LABEL = Later(r"(?!-)[\w-]{1,63}(?<!-)")
_NUMBER = Later(r"\d+|0[xX][0-9A-Fa-f]*")
_LONGEST_NAME = 253
_USUAL_PORT = {"http": 80, "https": 443}
_TEXT = Later(r"[ -~]{0,200}")
_PATH = Later(r"/[!-~]*")
OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "upgrade"})
"""Headers that only Landfall may set, since they say where a request goes and how it is read."""


def path(value: str | None, where: Where, problem: Problems) -> None:
    """Check a path that is requested. Raises SettingsError."""
    if value is None:
        return
    if not value.startswith("/"):
        raise problem.at(where, f"{value!r} must begin with '/'")
    if value.startswith("//"):
        raise problem.at(where, f"{value!r} reads as another host; begin it with one '/'")
    if not _PATH.fullmatch(value) or len(value) > LONGEST or "#" in value:
        way_out = f"at most {LONGEST} characters of printable ASCII without blanks or '#'"
        raise problem.at(where, f"{value!r} can't be requested; it takes {way_out}")


def sent(name: str, value: str | Secret, where: Where, problem: Problems) -> None:
    """Check a header that is sent. Raises SettingsError."""
    if not TOKEN.fullmatch(name) or name.lower() in OURS:
        raise problem.at(where, f"{name!r} can't be sent; it takes a header's name, except {', '.join(sorted(OURS))}")
    text = value.prefix if isinstance(value, Secret) else value
    if not _TEXT.fullmatch(text):
        raise problem.at(where, f"{text!r} can't be sent; it takes at most 200 characters of printable ASCII")
    if isinstance(value, Secret) and not aws_names.is_secret_name(value.secret):
        way_out = "at most 512 letters, digits and /_+=.@-: only the name, not an ARN, without its suffix"
        raise problem.at(where, f"{value.secret!r} is not a secret's name; it takes {way_out}")


def is_host(host: str) -> bool:
    """Say whether a URL's host can be a name in the DNS, or is an IP address in its usual form.

    A name whose last label is a number is an IPv4 address for curl and browsers: 2852039166 is 169.254.169.254
    (https://url.spec.whatwg.org/#concept-host-parser, "ends in a number").
    """
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        labels = host.removesuffix(".").split(".")
        return len(host) <= _LONGEST_NAME and all(map(_LABEL.fullmatch, labels)) and not _NUMBER.fullmatch(labels[-1])
    return True


def is_url(text: str) -> bool:
    """Say whether a text is a URL that requests can be sent to."""
    try:
        url = urlsplit(text)
        known = url.scheme in ("http", "https") and is_host(url.hostname or "") and url.port != 0
    except ValueError:
        return False
    return bool(known and text.isprintable() and " " not in text and not (url.query or url.fragment or url.username))


def is_origin(text: str) -> bool:
    """Say whether browsers send this origin: in lower case, without the scheme's own port (RFC 6454, 6.2)."""
    try:
        url = urlsplit(text)
        usual = url.port is None or url.port not in (0, _USUAL_PORT.get(url.scheme, 0))
    except ValueError:
        return False
    known = usual and is_host(url.hostname or "") and not url.username
    return bool(known and text.isprintable()) and f"{url.scheme}://{url.netloc}".lower() == text
