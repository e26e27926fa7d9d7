"""The services of the tests that kill and stop."""

from __future__ import annotations

SERVICE, GATED, CHECKED = "creek", "sluice", "jetty"
