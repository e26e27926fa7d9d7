"""Asks a service over HTTP. Bounded in time and size, follows no redirect, and turns every trouble into an Answer."""

from __future__ import annotations

import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from landfall.settings import Smoke
from landfall.smoke import Answer, Answers

READ_SECONDS = 5.0
CONNECT_SECONDS = 3.0
BODY_LIMIT = 64 * 1024
"""Bytes read of an answer: a version or a health report is far smaller, and a stream may never end."""


def ask(base_url: str, smoke: Smoke, ca_bundle: Path | None, read_seconds: float = READ_SECONDS) -> Answers:
    """Make a round of smoke requests, side by side."""
    verify = ssl.create_default_context(cafile=str(ca_bundle) if ca_bundle else None)
    # keep-alive would pin every request to the one target the first was sent to
    limits = httpx.Limits(max_keepalive_connections=0)
    timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS)
    with httpx.Client(base_url=base_url, verify=verify, timeout=timeout, limits=limits) as client:
        times = smoke.identity_requests
        paths = [p for path in (smoke.version_path, smoke.live_path, smoke.ready_path) for p in [path] * times]
        with ThreadPoolExecutor(max_workers=len(paths)) as pool:
            answers = tuple(pool.map(lambda path: _get(client, path, read_seconds), paths))
    return Answers(versions=answers[:times], live=answers[times : 2 * times], ready=answers[2 * times :])


def _get(client: httpx.Client, path: str, read_seconds: float) -> Answer:
    began = time.monotonic()
    try:
        with client.stream("GET", path) as response:
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if time.monotonic() - began > read_seconds:
                    return Answer(error=f"the body took over {read_seconds:g} s", seconds=time.monotonic() - began)
                if len(body) > BODY_LIMIT:
                    break
            seconds = time.monotonic() - began
            return Answer(response.status_code, body[:BODY_LIMIT].decode("utf-8", "replace"), seconds)
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        return Answer(error=f"{type(error).__name__}: {error}"[:200], seconds=time.monotonic() - began)
