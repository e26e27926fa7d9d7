"""What an error's body must not tell a stranger: stack traces, queries, paths and secrets, by kind.

It judges a release, so it must not mistake "password is required" for a password; redaction may.
Each pattern is plain enough to be searched in linear time, or nearly: the text is somebody else's.
"""

from __future__ import annotations

import re

from landfall.redaction import kinds

KINDS = {
    "a Python traceback": r"Traceback \(most recent call last\)|File \"[^\"\n]{1,200}\", line \d",
    "a JavaScript stack trace": r"\n {2,8}at [^\n]{1,200}:\d+:\d+\)?|node:internal/|/node_modules/",
    "a Java stack trace": r"\bat [\w.$]{1,200}\([\w]{1,100}\.(java|kt|scala):\d+\)|Exception in thread \"",
    "a .NET stack trace": r" at [\w.]{1,200}\([^)\n]{0,200}\) in [^\n]{1,200}:line \d",
    "a Go stack trace": r"goroutine \d+ \[\w|panic: runtime error",
    "a Ruby or PHP stack trace": r"\.rb:\d+:in [`']|\.php(:| on line )\d+|Stack trace:\n#0 ",
    "a database's error": r"SQLSTATE\[|ORA-\d{5}\b|syntax error at or near|SQL syntax;|sqlite3\.|psycopg|PG::\w+Error",
    "an address with a password": r"\w{2,20}://[^\s:/@]{1,100}:[^\s/@]{1,100}@",
    "an AWS access key": rf"{kinds.AWS_KEY}|(?i:aws_(secret_access_key|session_token))",
    "a private key": kinds.PRIVATE_KEY,
    "a token": r"\beyJ[\w-]{10,200}\.eyJ[\w-]{10,}|(?i:\bauthorization\"?: ?\"?(bearer|basic) [\w+/=.-]{8})",
    "a password": r"(?i:\b(password|passwd|secret|api[_-]?key)\"?\s{0,3}[=:]\s{0,3}\"?[^\s\"<>{}\[\],]{6})",
    "a social security number": kinds.SSN,
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in KINDS.items()}


def found(text: str) -> list[str]:
    """Return the kinds of things that a text tells, and nothing of the text itself."""
    return [kind for kind, pattern in _PATTERNS.items() if pattern.search(text)]
