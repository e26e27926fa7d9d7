"""Patterns of stack traces and debugging pages, by language.

Each pattern is simple enough for a search in nearly linear time, since the text is foreign.
"""

from __future__ import annotations

from landfall.redaction.sought import look
from landfall.smoke.leaks import scripts

_TEMPLATES = r"(?:twig|erb|jinja2?|j2|haml|ejs|hbs|vue|html|tmpl|blade\.php)"
TRACES = {
    **scripts.TRACES,
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
            r"\bCannot (?:invoke|read field|load from|store to|throw) [^\n]{1,300} because [^\n]{1,200} is null\b",
            " is null",
        ),
        # a well-known class of a library
        look(
            r"\b(?:java|javax|jakarta|kotlin|kotlinx|scala|clojure|groovy"
            r"|android)\.(?:[a-z]\w{0,30}\.){0,6}[A-Z][\w$]{1,80}",
            *("java", "jakarta", "kotlin", "scala", "clojure", "groovy", "android"),
        ),
        look(
            r"\b(?:org\.(?:springframework|hibernate|apache|postgresql|eclipse|jboss|elasticsearch|quartz|mongodb)"
            r"|com\.(?:fasterxml"
            r"|mysql|zaxxer|google\.common|datastax|sun|microsoft|netflix|oracle)|io\.(?:netty|micronaut|quarkus"
            r"|vertx|ktor|grpc))"
            r"\.(?:[a-z]\w{0,30}\.){0,8}[A-Z][\w$]{1,80}",
            *("org.", "com.", "io."),
        ),
        look(
            r"\b(?:feign|jakarta|weblogic|okhttp3|retrofit2|reactor"
            r"|rx)\.(?:\w{1,40}\.){0,6}[A-Z]\w{0,60}(?:\$\w{1,60})?: ",
            ": ",
        ),
        look(r"\bCannot (?:de)?serialize value of type `", "serialize value of type `"),
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
    "a stack trace": (
        look(r"\*\* \(\w[\w.]{0,80}\) ", "** ("),
        look(r"\{file,\s?\"[^\"\n]{1,200}\"\},\s?\{line,\d+\}", "{file,"),
        look("stack traceback:"),
        look("[Ss]tack backtrace:", "stack backtrace:"),
        look(r"\bpanicked at "),
        look(r"\b[Ss]tack ?[Tt]race:?\s{0,4}(?:\n|#\d|<)", "stack trace", "stacktrace"),
        look(r"\nStacktrace:\n", "stacktrace:"),
        look(r"\bCan't locate \S{1,80} in @INC\b", " in @inc"),
        look(r"\bUndefined subroutine &"),
        look(r"#0 {2,8}\w[^\n]{0,200}\((?:file|package|dart):", "#0  "),
        look(r"\bNon-exhaustive patterns\b"),
        look(r"\blua entry thread aborted\b"),
        look(r"#PID<\d{1,6}\.\d{1,8}\.\d{1,6}>", "#pid<"),
        look(r"\{function_clause,\[", "{function_clause,["),
        look(r" in file \"[\w./-]{1,200}\.mli?\", line \d", '", line '),
        look(r"\bPL/\w{2,10} function [\w.\"]{1,100}(?:\([^)\n]{0,200}\))? line \d", " function "),
        look(r"\bProcedure [\w.]{1,100}, Line \d", "procedure "),
        look(r"\bError in [A-Za-z][\w.$]{0,80}\([^\n]{0,200}\) : ", "error in "),  # R
        look(r"\bthrowing an instance of '"),
        look(r"(?:^|\n)#\d{1,3} {1,3}0x[0-9a-f]{6,16} in \S", " in "),  # gdb
        look(r"\bcontext\.\.\.:\n", "context...:"),  # Racket
        look(r"\bthread \d{1,9} panic: ", " panic: "),  # Zig
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
        look(r"<title>[^<]{0,40}phpinfo\(\)", "phpinfo()"),
        look("sf-toolbar"),
        look("phpdebugbar"),
        look('id="djDebug"'),
        look("mini-profiler-resources"),
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
