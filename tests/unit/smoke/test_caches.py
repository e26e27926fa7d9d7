"""Headers show that an answer came from a cache. Such an answer proves nothing."""

from __future__ import annotations

import pytest

from landfall.smoke import caches

CLOUDFLARE = "https://developers.cloudflare.com/cache/concepts/cache-responses/"
FASTLY = "https://www.fastly.com/documentation/reference/http/http-headers/X-Cache"
AKAMAI = "https://techdocs.akamai.com/edge-diagnostics/docs/pragma-headers"
CLOUDFRONT = "https://repost.aws/knowledge-center/cloudfront-custom-object-caching"
NGINX = "https://nginx.org/en/docs/http/ngx_http_upstream_module.html#var_upstream_cache_status"
CACHED = (
    ({"age": "240"}, "RFC 9111, 5.1"),
    ({"age": "0, 12"}, "two caches"),
    (
        {"server-timing": 'cdn-cache-hit,cdn-pop;desc="FRA2-C1"'},
        "Amazon CloudFront Developer Guide, Server-Timing header",
    ),
    ({"server-timing": "edge; dur=1, cdn-cache; desc=HIT"}, AKAMAI),
    ({"cache-status": '"x"; fwd=stale; fwd-status=304'}, "RFC 9211, 2.3: what it had was still good"),
    ({"x-from-cache": "1"}, "https://github.com/psf/cachecontrol"),
    ({"x-cache-hit": "true"}, "what many proxies set"),
    ({"x-ac": "3.fra _atomic_dca HIT"}, "WordPress.com"),
    (
        {"x-cache": "Hit from cloudfront"},
        "https://github.com/aprin-labs/archimedes/pull/1521: no Age in the first second",
    ),
    ({"x-cache": "RefreshHit from cloudfront"}, CLOUDFRONT),
    ({"cf-cache-status": "HIT"}, CLOUDFLARE),
    ({"cf-cache-status": "STALE"}, CLOUDFLARE),
    ({"cf-cache-status": "UPDATING"}, CLOUDFLARE),
    ({"cf-cache-status": "REVALIDATED"}, CLOUDFLARE),
    ({"x-cache": "MISS, HIT", "x-cache-hits": "0, 1"}, FASTLY),
    ({"x-cache": "HIT, MISS", "x-cache-hits": "1, 0"}, f"{FASTLY}: the shield had it"),
    ({"x-cache-hits": "0, 3"}, "https://fastly.com/documentation/reference/http/http-headers/X-Cache-Hits"),
    ({"x-cache": "TCP_MEM_HIT from a23-1-2-3.deploy.akamaitechnologies.com"}, AKAMAI),
    ({"x-cache": "TCP_REFRESH_FAIL_HIT"}, AKAMAI),
    (
        {"akamai-cache-status": "HitStale from child"},
        "https://techdocs.akamai.com/property-mgr/docs/return-cache-status",
    ),
    ({"x-proxy-cache": "STALE"}, NGINX),
    ({"x-cache-status": "UPDATING"}, NGINX),
    ({"x-varnish": "32770 3"}, "https://varnish-cache.org/docs/trunk/reference/vmod_std.html"),
    ({"cache-status": "OriginCache; hit; ttl=1100"}, "RFC 9211, 2.1"),
    ({"cache-status": 'Edge; fwd=uri-miss, "Shield"; hit'}, "RFC 9211, 2"),
    ({"x-litespeed-cache": "hit"}, "https://docs.litespeedtech.com/lscache/devguide/"),
    ({"x-fastcgi-cache": "HIT"}, f"{NGINX}: by habit"),
    ({"x-drupal-cache": "HIT"}, "Drupal's page cache lies in the database: it outlives a release"),
    ({"eo-cache-status": "RefreshHit"}, "Tencent EdgeOne"),
    ({"x-rack-cache": "fresh"}, "https://github.com/rtomayko/rack-cache"),
    ({"x-symfony-cache": "GET /version: fresh"}, "https://symfony.com/doc/current/http_cache.html"),
    ({"x-vercel-cache": "PRERENDER"}, "https://vercel.com/docs/caching/cache-status"),
)
FRESH: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "no cache"),
    ({"age": "0"}, "RFC 9111: made just now"),
    ({"age": "soon"}, "no number"),
    ({"x-cache": "Miss from cloudfront"}, CLOUDFRONT),
    ({"x-cache": "Error from cloudfront"}, CLOUDFRONT),
    ({"x-cache": "MISS, MISS", "x-cache-hits": "0, 0"}, FASTLY),
    ({"x-cache": "TCP_REFRESH_MISS"}, AKAMAI),
    ({"x-cache": "hit-for-pass"}, "Varnish: an object that is marked as not to be cached"),
    ({"cf-cache-status": "MISS"}, CLOUDFLARE),
    ({"cf-cache-status": "EXPIRED"}, f"{CLOUDFLARE}: fetched anew"),
    ({"cf-cache-status": "DYNAMIC"}, CLOUDFLARE),
    ({"cf-cache-status": "BYPASS"}, CLOUDFLARE),
    ({"x-proxy-cache": "EXPIRED"}, NGINX),
    ({"x-varnish": "32770"}, "one number: a miss"),
    ({"cache-status": "ExampleCache; fwd=miss; stored"}, "RFC 9211, 2.2"),
    ({"cache-status": 'hit; fwd=bypass; detail="no hit"'}, "a cache of that name"),
    ({"server-timing": 'cdn-upstream-dns;dur=0,cdn-cache-miss,cdn-pop;desc="FRA2-C1"'}, "CloudFront: a miss"),
    ({"server-timing": "app;dur=12, cache;desc=miss"}, "W3C Server Timing"),
    ({"x-from-cache": "0"}, "https://github.com/psf/cachecontrol"),
    ({"x-ac": "3.fra _dca BYPASS"}, "WordPress.com"),
    ({"cache-control": "max-age=60"}, "may be cached from here on"),
    ({"x-rack-cache": "miss, store"}, "https://github.com/rtomayko/rack-cache"),
    ({"x-cache-key": "/hit-list"}, "a key, and no status"),
    ({"cdn-cache-control": "max-age=60, stale-if-error=5"}, "RFC 9213: may be cached from here on"),
    ({"x-nextjs-cache": "HIT"}, "the service's own, inside the release"),
)


@pytest.mark.parametrize("headers", [headers for headers, _ in CACHED], ids=[str(h) for h, _ in CACHED])
def test_a_cached_answer(headers: dict[str, str]) -> None:
    """What a cache says of its own answer is seen, and named."""
    said = caches.source(headers)
    assert said.partition(":")[0] in headers


@pytest.mark.parametrize("headers", [headers for headers, _ in FRESH], ids=[str(h) for h, _ in FRESH])
def test_a_fresh_answer(headers: dict[str, str]) -> None:
    """A CDN that passed the request on leaves the answer what it is: the service's."""
    assert caches.source(headers) == ""
