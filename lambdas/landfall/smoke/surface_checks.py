"""The security checks of a service: plain HTTP, protected endpoints, CORS, headers, error bodies."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from landfall.settings.smoke import FEW, Smoke
from landfall.smoke import header_rules, leaks
from landfall.smoke.case import FAIL, PASS, RETRY, SKIP, Case, Reply, Seen, every, good_if, overall, worst
from landfall.smoke.http_answers import Answer, Request

REDIRECTS = frozenset({301, 302, 303, 307, 308})
CLIENT_ERRORS, SERVER_ERRORS = 400, 500
HTTP_PORT, HTTPS_PORT = 80, 443


def https_only(smoke: Smoke, base_url: str) -> Case:
    """Plain HTTP must be refused, or redirected to HTTPS on the same host."""
    expected = "plain HTTP refused, or redirected to HTTPS"
    url = urlsplit(base_url)
    port = smoke.plain_port or (HTTP_PORT if url.port in (None, HTTPS_PORT) else 0)
    skip = ""
    if url.scheme != "https":
        skip = "not asked: the base URL is not https"
    elif not port:
        skip = f"not asked: no plain_port in services.toml, and port {url.port} has no usual plain port"
    plain = Request(smoke.version_path, plain_port=port)

    def judge(replies: Sequence[Reply]) -> Seen:
        reached = any(not a.lost for request, a in replies if request != plain)
        over_plain = [(request, a) for request, a in replies if request == plain]
        return overall(over_plain, [_plain(a, url.hostname, reached) for _, a in over_plain])

    return Case("https only", expected, judge, {plain: FEW, Request(smoke.version_path): FEW}, skip)


def _plain(answer: Answer, host: str | None, reached: bool) -> Seen:
    """Judge an answer over plain HTTP. A refused connection counts only if the host is `reached` over HTTPS."""
    if answer.unconnected and reached:
        return PASS, f"no connection on the plain port ({answer.error.partition(':')[0]})"
    if answer.lost:
        return RETRY, answer.seen
    if answer.status in REDIRECTS:
        try:
            target = urlsplit(answer.headers.get("location", ""))
            secure = target.scheme == "https" and target.hostname == host
        except ValueError:
            secure = False
        return good_if(secure, f"{answer.seen} to {'HTTPS' if secure else 'elsewhere, or to plain HTTP'}")
    return good_if(CLIENT_ERRORS <= answer.status < SERVER_ERRORS, f"{answer.seen} over plain HTTP")


def authentication(smoke: Smoke) -> Case:
    """A request without credentials must be refused."""
    status = smoke.protected_status
    needs = {Request(path): FEW for path in smoke.protected_paths}
    skip = "" if needs else "not asked: no protected_paths in services.toml"
    look = every(lambda request, a: good_if(a.status == status, f"{a.seen} from {request}"), fresh=True)
    return Case("authentication", f"HTTP {status} without credentials", look, needs, skip)


def cors(smoke: Smoke) -> Case:
    """The configured origin must be allowed, for a simple request and a preflight (Fetch standard, CORS protocol).

    With credentials the answer must name the origin and say `true` in lower case; browsers then don't accept `*` (Fetch
    standard, CORS check).
    """
    origin, path = smoke.cors_origin or "", smoke.cors_path or smoke.version_path
    simple = Request(path, headers=(("Origin", origin),))
    preflight = Request(path, "OPTIONS", (*simple.headers, ("Access-Control-Request-Method", "GET")))

    def look(request: Request, answer: Answer) -> Seen:
        allowed = answer.headers.get("access-control-allow-origin")
        if request == preflight and not 200 <= answer.status < 300:  # noqa: PLR2004  the standard's "ok status"
            return FAIL, f"{answer.seen} to the preflight"
        if smoke.cors_credentials and answer.headers.get("access-control-allow-credentials") != "true":
            return FAIL, f"no access-control-allow-credentials: true from {request}"
        good = allowed == origin or (allowed == "*" and not smoke.cors_credentials)
        return good_if(good, f"{allowed or 'no access-control-allow-origin'} from {request}")

    skip = "" if origin else "not asked: no cors_origin in services.toml"
    expected = f"{origin or 'an origin'} is allowed{' with credentials' if smoke.cors_credentials else ''}"
    return Case("cors", expected, every(look), {simple: FEW, preflight: FEW}, skip)


def security_headers(smoke: Smoke) -> Case:
    """Answers must have the security headers."""
    rules = header_rules.expanded(smoke.security_headers)

    def look(_: Request, answer: Answer) -> Seen:
        broken = header_rules.broken(rules, answer.headers)
        return good_if(
            not broken, f"{len(broken)} missing or wrong: {', '.join(broken)}" if broken else "all as expected"
        )

    skip = "" if rules else "not asked: no security_headers in services.toml"
    needs = {Request(smoke.version_path): FEW}
    return Case("security headers", f"{len(rules)} headers as configured", every(look, fresh=True), needs, skip)


def error_bodies(smoke: Smoke) -> Case:
    """Error bodies must not leak data. One leak decides; an answer that is not an error is not judged.

    An answer from a cache is not judged either, since it may be an old error page of an earlier release.
    """
    needs = {Request(path): FEW for path in (smoke.error_path, *smoke.protected_paths)}

    def look(request: Request, answer: Answer) -> Seen:
        if answer.status < CLIENT_ERRORS:
            return SKIP, f"{answer.seen} from {request} is not an error"
        if answer.cached:
            return SKIP, f"{answer.seen} from {request} came from a cache"
        kinds = leaks.found(answer.body)
        return good_if(not kinds, f"{answer.seen} from {request} shows {', '.join(kinds) or 'nothing'}")

    def judge(replies: Sequence[Reply]) -> Seen:
        found = [(RETRY, a.seen) if a.lost else look(request, a) for request, a in replies]
        return worst([one for one in found if one[0] != SKIP] or found)

    return Case("error bodies", "no trace, secret or personal data", judge, needs)
