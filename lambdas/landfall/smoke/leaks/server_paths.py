"""Patterns of queries, and of paths and places of a server's files, in an error's body."""

from __future__ import annotations

from landfall.redaction.sought import look

SOURCE = (
    r"(?:py|jsx?|tsx?|mjs|cjs|java|kt|kts|scala|groovy|clj|go|rb|php|cs|vb|fs|rs|exs?|erl|lua|pl|pm|cfm|cfc|swift"
    r"|dart|jl"
    r"|cpp|cc|cxx|c|hs|mli?|nim|zig|cr|rkt|aspx?|cshtml|jspx?|ps1|psm1|gleam|ring|pas)"
)
_KEPT = (
    r"(?:json|toml|ya?ml|xml|ini|conf|cfg|env|properties|jks|p12|pem|key|crt|sqlite3?|db|log|html|erb|twig|jinja2?|sql)"
)
_ROOTS = r"app|srv|var|home|usr|opt|etc|code|build|src|root|workspace|workspaces|data|mnt|Users|private|go|run|proc|www"
QUERY = (
    look(r"\bSELECT [^;\n]{1,400} FROM [\w\".`\[]", "select "),
    look(r"\bINSERT INTO [\w\".`\[]", "insert into "),
    look(r"\bUPDATE [\w\".`\[\]]{1,80} SET \w", "update "),
    look(r"\bDELETE FROM [\w\".`\[]", "delete from "),
    look(r"(?i)\bselect [^;\n]{1,400} from [\w\".`]{1,80} (?:where|limit|join|order by|group by) ", "select "),
    look(r"(?i)\binsert into [\w\".`]{1,80} \(", "insert into "),
    look(r"(?i)\bupdate [\w\".`]{1,80} set [\w\".`]{1,80} ?=", "update "),
    look(r"\bMATCH \(\w{0,40}:?\w{0,40}[^\n]{0,300}\bRETURN \w", "match ("),
    look(r"\bdb\.\w{1,60}\.(?:find|aggregate|insert|update|delete|count)\w{0,20}\(", "db."),
    look(r"(?i)\bdelete from [\w\".`]{1,80} where ", "delete from "),
)
_NO_FILE = (
    r"(?i:ENOENT|EACCES|EPERM|no such file|permission denied|not found|(?:could|can)(?: ?not|n't) (?:find|open|read"
    r"|load)|failed to"
    r" (?:open|read|load|find)|unable to (?:open|read|load|find)|does not exist|FileNotFound|os error|missing file)"
)
_NO_URL = (
    r"(?<![\w.:/-])(?<!\bURL )(?<!\bGET )(?<!\bPOST )(?<!path\":\")(?<!path\": \")(?<!ur[il]\":\")(?<!instance\":\")"
)
"""The path of a request is not a leak: its sender knows it."""
_OF_A_SERVER = (
    rf"/(?:{_ROOTS})/[\w./@+-]{{1,200}}\.(?:{SOURCE}|{_KEPT}|inc|bin|pkl|csv|so|jar|war|dll|tmp|lock|pid"
    rf"|sock|dat|tpl)\b"
)
_BELOW_ROOTS = tuple(f"/{root}/" for root in _ROOTS.lower().split("|"))
PATH = (
    look(rf"{_NO_FILE}[^\n]{{0,120}}?{_NO_URL}{_OF_A_SERVER}", *_BELOW_ROOTS),
    look(rf"{_NO_URL}{_OF_A_SERVER}[^\n]{{0,60}}?{_NO_FILE}", *_BELOW_ROOTS),
    look(rf"\"syscall\": ?\"\w{{1,20}}\"[^\n]{{0,200}}?{_OF_A_SERVER}", '"syscall"'),  # an error of Node's file system
    look(r"\b[A-Za-z]:\\(?:[\w .()-]{1,80}\\){1,20}[\w .-]{1,80}\.\w{1,6}", ":\\"),
    look(r"(?<![\w/])[A-Za-z]:/(?:[\w.()-]{1,80}/){1,20}[\w.-]{1,80}\.\w{1,6}\b", ":/"),
    look(r"(?<![\w\\:])\\\\[\w.-]{1,60}\\(?:[\w.$-]{1,80}\\){1,20}[\w.-]{1,80}\.\w{1,6}\b", "\\\\"),  # a share
)
_NAMES = """py js ts mjs cjs jav kt scala groovy clj go rb php cs vb fs rs ex erl lua pl pm cf swift dart jl cpp cc
hs ml nim zig cr rkt asp jsp ps gleam ring pas json toml ya yml xml ini conf env properties jks p12 pem key crt sqlite
db log html twig jinja sql""".split()  # noqa: SIM905
PLACE = (
    look(
        rf"(?<![\w.@/\\-])(?!//)(?>(?:[\w.@-]{{0,80}}[/\\]){{1,30}})[\w.@-]{{1,100}}\.(?:{SOURCE}|{_KEPT})"
        r"(?::\d+|:? ?,? ?[Ll]ine:? \(?\d+|\(\d+\))",  # but no host with its port, as in //shop.rs:80
        *(f".{name}" for name in _NAMES),
    ),
    look(r"\"[\w-]{1,100}\.clj[cs]?\",\s?\d+\]", ".clj"),  # a frame of Clojure's Throwable->map
)
