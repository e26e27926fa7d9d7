"""Rules for an answer's headers: `Name` has an effective value, `Name: value` this value, `!Name` is absent.

`helmet` means the defaults of Helmet 8 (https://github.com/helmetjs/helmet, README): it sets twelve headers and removes
X-Powered-By. Each service chooses their values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from landfall.smoke import header_values

HELMET = (
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Origin-Agent-Cluster",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-DNS-Prefetch-Control",
    "X-Download-Options",
    "X-Frame-Options",
    "X-Permitted-Cross-Domain-Policies",
    "X-XSS-Protection",
    "!X-Powered-By",
)


def expanded(rules: Iterable[str]) -> tuple[str, ...]:
    """Return the rules with `helmet` expanded."""
    return tuple(each for rule in rules for each in (HELMET if rule == "helmet" else (rule,)))


def broken(rules: Iterable[str], headers: Mapping[str, str]) -> list[str]:
    """Return the rules that an answer's headers (names in lower case) break."""
    return [rule for rule in rules if not _kept(rule, headers)]


def _kept(rule: str, headers: Mapping[str, str]) -> bool:
    text, colon, value = rule.partition(":")
    name = text.removeprefix("!").strip().lower()
    found = headers.get(name)
    if rule.startswith("!"):
        return found is None
    if found is None:
        return False
    return found.strip() == value.strip() if colon else header_values.says_something(name, found)
