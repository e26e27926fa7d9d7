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
        look(
            r"(?:^|[\s\"'(])(?:[a-z_]\w{0,40}\.){1,8}(?:exceptions?|errors?|exc)\.[A-Z]\w{1,80}(?=: | \()",
            *("exception.", "exceptions.", "error.", "errors.", "exc."),
        ),
        look(r"\b(?:File|Module)NotFoundError: |\bUnboundLocalError: |\bZeroDivisionError: ", "error: "),
        look(r"\bobject has no attribute '", "object has no attribute '"),
        look(r"'NoneType' object ", "'nonetype' object "),
        look(r"\[Errno -?\d{1,5}\] ", "[errno "),
        look(r"\bunsupported operand type\(s\) for "),
        look(r"\btakes \d{1,3} positional arguments?\b", " positional argument"),
        look(r"\bpydantic_core\._pydantic_core\.", "pydantic_core._pydantic_core."),
    ),
    "a JavaScript stack trace": (
        look(rf"(?:^|\n)\s{{1,12}}at [^\n]{{0,200}}?[\w./-]\.{SOURCE}:\d+:\d+", "at "),
        look(r"\(node:[\w/]{1,60}:\d+:\d+\)", "(node:"),
        look("node:internal/"),
        look(r"\bat [^\n]{1,200}\((?:node:)?internal/[\w/.-]{1,100}:\d", "internal/"),
        look("webpack-internal:///"),
        look(r"\bUncaught \(in promise\)", "uncaught (in promise)"),
        look(r"\bat (?:async )?[^\n]{0,120}\(?file:///[^\s:]{1,200}:\d", "file:///"),
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
        # a class that everybody knows to be one of a library
        look(
            r"\b(?:java|javax|jakarta|kotlin|kotlinx|scala|clojure|groovy|android)\.(?:[a-z]\w{0,30}\.){0,6}[A-Z][\w$]{1,80}",
            *("java", "jakarta", "kotlin", "scala", "clojure", "groovy", "android"),
        ),
        look(
            r"\b(?:org\.(?:springframework|hibernate|apache|postgresql|eclipse|jboss|elasticsearch|quartz|mongodb)|com\.(?:fasterxml"
            r"|mysql|zaxxer|google\.common|datastax|sun|microsoft|netflix|oracle)|io\.(?:netty|micronaut|quarkus|vertx|ktor|grpc))"
            r"\.(?:[a-z]\w{0,30}\.){0,8}[A-Z][\w$]{1,80}",
            *("org.", "com.", "io."),
        ),
        look(
            r"\b(?:feign|jakarta|weblogic|okhttp3|retrofit2|reactor|rx)\.(?:\w{1,40}\.){0,6}[A-Z]\w{0,60}(?:\$\w{1,60})?: ",
            ": ",
        ),
        look(r"\bCannot (?:de)?serialize value of type `"),
        look(r"\bFailed to convert value of type '"),
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
        look(r"\b(?:Microsoft|System)\.(?:\w{1,40}\.){0,6}\w{1,60}Exception\b", "exception"),
        look("Compiler Error Message: "),
        look("An unhandled exception occurred while processing the request"),
        look(r"Exception \(0x8[0-9A-Fa-f]{7}\)", "exception (0x8"),
        look("--- End of stack trace from previous location"),
    ),
    "a Go stack trace": (
        look(r"\bcannot unmarshal \w{1,20} into Go ", "cannot unmarshal "),
        look(r"\btemplate: ?[\w./-]{1,80}:\d+", "template:"),
        look(r"\bsql: (?:Scan error|no rows|converting)", "converting", "no rows", "scan error"),
        look(r"goroutine \d+ \[\w", "goroutine "),
        look(r"\binterface conversion: (?:interface|\w{1,40}\.\w{1,60}) ", "interface conversion: "),
        look(r"\bhttp: panic serving "),
        look(r"\bdial (?:tcp|udp|unix) \S{1,100}: ", "dial "),
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
        look(
            r"\b(?:Action(?:Controller|View|Dispatch|Cable)|Active(?:Record|Model|Job|Storage)|Rack|Sinatra|Sidekiq|Faraday|Mysql2"
            r"|Redis|Mongoid|Devise|Pundit|Grape|Bundler)::[A-Z]\w",
            "::",
        ),
        look("Action Controller: Exception caught"),
        look(r"Extracted source \(around line ", "extracted source (around line "),
        look(
            r"(?:^|[\s\"'(])(?:Symfony|Illuminate|Doctrine|Laravel|Twig|Laminas|Zend|Cake|CodeIgniter|yii|GuzzleHttp|Monolog|Psr|App"
            r"|Spatie|Livewire|Slim|Nette)\\{1,2}[A-Za-z]\w{0,60}(?:\\{1,2}\w{1,80}){0,8}",
            "\\",
        ),
        look(
            r"\bUncaught (?:Error|Exception|\w{1,60}(?:Error|Exception)|[\w\\]{1,80}Exception)\b.{0,300}\bin /",
            "uncaught ",
        ),
        look(r"\buninitialized constant [A-Z]", "uninitialized constant "),
        look(r"\bCall to (?:undefined|a member) function\b", "call to undefined function", "call to a member function"),
        look(r"#<(?:\w{1,60}::){0,6}\w{0,60}(?:Error|Exception): ", "rror", "xception"),
        look(r"\bundefined (?:local variable or )?method [`'][^'\n]{1,80}' for\b", "undefined "),
    ),
    "a stack trace": (
        look(r"\*\* \(\w[\w.]{0,80}\) ", "** ("),
        look(r"\{file,\s?\"[^\"\n]{1,200}\"\},\s?\{line,\d+\}", "{file,"),
        look("stack traceback:"),
        look("[Ss]tack backtrace:", "stack backtrace:"),
        look(r"\bpanicked at "),
        look(r"\b[Ss]tack ?[Tt]race:?\s{0,4}(?:\n|#\d|<)", "stack trace", "stacktrace"),
        look(r"\nStacktrace:\n"),
        look(r"\bCan't locate \S{1,80} in @INC\b", " in @inc"),
        look(r"\bUndefined subroutine &"),
        look(r"#0 {2,8}\w[^\n]{0,200}\((?:file|package|dart):", "#0  "),
        look(r"\bNon-exhaustive patterns\b"),
        look(r"\blua entry thread aborted\b"),
        look(r"#PID<\d{1,6}\.\d{1,8}\.\d{1,6}>", "#pid<"),
        look(r"\{function_clause,\[", "{function_clause,["),
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
        look("__better_errors"),
        look(r"\$_(?:SERVER|ENV|SESSION)\b", "$_server", "$_env", "$_session"),
        look("Developer Exception Page"),
        look("Exception Location:"),
        look("Sinatra doesn't know this ditty"),
        look("Whoops, looks like something went wrong"),
        look("<title>Action Dispatch"),
        look(r"\bDjango Version:"),
        look("Laravel Ignition"),
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
"""A path of a request is its sender's own."""
_OF_A_SERVER = rf"/(?:{_ROOTS})/[\w./@+-]{{1,200}}\.(?:{SOURCE}|{_KEPT}|inc|bin|pkl|csv|so|jar|war|dll|tmp|lock|pid|sock|dat|tpl)\b"
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
