"""What stack traces, debugging pages and places look like, by who writes them.

Each pattern is plain enough to be searched in linear time, or nearly: the text is somebody else's.
"""

from __future__ import annotations

from landfall.redaction.sought import look

SOURCE = (
    r"(?:py|jsx?|tsx?|mjs|cjs|java|kt|kts|scala|groovy|clj|go|rb|php|cs|vb|fs|rs|exs?|erl|lua|pl|pm|cfm|cfc|swift"
    r"|dart|jl"
    r"|cpp|cc|hs)"
)
_KEPT = (
    r"(?:json|toml|ya?ml|xml|ini|conf|cfg|env|properties|jks|p12|pem|key|crt|sqlite3?|db|log|html|erb|twig|jinja2?|sql)"
)
_ROOTS = r"app|srv|var|home|usr|opt|etc|code|build|src|root|workspace|workspaces|data|mnt|Users|private|go|run|proc|www"
_TEMPLATES = r"(?:twig|erb|jinja2?|j2|haml|ejs|hbs|vue|html|tmpl|blade\.php)"
TRACES = {
    "a Python traceback": (
        look(r"Traceback \(most recent call last\)"),
        look(r"File \"[^\"\n]{1,200}\", line \d", '", line '),
    ),
    "a JavaScript stack trace": (
        look(rf"(?:^|\n)\s{{1,12}}at [^\n]{{0,200}}?[\w./-]\.{SOURCE}:\d+:\d+", "at "),
        look(r"\(node:[\w/]{1,60}:\d+:\d+\)", "(node:"),
        look("node:internal/"),
        look("/node_modules/"),
        look(r"\bat ext:[\w/.]{1,100}:\d", "at ext:"),
    ),
    "a Java stack trace": (
        look(
            r"\bat [\w.$/<>@-]{1,200}\((?:[\w$]{1,100}\.(?:java|kt|scala|groovy|clj):\d+|Native Method"
            r"|Unknown Source)\)",
            "at ",
        ),
        look(r"Exception in thread \""),
        look(r"\bcoldfusion\.\w", "coldfusion."),
        look(r"(?:nested exception is|Caused by:) (?:\w{1,40}\.){2,8}\w{1,80}", "caused by:", "nested exception is"),
        look(r"\bscala\.MatchError"),
        look(r"\b(?:kotlin|java|scala)\.[A-Z]\w{1,60}Exception\b", "exception"),
        look(r"\(through reference chain: "),
        look(
            r"(?:^|[\s\"'(])(?:[a-z]\w{0,40}\.){2,10}[A-Z][\w$]{0,80}(?:Exception|Error)(?=: |\s*$|\n|[)\"'])",
            "rror",
            "xception",
        ),
    ),
    "a .NET stack trace": (
        look(r" at [\w.`<>+\[\],]{1,200}\([^)\n]{0,200}\) in [^\n]{1,200}:line \d", ":line "),
        look(r"\bSystem\.(?:\w{1,40}\.){0,6}\w{1,60}Exception: ", "exception: "),
        look(r"(?:^|\n) {2,6}at (?:[A-Z]\w{0,60}\.){1,10}[\w`<>+]{1,80}\(", "at "),
        look(r"\bat (?:System|Microsoft)\.(?:\w{1,40}\.){1,8}\w{1,60}\(", "microsoft", "system"),
        look(r"\bObject reference not set to an instance"),
        look(r"\bMicrosoft\.(?:\w{1,40}\.){1,6}\w{1,60}Exception\b", "microsoft."),
    ),
    "a Go stack trace": (
        look(r"\bcannot unmarshal \w{1,20} into Go ", "cannot unmarshal "),
        look(r"\btemplate: ?[\w./-]{1,80}:\d+", "template:"),
        look(r"\bsql: (?:Scan error|no rows|converting)", "converting", "no rows", "scan error"),
        look(r"goroutine \d+ \[\w", "goroutine "),
        look("panic: runtime error"),
        look("runtime error: (?:index|slice|invalid|integer|hash)", "runtime error: "),
        look(r"\n\t/[^\s]{1,200}\.go:\d", ".go:"),
    ),
    "a Ruby or PHP stack trace": (
        look(r"\.rb:\d+:in [`']", ".rb:"),
        look(r"\.php(?::\d+|\(\d+\)| on line \d+)", ".php"),
        look(r"Stack trace:\n#0 ", "stack trace:\n#0 "),
        look(r"(?:^|\n)#\d+ [/{][^\n]{1,200}\.php", ".php"),
        look(r"Whoops\\"),
        look(r"ActionController::\w{1,60}Error", "actioncontroller::"),
        look(r"Rails\.root: "),
        look(r"#<(?:\w{1,60}::){0,6}\w{0,60}(?:Error|Exception): ", "rror", "xception"),
        look(r"\bundefined (?:local variable or )?method [`'][^'\n]{1,80}' for\b", "undefined "),
    ),
    "a stack trace": (
        look(r"\*\* \(\w[\w.]{0,80}\) ", "** ("),
        look(r"\{file,\s?\"[^\"\n]{1,200}\"\},\s?\{line,\d+\}", "{file,"),
        look("stack traceback:"),
        look("[Ss]tack backtrace:", "stack backtrace:"),
        look(r"\bpanicked at "),
        look(r"\brust_begin_unwind\b"),
        look(r"\b_build/"),
        look(r"\bat /[^\s]{1,200}\.(?:p[lm]|cgi) line \d", " line "),
        look(r"\bcalled `(?:Option|Result)::\w{1,20}\(\)` on ", "called `"),
        look(r": file [\w./-]{1,200}\.swift, line \d", ".swift, line "),
        look(r"\bRequire stack:\n", "require stack:\n"),
        look(rf"\"[\w./@-]{{1,200}}\.{_TEMPLATES}\" at line \d", '" at line '),
    ),
    "a debugging page": (
        look(r"Phoenix\.Router\.NoRouteError"),
        look(r"no route found for \w{1,10} \S{1,200} \(\w{1,60}\.Router\)", "no route found for "),
        look("Werkzeug Debugger"),
        look("debugger caught an exception in your WSGI"),
        look("because you have <code>DEBUG = True"),
        look(r"<title>phpinfo\(\)"),
        look(r"\bException (?:Location: \S{0,80}/|Type: [A-Z]\w{0,60}(?:Error|Exception)\b)", "exception "),
        look("Exception Value:</"),
        look("Struts Problem Report"),
        look(r"\bSymfony Exception\b"),
        look("Whoops! There was an error"),
    ),
}
"""By the language that writes them."""
QUERY = (
    look(r"\bSELECT [^;\n]{1,400} FROM [\w\".`\[]", "select "),
    look(r"\bINSERT INTO [\w\".`\[]", "insert into "),
    look(r"\bUPDATE [\w\".`\[\]]{1,80} SET \w", "update "),
    look(r"\bDELETE FROM [\w\".`\[]", "delete from "),
    look(r"(?i)\bselect [^;\n]{1,400} from [\w\".`]{1,80} (?:where|limit|join|order by|group by) ", "select "),
    look(r"(?i)\binsert into [\w\".`]{1,80} \(", "insert into "),
    look(r"(?i)\bupdate [\w\".`]{1,80} set [\w\".`]{1,80} ?=", "update "),
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
"""A path of a request is its sender's own."""
_OF_A_SERVER = rf"/(?:{_ROOTS})/[\w./@+-]{{1,200}}\.(?:{SOURCE}|{_KEPT})\b"
_BELOW_ROOTS = tuple(f"/{root}/" for root in _ROOTS.lower().split("|"))
PATH = (
    look(rf"{_NO_FILE}[^\n]{{0,120}}?{_NO_URL}{_OF_A_SERVER}", *_BELOW_ROOTS),
    look(rf"{_NO_URL}{_OF_A_SERVER}[^\n]{{0,60}}?{_NO_FILE}", *_BELOW_ROOTS),
    look(r"\b[A-Za-z]:\\(?:[\w .()-]{1,80}\\){1,20}[\w .-]{1,80}\.\w{1,6}", ":\\"),
)
_NAMES = """py js ts mjs cjs jav kt scala groovy clj go rb php cs vb fs rs ex erl lua pl pm cf swift dart jl cpp cc
hs json toml ya yml xml ini conf env properties jks p12 pem key crt sqlite db log html twig jinja sql""".split()  # noqa: SIM905
PLACE = (
    look(
        rf"(?<![\w.@/\\-])(?>(?:[\w.@-]{{0,80}}[/\\]){{1,30}})[\w.@-]{{1,100}}\.(?:{SOURCE}|{_KEPT})"
        r"(?::\d+|:? ?,? ?[Ll]ine:? \d+|\(\d+\))",
        *(f".{name}" for name in _NAMES),
    ),
)
