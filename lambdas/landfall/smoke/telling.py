"""What stack traces, debugging pages, databases and places look like, by who writes them.

Each pattern is plain enough to be searched in linear time, or nearly: the text is somebody else's.
"""

from __future__ import annotations

SOURCE = (
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
        rf"(?:^|\n)\s{{1,12}}at [^\n]{{0,200}}?[\w./-]\.{SOURCE}:\d+:\d+"
        rf"|\(node:[\w/]{{1,60}}:\d+:\d+\)|node:internal/"
        rf"|/node_modules/|\bat ext:[\w/.]{{1,100}}:\d"
    ),
    "a Java stack trace": (
        r"\bat [\w.$/<>@-]{1,200}\((?:[\w$]{1,100}\.(?:java|kt|scala|groovy|clj):\d+|Native Method|Unknown Source)\)"
        r"|Exception in thread \"|\bcoldfusion\.\w|(?:nested exception is|Caused by:) (?:\w{1,40}\.){2,8}\w{1,80}"
        r"|\bscala\.MatchError|\b(?:kotlin|java|scala)\.[A-Z]\w{1,60}Exception\b|\(through reference chain: "
        r"|(?:^|[\s\"'(])(?:[a-z]\w{0,40}\.){2,10}[A-Z][\w$]{0,80}(?:Exception|Error)(?=: |\s*$|\n|[)\"'])"
    ),
    "a .NET stack trace": (
        r" at [\w.`<>+\[\],]{1,200}\([^)\n]{0,200}\) in [^\n]{1,200}:line \d"
        r"|\bSystem\.(?:\w{1,40}\.){0,6}\w{1,60}Exception: "
        r"|(?:^|\n) {2,6}at (?:[A-Z]\w{0,60}\.){1,10}[\w`<>+]{1,80}\(|\bat (?:System"
        r"|Microsoft)\.(?:\w{1,40}\.){1,8}\w{1,60}\("
        r"|\bObject reference not set to an instance"
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
        r"Phoenix\.Router\.NoRouteError|no route found for \w{1,10} \S{1,200} \(\w{1,60}\.Router\)|"
        r"Werkzeug Debugger|debugger caught an exception in your WSGI|because you have <code>DEBUG = True"
        r"|<title>phpinfo\(\)"
        r"|\bException (?:Location: \S{0,80}/|Type: [A-Z]\w{0,60}(?:Error|Exception)\b)|Exception Value:</"
        r"|Struts Problem Report|\bSymfony Exception\b"
        r"|Whoops! There was an error"
    ),
}
"""By the language that writes them."""
DATABASE = (
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
DATABASES = (
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
QUERY = (
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
PATH = (
    rf"{_NO_FILE}[^\n]{{0,120}}?{_NO_URL}/{_ROOTS}/[\w./@+-]{{1,200}}\.(?:{SOURCE}|{_KEPT})\b"
    rf"|{_NO_URL}/{_ROOTS}/[\w./@+-]{{1,200}}\.(?:{SOURCE}|{_KEPT})\b[^\n]{{0,60}}?{_NO_FILE}"
    r"|\b[A-Za-z]:\\(?:[\w .()-]{1,80}\\){1,20}[\w .-]{1,80}\.\w{1,6}"
)
PLACE = (
    rf"(?<![\w.@/\\-])(?>(?:[\w.@-]{{0,80}}[/\\]){{1,30}})[\w.@-]{{1,100}}\.(?:{SOURCE}|{_KEPT})"
    r"(?::\d+|:? ?,? ?[Ll]ine:? \d+|\(\d+\))"
)
