"""Finds out by its headers whether an answer came from a cache, since it may then be an earlier release's.

- `Age` above 0: a cache stored the answer that long ago (RFC 9111, 5.1). 0 means a fresh answer.
- `X-Cache`: CloudFront (`Hit from cloudfront`, `RefreshHit from cloudfront`), Fastly (`MISS, HIT`: one entry for each
  cache), Akamai (`TCP_MEM_HIT from …`), and common configurations of Varnish and nginx.
- `CF-Cache-Status`: https://developers.cloudflare.com/cache/concepts/cache-responses/. `EXPIRED` was fetched again.
- `X-Proxy-Cache`, `X-Cache-Status`, `X-FastCGI-Cache`, `X-Cached`: nginx's $upstream_cache_status.
- `X-LiteSpeed-Cache`, `X-Drupal-Cache`, `EO-Cache-Status` and so on: any header with the name of a cache or of a
  cache's status. `X-Rack-Cache` and `X-Symfony-Cache` say `fresh` for a hit.
- `FunctionGeneratedResponse from cloudfront`, `LambdaGeneratedResponse from cloudfront`: made at CloudFront's edge.
- `X-Cache-Detail` (Apache), `X-SRCache-Fetch-Status` (OpenResty), `X-Magento-Cache-Debug`: any other header whose name
  has `cache` in it counts if a hit is all that it says. `X-Cache-Lookup` counts only if there is no `X-Cache`: Squid
  says `HIT` there also for an entry that it then fetched again.
- `Warning: 110`, `Warning: 111`: a stale answer (RFC 7234, 5.5).
- `X-Cache-Hits`: Fastly, a number for each cache; any above 0 is a hit.
- `X-Varnish`: two numbers for a hit; the second is the request that filled the cache.
- `Cache-Status`: RFC 9211, a list of caches; the parameter `hit` says that one answered, `fwd-status=304` that what it
  had was still good.
- `Server-Timing`: CloudFront (`cdn-cache-hit`, `cdn-cache-refresh`; Amazon CloudFront Developer Guide, "Server-Timing
  header"), Akamai and others (`cdn-cache; desc=HIT`).
- `X-From-Cache`, `X-Cache-Hit`: a `1` or `true` is a hit. `X-ac`: WordPress.com (`3.fra _atomic_dca HIT`).

A revalidated answer counts as cached too. nginx makes an ETag from a file's time and size. Two reproducibly built
releases can have the same ETag, since their commits have the same length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from landfall.text.lazy_pattern import Later

_WORD = Later(r"hit|stale|updating|revalidated|prerender|\bfresh\b|generatedresponse", re.IGNORECASE)
_ALL = Later(r"\"?(?:cache )?(?:tcp_\w*)?(?:hit|stale|updating|revalidated)\"?(?: from .*)?", re.IGNORECASE)
_OF_A_CACHE = Later(r"(?:.+-)?(?:sr)?cache-(?!keys?$|tags?$|groups?$|control$).+")
_STALE = Later(r"\s*11[01]\s")
_LOOKUP = "x-cache-lookup"
_NO_HIT = Later(r"hit[-_ ]?for[-_ ]?(pass|miss)|hit[-_ ]?(pass|miss)", re.IGNORECASE)
"""Varnish's marks for an object that must not be cached, so the service answered."""
_SAYS_A_WORD = Later(r"(?:.+-)?cached?(?:-status|-remote)?")
"""Names of the header in caches and in common configurations."""
_OWN = "x-nextjs-cache"
"""Next.js's own cache, inside the release."""
_HIT_OF_VARNISH = Later(r"\d+ \d+")
_HIT_PARAMETER = Later(r";\s*(?:hit\s*(=\s*\?1\s*)?|fwd-status\s*=\s*304\s*)(;|$)", re.IGNORECASE)
_HIT_TIMING = Later(r"cdn-cache-(?:hit|refresh)\b|(?:[\w-]{1,20}-)?cache\s?;\s?desc\s?=\s?\"?hit\b", re.IGNORECASE)
_SAYS_YES = Later(r"(?:.+-)?(?:from-cache|cache-hit)")


def source(headers: Mapping[str, str]) -> str:
    """Return the header that says that a cache answered, as `name: value`, or nothing. Names are in lower case."""
    for name, value in headers.items():
        if _is_hit(name, value) and not (name == _LOOKUP and "x-cache" in headers):
            return f"{name}: {value[:40]}"
    return ""


def _is_hit(name: str, value: str) -> bool:
    rule = _OF_A_NAME.get(name)
    if rule is not None:
        return rule(value)
    if _SAYS_YES.fullmatch(name):
        return value.strip().lower() in ("1", "true", "yes", "hit")
    if _SAYS_A_WORD.fullmatch(name):
        return name != _OWN and _says_a_hit(value)
    return _OF_A_CACHE.fullmatch(name) is not None and _ALL.fullmatch(value.strip()) is not None


def _counts(value: str) -> bool:
    return any(count.strip().isdigit() and int(count) > 0 for count in value[:200].split(","))


def _says_a_hit(value: str) -> bool:
    return _WORD.search(_NO_HIT.sub("", value)) is not None


_OF_A_NAME: dict[str, Callable[[str], bool]] = {
    "age": _counts,
    "x-cache-hits": _counts,
    "cache-status": lambda value: any(_HIT_PARAMETER.search(member) for member in value.split(",")),
    "x-varnish": lambda value: _HIT_OF_VARNISH.fullmatch(value.strip()) is not None,
    "server-timing": lambda value: any(_HIT_TIMING.match(metric.strip()) for metric in value[:2000].split(",")),
    "x-ac": lambda value: value.split()[-1:] in (["HIT"], ["STALE"], ["UPDATING"]),
    "warning": lambda value: _STALE.match(value) is not None,
}
