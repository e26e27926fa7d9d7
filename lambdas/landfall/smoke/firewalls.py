"""Finds out by its headers whether a firewall answered: it did not pass the request on, so the service said nothing.

- `x-amzn-waf-action`: AWS WAF's Challenge (202) and CAPTCHA (405) actions (AWS WAF Developer Guide, "How the AWS WAF
  CAPTCHA and Challenge rule actions work"). Its Block action answers a bare 403, which can't be told from a service's.
- `cf-mitigated`: Cloudflare's challenge pages (https://developers.cloudflare.com/cloudflare-challenges/,
  "Detect a Challenge Page response").
- `x-vercel-mitigated`: Vercel's firewall, `challenge` or `deny` (Vercel documentation, "Response headers").
- `x-sucuri-block`: Sucuri's firewall (Sucuri documentation, "Access denied").
"""

from __future__ import annotations

from collections.abc import Mapping

_HEADERS = ("x-amzn-waf-action", "cf-mitigated", "x-vercel-mitigated", "x-sucuri-block")


def source(headers: Mapping[str, str]) -> str:
    """Return the header by which a firewall says that it answered, as `name: value`, or nothing.

    Names are in lower case.
    """
    return next((f"{name}: {headers[name][:40]}" for name in _HEADERS if headers.get(name, "").strip()), "")
