"""Answers of a service that passes every check."""

from __future__ import annotations

from landfall import smoke
from landfall.settings.smoke import OwnCheck, Smoke
from landfall.smoke.http_answers import Answer, Request
from tests.support import builders as b

ORIGIN = "https://app.example.com"
HEADERS = {
    "content-security-policy": "default-src 'self';base-uri 'self';object-src 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-dns-prefetch-control": "off",
    "x-download-options": "noopen",
    "x-frame-options": "SAMEORIGIN",
    "x-permitted-cross-domain-policies": "none",
    "x-xss-protection": "0",
}
"""What Helmet 8 sends (https://github.com/helmetjs/helmet, README)."""
OWN = OwnCheck(
    name="schema", path="/schema", json="version", equals=42, header="X-Mode: live", body_must_not_match="secret"
)
FULL = Smoke(
    plain_port=8080,
    protected_paths=("/records",),
    cors_origin=ORIGIN,
    security_headers=("helmet",),
    base_path="/",
    checks=(OWN,),
)
URL = "https://api.example.com"
PLAIN = Request(FULL.version_path, plain_port=8080)
PREFLIGHT, SIMPLE = (
    next(r for r in smoke.requests(FULL, URL) if r.method == method and dict(r.headers).get("Origin"))
    for method in ("OPTIONS", "GET")
)
PROTECTED, ERROR, BASE, SCHEMA = (Request(p) for p in ("/records", FULL.error_path, "/", "/schema"))
GOOD = {
    Request(FULL.version_path): Answer(200, f'{{"gitSha": "{b.SHA}"}}', 0.1, headers=HEADERS),
    Request(FULL.live_path): Answer(200, "", 0.1),
    Request(FULL.ready_path): Answer(200, '{"database": "connected"}', 0.1),
    PLAIN: Answer(301, "", 0.1, headers={"location": "https://api.example.com/api/v1/version"}),
    PROTECTED: Answer(401, "{}", 0.1),
    SIMPLE: Answer(200, "", 0.1, headers={"access-control-allow-origin": ORIGIN}),
    PREFLIGHT: Answer(204, "", 0.1, headers={"access-control-allow-origin": "*"}),
    ERROR: Answer(404, "{}", 0.1),
    BASE: Answer(200, "hello", 0.1),
    SCHEMA: Answer(200, '{"version": 42}', 0.1, headers={"x-mode": "live"}),
}
