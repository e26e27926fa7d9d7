"""Text that a page must not run."""

from __future__ import annotations

EVIL = "<script>alert(1)</script>\x1b[31m**[x](javascript:a)**\u202eevil"
