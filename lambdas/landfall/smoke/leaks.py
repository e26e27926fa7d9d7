"""What an error's body must not tell a stranger: stack traces, queries, paths and secrets, by kind.

It judges a release, so it must not mistake "password is required" for a password; redaction may.
Each pattern is plain enough to be searched in linear time, or nearly: the text is somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from landfall.redaction import kinds, labelled, tokens
from landfall.redaction.prose import is_prose
from landfall.smoke.spelled import Spelled, spelled

_SOURCE = (
    r"(?:py|jsx?|tsx?|mjs|cjs|java|kt|kts|scala|groovy|clj|go|rb|php|cs|vb|fs|rs|exs?|erl|lua|pl|pm|cfm|cfc|swift"
    r"|dart|jl"
    r"|cpp|cc|hs)"
)
_KEPT = (
    r"(?:json|toml|ya?ml|xml|ini|conf|cfg|env|properties|jks|p12|pem|key|crt|sqlite3?|db|log|html|erb|twig|jinja2?|sql)"
)
_ROOTS = r"(?:app|srv|var|home|usr|opt|etc|code|build|src|root|workspaces?|data|mnt|Users|private|go|run|proc|www)"
_TEMPLATES = r"(?:twig|erb|jinja2?|j2|haml|ejs|hbs|vue|html|tmpl|blade\.php)"
TRACES = {
    "a Python traceback": r"Traceback \(most recent call last\)|File \"[^\"\n]{1,200}\", line \d",
    "a JavaScript stack trace": (
        rf"(?:^|\n)\s{{1,12}}at [^\n]{{0,200}}?[\w./-]\.{_SOURCE}:\d+:\d+"
        rf"|\(node:[\w/]{{1,60}}:\d+:\d+\)|node:internal/"
        rf"|/node_modules/|\bat ext:[\w/.]{{1,100}}:\d"
    ),
    "a Java stack trace": (
        r"\bat [\w.$/<>@-]{1,200}\((?:[\w$]{1,100}\.(?:java|kt|scala|groovy|clj):\d+|Native Method|Unknown Source)\)"
        r"|Exception in thread \"|\bcoldfusion\.\w|(?:nested exception is|Caused by:) (?:\w{1,40}\.){2,8}\w{1,80}"
        r"|\bscala\.MatchError|\(through reference chain: "
        r"|(?:^|[\s\"'(])(?:[a-z]\w{0,40}\.){2,10}[A-Z][\w$]{0,80}(?:Exception|Error)(?=: |\s*$|\n|[)\"'])"
    ),
    "a .NET stack trace": (
        r" at [\w.`<>+\[\],]{1,200}\([^)\n]{0,200}\) in [^\n]{1,200}:line \d"
        r"|\bSystem\.(?:\w{1,40}\.){0,6}\w{1,60}Exception: "
        r"|(?:^|\n) {2,6}at (?:[A-Z]\w{0,60}\.){1,10}[\w`<>+]{1,80}\(|\bObject reference not set to an instance"
        r"|\bMicrosoft\.(?:\w{1,40}\.){1,6}\w{1,60}Exception\b"
    ),
    "a Go stack trace": (
        r"\bcannot unmarshal \w{1,20} into Go |\btemplate: ?[\w./-]{1,80}:\d+|\bsql: (?:Scan error|no rows|converting)|"
        r"goroutine \d+ \[\w|panic: runtime error|runtime error: (?:index|slice|invalid|integer|hash)"
        r"|\n\t/[^\s]{1,200}\.go:\d"
    ),
    "a Ruby or PHP stack trace": (
        r"\.rb:\d+:in [`']|\.php(?::\d+|\(\d+\)| on line \d+)|Stack trace:\n#0 |(?:^|\n)#\d+ [/{][^\n]{1,200}\.php"
        r"|Whoops\\|ActionController::\w{1,60}Error|Rails\.root: "
        r"|#<(?:\w{1,60}::){0,6}\w{0,60}(?:Error|Exception): "
        r"|\bundefined (?:local variable or )?method [`'][^'\n]{1,80}' for\b"
    ),
    "a stack trace": (
        r"\*\* \(\w[\w.]{0,80}\) |\{file,\s?\"[^\"\n]{1,200}\"\},\s?\{line,\d+\}|stack traceback:|[Ss]tack backtrace:"
        r"|\bpanicked at |\brust_begin_unwind\b|\b_build/|\bat /[^\s]{1,200}\.(?:p[lm]|cgi) line \d"
        r"|\bcalled `(?:Option|Result)::\w{1,20}\(\)` on |: file [\w./-]{1,200}\.swift, line \d|\bRequire stack:\n"
        rf"|\"[\w./@-]{{1,200}}\.{_TEMPLATES}\" at line \d"
    ),
    "a debugging page": (
        r"Werkzeug Debugger|debugger caught an exception in your WSGI|because you have <code>DEBUG = True"
        r"|<title>phpinfo\(\)"
        r"|\bException (?:Value|Location|Type): ?\S|Exception Value:</|Struts Problem Report|\bSymfony Exception\b"
        r"|Whoops! There was an error"
    ),
}
"""By the language that writes them."""
_DATABASE = (
    r"SQLSTATE\[|\bORA-\d{5}\b|syntax error at or near|SQL syntax[;:]|error in your SQL|SQL statement:"
    r"|\bsqlite3?\.\w|SQLITE_[A-Z]{4}"
    r"|psycopg|pymysql|PG::\w+|\bpq: |Jdbc(?:SQL|Exception)|SQLSyntaxError|SQLException|could not execute"
    r" (?:statement|query)"
    r"|(?:relation|table|column) [\"'`]?[\w.]{1,100}[\"'`]? (?:of relation [\"'`]?\w{1,80}[\"'`]? )?(?:does not"
    r"|doesn't) exist"
    r"|Table '[^'\n]{1,100}' doesn't exist|Unknown column '|no such (?:table|column): |Unclosed quotation mark"
    r"|Incorrect syntax near"
    r"|violates (?:unique|foreign key|not-null|check|exclusion) constraint|Duplicate entry '[^'\n]{0,200}' for key"
    r"|Invalid object name '"
    r"|duplicate key value violates|\bE11000 duplicate|Mongo(?:Server|Network|Bulk)?\w{0,30}Error"
    r"|prisma\.\w{1,60}\.\w{1,40}\("
    r"|QueryFailedError|Sequelize\w{1,40}Error|ActiveRecord::\w|Doctrine\\DBAL|Illuminate\\+Database"
    r"|query_shard_exception"
    r"|index_not_found_exception|WRONGTYPE Operation|DB2 SQL [Ee]rror|Npgsql\.|\[SQL: |\bDETAIL:  (?:Key|Failing)"
    r"|org\.hibernate\."
    r"|sqlalchemy\.exc|redis\.exceptions|CassandraInvalid|ER_[A-Z]{3,20}_[A-Z_]{3,40}"
)
_DATABASES = (
    r"\bPLS-\d{5}\b|\bColumn '[\w.]{1,80}' cannot be null|a foreign key constraint fails"
    r"|Access denied for user '[^'\n]{0,80}'@'"
    r"|\bViolation of (?:PRIMARY|UNIQUE) KEY|\bConversion failed when converting|\bLogin failed for user '"
    r"|\bInvalid column name '"
    r"|\binvalid input (?:syntax|value) for (?:type|enum|integer)|\bpermission denied for (?:table|relation|schema"
    r"|database"
    r"|sequence|column) \w|\bpassword authentication failed for user|\boperator does not exist: "
    r"|\bfunction [\w.]{1,80}\([^)\n]{0,200}\)"
    r" does not exist|\bcurrent transaction is aborted|\bsearch_phase_execution_exception|\bOLE DB Provider\b"
    r"|\bADODB\.\w"
    r"|\bMicrosoft VBScript (?:runtime|compilation)|\bJET Database Engine|\bvalue too long for type character"
    r"|\bdeadlock detected\b"
    r"|\bdivision by zero\b.{0,40}\bSQL|\bData too long for column|\bIncorrect \w{1,20} value: '"
    r"|\bToo many connections\b"
    r"|\bcannot insert duplicate key|\bString or binary data would be truncated|\bThe (?:INSERT|UPDATE"
    r"|DELETE) statement conflicted"
)
"""What databases say in sentences of their own."""
_QUERY = (
    r"\bSELECT [^;\n]{1,400} FROM [\w\".`\[]|\bINSERT INTO [\w\".`\[]|\bUPDATE [\w\".`\[\]]{1,80} SET \w|\bDELETE"
    r" FROM [\w\".`\[]"
    r"|(?i:\bselect [^;\n]{1,400} from [\w\".`]{1,80} (?:where|limit|join|order by|group by) |\binsert into"
    r" [\w\".`]{1,80} \("
    r"|\bupdate [\w\".`]{1,80} set [\w\".`]{1,80} ?=|\bdelete from [\w\".`]{1,80} where )"
)
_NO_FILE = (
    r"(?i:ENOENT|EACCES|EPERM|no such file|permission denied|not found|(?:could|can)(?: ?not|n't) (?:find|open|read"
    r"|load)|failed to"
    r" (?:open|read|load|find)|unable to (?:open|read|load|find)|does not exist|FileNotFound|os error|missing file)"
)
_NO_URL = (
    r"(?<![\w.:/-])(?<!\bURL )(?<!\bGET )(?<!\bPOST )(?<!path\":\")(?<!path\": \")(?<!ur[il]\":\")(?<!instance\":\")"
)
"""A path of a request is its sender's own."""
_PATH = (
    rf"{_NO_FILE}[^\n]{{0,120}}?{_NO_URL}/{_ROOTS}/[\w./@+-]{{1,200}}\.(?:{_SOURCE}|{_KEPT})\b"
    rf"|{_NO_URL}/{_ROOTS}/[\w./@+-]{{1,200}}\.(?:{_SOURCE}|{_KEPT})\b[^\n]{{0,60}}?{_NO_FILE}"
    r"|\b[A-Za-z]:\\(?:[\w .()-]{1,80}\\){1,20}[\w .-]{1,80}\.\w{1,6}"
)
_PLACE = (
    rf"(?<![\w.@/\\-])(?:[\w.@-]{{0,80}}[/\\]){{1,30}}+[\w.@-]{{1,100}}\.(?:{_SOURCE}|{_KEPT})"
    r"(?::\d+|:? ?,? ?line \d+|\(\d+\))"
)
KINDS = {
    **TRACES,
    "a database's error": f"{_DATABASE}|{_DATABASES}",
    "a query": _QUERY,
    "an address with a password": r"\b\w{2,20}://[^\s:/@]{0,100}:(?!\*{3}|<|\[|x{4}|pass(?:word)?@)[^\s/@]{1,100}@",
    "an AWS access key": kinds.AWS_KEY,
    "a private key": kinds.PRIVATE_KEY,
    "a token": r"\beyJ[\w-]{10,200}\.eyJ[\w-]{10,}",
    "a password": "",
    "a social security number": kinds.SSN,
    "a path of the server": _PATH,
    "a place in the source": _PLACE,
}
"""An empty pattern: it takes more than one to tell."""
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in KINDS.items() if pattern}
_LESSER = frozenset(("a query", "a path of the server", "a place in the source", "a stack trace", "a debugging page"))
"""They stand in traces and in a database's words, and say nothing more there."""
_TOKENS = re.compile(
    rf"{tokens.TOKEN}|(?i:\bauthorization\"?: ?\"?(?:bearer|basic|token) [\w+/=.-]{{8,}})"
    rf"|hooks\.slack\.com/services/\w+/\w+/\w{{8,}}"
)
_LABELLED = 16_384
"""Characters of a text in which values are looked for behind labels: each label costs more than a pattern."""
_MAY_HOLD = re.compile(
    r"(?i)pass|pwd|pw\b|pswd|secret|token|key|cred|pin\b|otp|cv[vc2]|csrf|xsrf|sid|session|saml|jwt|auth|sig|hmac|connection"
    r"|code|answer|mnemonic|phrase|kennwort|contrase|senha|парол|密码|パスワード|wachtwoord|has\u0142o"
)
"""One of these is in every label of secrets: without one there is no need to read any."""
_PUBLIC = frozenset(
    """csrf xsrf authenticity verification antiforgery forgery nonce next continuation page pagination cursor request
    unexpected invalid middleware captcha recaptcha site public publishable idempotency correlation trace sync
    change""".split()  # noqa: SIM905
)
"""What stands before `token` or `key` where everybody may see it: forms and pages are made with such."""
_STANDS_IN = re.compile(
    r"(?i)(?:your|my|the|some|an?|example|sample|dummy|test|insert|replace|changeme|placeholder|redacted|hidden)\b"
    r"|.*(?:[x*•]{4,}|\.\.\.|<|\$\{|\{\{|your[-_])"
)
_A_NAME = re.compile(r"[A-Z][A-Z0-9_]+|[a-z]+(?:[_-][a-z]+)+\d{0,2}|[a-z]+\d?")
"""That of a variable or a word, with a number behind it at most."""
_SHORTEST = 6
_FIELDS_OF_NAMES = ("param", "path", "field", "name", "key", "property", "loc", "attribute", "dataPath", "fieldName")
_FIELDS_OF_VALUES = ("value", "input", "received", "rejectedValue", "attemptedValue", "given")
_FILES = ("file", "fileName", "filename", "absPath")
_LINES = ("line", "lineNumber", "line_number", "lineno")


def found(text: str) -> list[str]:
    """Return the kinds of things that a text tells, and nothing of the text itself."""
    said = spelled(text)
    told = {kind for kind, pattern in _PATTERNS.items() if any(map(pattern.search, said.texts))}
    if any(_is_source(each) for each in said.objects):
        told.add("a place in the source")
    if any(_is_secret(m.group()) for each in said.texts for m in _TOKENS.finditer(each)):
        told.add("a token")
    if not told & {"an address with a password", "a token", "an AWS access key", "a private key"} and _has_password(
        said
    ):
        told.add("a password")
    weighty = [kind for kind in KINDS if kind in told - _LESSER]
    return weighty or [kind for kind in KINDS if kind in told][:1]


def _has_password(said: Spelled) -> bool:
    """Say whether a value stands behind a label, or beside one, that somebody made up as a secret."""
    texts = [text[:_LABELLED] for text in said.texts if _MAY_HOLD.search(text)]
    behind = (found for text in texts for found in labelled.secrets(text))
    beside = (
        (field, str(each[value]))
        for each in said.objects
        for field in (each[name] for name in _FIELDS_OF_NAMES if name in each)
        for value in _FIELDS_OF_VALUES
        if isinstance(each.get(value), str)
    )
    named = ((labelled.secret_words(_last(field)), value) for field, value in beside)
    return any(words and not _PUBLIC & set(words) and _is_secret(value) for words, value in (*behind, *named))


def _last(field: Any) -> str:
    """Return the name of a field that is told as a path of names."""
    return str(field[-1]) if isinstance(field, list) and field else str(field)


def _is_secret(value: str) -> bool:
    """Say whether somebody made a value up as a secret. A word of a language, or one that stands in for it, is none."""
    plain = re.sub(r"(?i)^[\"'\\\s]*(?:authorization\W{1,5})?(?:bearer|basic|token)?\s+", "", value).strip("\"'\\` ,;")
    if len(plain) < _SHORTEST or _STANDS_IN.match(plain) or is_prose(plain) or " " in plain:
        return False
    return any(map(str.isdigit, plain)) and any(map(str.isalpha, plain)) and not _A_NAME.fullmatch(plain)


def _is_source(each: Mapping[str, Any]) -> bool:
    """Say whether an object names a line of a program, as frames of a trace do."""
    files = [each[key] for key in _FILES if isinstance(each.get(key), str)]
    lined = any(isinstance(each.get(key), int | str) and str(each[key]).isdigit() for key in _LINES)
    return lined and any(
        re.search(rf"[/\\].{{0,200}}\.(?:{_SOURCE}|twig|erb|jinja2?|j2|haml|ejs|hbs|vue)$", name[-210:])
        for name in files
    )
