"""Decides whether browsers obey the value of a security header. A weak value is the owner's choice.

A header that is sent more than once arrives as one value with commas, as in the Fetch standard. Each rule below follows
the header's standard. Headers that are not listed may have any value.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from landfall.text.lazy_pattern import Later

_DIRECTIVE = Later(
    r"(?:child|connect|default|fenced-frame|font|frame|img|manifest|media|object|script|style|worker)-src"
    r"|(?:script|style)-src-(?:elem|attr)|base-uri|form-action|frame-ancestors|sandbox|webrtc"
    r"|require-trusted-types-for|trusted-types|upgrade-insecure-requests|block-all-mixed-content"
)
"""What browsers know. They dropped plugin-types, prefetch-src, require-sri-for and navigate-to (MDN, Content-Security-
Policy, deprecated directives; w3c/webappsec-csp#559)."""
_MAX_AGE = Later(r'max-age\s*=\s*"?(\d+)"?', re.IGNORECASE)
_BETWEEN_MEMBERS = Later(r",(?![^()]*\))")
_ITEM = r"(?:\*|[A-Za-z][\w.:/*+~-]*|\"[^\"]*\")"
_MEMBER = Later(
    rf"[a-z*][a-z0-9_.*-]*=(?:\( *(?:{_ITEM}(?: +{_ITEM})*)? *\)|[*\w?\":/.-]+)(?:; *[a-z*][\w.*-]*(?:={_ITEM})?)*"
)
"""RFC 9651, dictionaries: blanks separate the items of a list, quotes are double, and no parameter is a list."""
_CLEARED = Later(r'"(?:cache|clientHints|cookies|executionContexts|prefetchCache|prerenderCache|storage|\*)"')
_REFERRER_POLICIES = frozenset(
    {
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    }
)


def says_something(name: str, value: str) -> bool:
    """Say whether browsers obey the value of a header (name in lower case), and it does not switch itself off."""
    rule = _RULES.get(name)
    return rule is None or rule(value)


def _list(value: str) -> list[str]:
    return [each.strip().lower() for each in value.split(",")]


def _transport_security(value: str) -> bool:
    """The first of several headers counts. `max-age` is required, and 0 removes the policy (RFC 6797, 6.1, 8.1)."""
    ages = [_MAX_AGE.fullmatch(part.strip()) for part in value.partition(",")[0].split(";")]
    found = [age for age in ages if age]
    return len(found) == 1 and int(found[0][1][:20]) > 0


def _frame_options(value: str) -> bool:
    """Browsers know DENY and SAMEORIGIN. If several values are sent, one known value is enough to refuse every frame.

    https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-x-frame-options-header. ALLOWALL or ALLOW-FROM
    alone is ignored (web-platform-tests, x-frame-options/invalid.html).
    """
    return not {"deny", "sameorigin"}.isdisjoint(_list(value))


def _content_type_options(value: str) -> bool:
    """The first value is `nosniff` (https://fetch.spec.whatwg.org/#x-content-type-options-header)."""
    return _list(value)[0] == "nosniff"


def _content_security_policy(value: str) -> bool:
    """One of the policies has a directive that does more than report. Browsers ignore names that they don't know.

    https://www.w3.org/TR/CSP3/#parse-serialized-policy
    """
    directives = [part.split() for policy in value.split(",") for part in policy.split(";")]
    names = [words[0].lower() for words in directives if words]
    return any(_DIRECTIVE.fullmatch(name) for name in names)


def _referrer_policy(value: str) -> bool:
    """The last policy that browsers know counts. `unsafe-url` sends the address to everybody (Referrer Policy, 8.1)."""
    known = [policy for policy in _list(value) if policy in _REFERRER_POLICIES]
    return bool(known) and known[-1] != "unsafe-url"


def _permissions_policy(value: str) -> bool:
    """Every member gives a feature its list. If one is malformed, browsers ignore the whole header (RFC 9651, 4.2).

    The syntax of Feature-Policy (`camera 'none'; …`) is malformed
    (https://www.w3.org/TR/permissions-policy/#policy-serialization).
    """
    return all(_MEMBER.fullmatch(member.strip()) for member in _BETWEEN_MEMBERS.compiled.split(value))


def _clear_site_data(value: str) -> bool:
    """One of its words, in quotes (https://www.w3.org/TR/clear-site-data/#header)."""
    return any(_CLEARED.fullmatch(each.strip()) for each in value.split(","))


def _item_of(*known: str) -> Callable[[str], bool]:
    """One of these words, with or without parameters. A list is ignored (RFC 9651, items)."""
    return lambda value: value.partition(";")[0].strip() in known and "," not in re.sub(r'"[^"]*"', "", value)


def _word_of(*known: str) -> Callable[[str], bool]:
    """Exactly one of these words, in any case."""
    return lambda value: value.strip().lower() in known


_RULES: dict[str, Callable[[str], bool]] = {
    "strict-transport-security": _transport_security,
    "x-frame-options": _frame_options,
    "x-content-type-options": _content_type_options,
    "content-security-policy": _content_security_policy,
    "referrer-policy": _referrer_policy,
    # https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies; unsafe-none has no effect
    "cross-origin-opener-policy": _item_of("same-origin", "same-origin-allow-popups", "noopener-allow-popups"),
    "cross-origin-embedder-policy": _item_of("require-corp", "credentialless"),
    # https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header; cross-origin is often intended
    "cross-origin-resource-policy": lambda value: value.strip() in ("same-origin", "same-site", "cross-origin"),
    # https://html.spec.whatwg.org/multipage/browsers.html#origin-keyed-agent-clusters
    "origin-agent-cluster": _item_of("?1"),
    # the rest are for Internet Explorer and Adobe's players, as listed by OWASP's Secure Headers Project
    "x-download-options": _word_of("noopen"),
    "x-permitted-cross-domain-policies": _word_of(
        "none", "none-this-response", "master-only", "by-content-type", "by-ftp-filename"
    ),
    # Helmet sends 0, since the filter of old browsers did harm (MDN, X-XSS-Protection)
    "x-xss-protection": lambda value: value.strip()[:1] in ("0", "1"),
    "x-dns-prefetch-control": _word_of("on", "off"),
    "permissions-policy": _permissions_policy,
    "clear-site-data": _clear_site_data,
}
