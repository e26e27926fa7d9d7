"""Tells an answer that came out of a cache on the way by its headers: it may be an earlier release's.

- `Age` above 0: a cache stored the answer that long ago (RFC 9111, 5.1). 0 is an answer made just now.
- `X-Cache`: CloudFront (`Hit from cloudfront`, `RefreshHit from cloudfront`), Fastly (`MISS, HIT`: one entry for each
  cache), Akamai (`TCP_MEM_HIT from …`), Varnish and nginx by habit.
- `CF-Cache-Status`: https://developers.cloudflare.com/cache/concepts/cache-responses/. `EXPIRED` was asked for anew.
- `X-Proxy-Cache`, `X-Cache-Status`, `X-FastCGI-Cache`, `X-Cached`: what nginx knows as $upstream_cache_status.
- `X-LiteSpeed-Cache`, `X-Drupal-Cache`, `EO-Cache-Status` and so on: any header that is called a cache's or its
  status. `X-Rack-Cache` and `X-Symfony-Cache` say `fresh` for a hit.
- `X-Cache-Hits`: Fastly, a number for each cache; any above 0 is a hit.
- `X-Varnish`: two numbers for a hit, the second that of the request that filled the cache.
- `Cache-Status`: RFC 9211, a list of caches; the parameter `hit` says that one answered by itself.

An answer that was revalidated is a cached one too: nginx makes an ETag of a file's time and size, which two releases
that were built reproducibly share, their commits being equally long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from landfall.text.later import Later

_WORD = Later(r"hit|stale|updating|revalidated|prerender|\bfresh\b", re.IGNORECASE)
_NO_HIT = Later(r"hit[-_ ]?for[-_ ]?(pass|miss)|hit[-_ ]?(pass|miss)", re.IGNORECASE)
"""Varnish's marks of an object that is not to be cached: it was asked for."""
_SAYS_A_WORD = Later(r"(?:.+-)?cached?(?:-status|-remote)?")
"""What caches, and the recipes for them, call the header."""
_OWN = "x-nextjs-cache"
"""Next.js's own cache, inside the release."""
_COUNTS = ("age", "x-cache-hits")
_HIT_OF_VARNISH = Later(r"\d+ \d+")
_HIT_PARAMETER = Later(r";\s*hit\s*(=\s*\?1\s*)?(;|$)", re.IGNORECASE)


def source(headers: Mapping[str, str]) -> str:
    """Return the header that says that a cache answered, as `name: value`, or nothing. Names are in lower case."""
    for name, value in headers.items():
        if _is_hit(name, value):
            return f"{name}: {value[:40]}"
    return ""


def _is_hit(name: str, value: str) -> bool:
    if name in _COUNTS:
        return any(count.strip().isdigit() and int(count) > 0 for count in value[:200].split(","))
    if name == "cache-status":
        return any(_HIT_PARAMETER.search(member) for member in value.split(","))
    if name == "x-varnish":
        return _HIT_OF_VARNISH.fullmatch(value.strip()) is not None
    return name != _OWN and _SAYS_A_WORD.fullmatch(name) is not None and _says_a_hit(value)


def _says_a_hit(value: str) -> bool:
    return _WORD.search(_NO_HIT.sub("", value)) is not None
