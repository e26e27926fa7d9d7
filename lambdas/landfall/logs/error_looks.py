"""Recognises errors in lines without a level: the first lines of stack traces, and the last messages of programs."""

from __future__ import annotations

import re

from landfall.logs import line_prefixes
from landfall.text.lazy_pattern import Later

_HANDLED = (
    r"(?!\w|s?[\s-](?:handl|hook|listener|filter|report|middleware|event|track|monitor|polic|polici|mode|log\b|page))"
)
_RUNTIMES = (
    r"Traceback \(most recent|Exception in thread |\b[Uu]n(?:handled|caught)\s(?:\w{1,30}\s){0,2}?(?:(?i:exception"
    r"|error"
    rf"|rejection)|\w{{0,40}}(?:Error|Exception)\b){_HANDLED}"
    r"|\bUnhandledPromiseRejection|\bUnhandledRejection\b|\bUncaught \(in promise\)|triggerUncaughtException\("
    r"|\bpanicked at |\bthread \S{1,60} panic: |\bhas overflowed its stack|\bpanic recovered|\bpanic serving "
    r"|\bgoroutine stack exceeds |\b[Ff]atal (?:runtime |Python )?error(?:[:.]| in )|\bA fatal error has been detected"
    r"|\bPHP (?:Fatal|Parse|Core|Compile|Recoverable)|\b(?:Parse|Compile) error: "
    r"|\b(?i:segmentation (?:fault|violation))|\bsegfault at |\bSIG(?:SEGV|ABRT|BUS|ILL|FPE)\b|\bcore dumped"
    r"|\bdumped core\b"
    r"|\bOutOfMemoryError\b|(?i:\bout of memory\b)|\bKilled process \d|\boom-kill(?:er)?\b|\b[Kk]ernel panic"
    r"|\bkernel BUG "
    r"|\bBUG: |\bBUG REPORT START|\bstack smashing detected|\bdouble free or corruption|\b(?:free|malloc|realloc)\(\): "
    r"|\bterminate called |\bterminating due to uncaught |\bmemory allocation of \d+ bytes failed"
    r"|<--- Last few GCs|\bapp crashed\b|\bcrashed by signal|\bgot signal \d|\bdied,? (?:signal|killed by)"
    r"|\bexited on signal \d|\bterminated by signal \d|==ERROR: |\binit terminating\b|\bCrash dump is being written"
    r"|\bAssertionError\b|\b[Aa]ssertion .{1,80} failed\b|\bException was never retrieved"
    r"|\bexception was never retrieved"
    r"|^(?:node:)?internal/[\w/.-]{1,80}:\d|^node:[\w/]{1,60}:\d|AddressSanitizer:|^goroutine \d+ \[running"
    r"|^(?:\S{1,10}\s){0,2}?(?:\u2716|\u2717|\u274c|\u2a2f)\ufe0f? {1,3}\S|\bworker timeout\b|\bWORKER TIMEOUT\b"
    r"|\bAPPLICATION FAILED TO START\b|\bBUILD FAILED\b|^FATAL ERROR: |\bUncaught Exception:|\buncaughtException: "
    r"|^\s{0,4}In \S{1,80}\.php line \d+:|^SystemExit: [1-9]|\bMISCONF |\bexec user process caused\b"
    r"|\b(?:PG|Mysql2|SQLite3|Redis)::[A-Z]\w{2,60}: "
    r"|\bCaused by: |FullyQualifiedErrorId|\binitialization of VM$|#<(?:\w{1,60}::){0,6}\w{0,60}(?:Error|Exception)\b"
    r"|:in [`'][^'\n]{1,200}': .{0,400}\((?:\w{1,60}::){0,6}\w{1,60}\)$|\bat \S{1,200}\.p[lm] line \d+\.$"
)
"""Errors of runtimes and kernels, anywhere in a line."""
_PLATFORMS = (
    r"\bTask timed out after |^RequestId: \S{1,60} Error: |^(?:INIT_)?REPORT .*\bStatus: (?:error|timeout)\b"
    r"|\bMain process exited, code=(?:killed|dumped|exited, status=[1-9])|\bFailed with result '"
    r"|\bexited with (?:exit )?(?:code|status) \[?[1-9]|\bOCI runtime \w{1,20} failed\b|\bError response from daemon\b"
    r"|\bexec format error|\bexecutable file not found|\bI/O error,|\bEXT4-fs error |\bno python application found"
    r"|\bno app loaded\b"
    r"|\bORA-\d{5}: |\bError: \d{1,6}, Severity: |\bMsg \d{1,6}, Level 1[1-9]|\bDB::Exception: |\bError [RHL]\d\d \("
    r"|\b[A-Z][A-Z]+_?[A-Z]* Operation against a key|\bError \w{0,4}\d{3}\.\d\d\b|##teamcity\[(?:buildProblem"
    r"|message [^\]]{0,200}status='(?:ERROR|FAILURE))"
    r"|\bfailed errno=|\bdatabase error\b|\b(?:exit(?:ed|ing)?|aborted|shut(?:ting)? ?down|stopped|terminated|failed)"
    r" (?:due to|with|because of) (?:an? )?(?:\w{1,20} )?(?:error|exception|failure)(?=$|[:.,;(\[]| code)"
    r"|\bdid not (?:complete|execute) successfully|\bexit (?:status|code):? [1-9]|\(Failed, Id="
    r"|\bEssential container in task exited|\bTaskFailedToStart\b"
    r"|\bMPI_ABORT was invoked|\bcalled exit\([1-9]"
)
"""Errors that platforms and databases report about a program."""
_CLASS = r"(?:[\w$]{1,60}(?:\.|::|\\)){0,12}"
_BEGINNINGS = Later(
    r"panic: |Oops: |FAILURE: |BOOT FAILED|\*\* \((?!EXIT)\w{1,80}\) |ERR! |CRASH\b|Stack overflow\b"
    r"|Process terminated\b"
    r"|(?:Fatal|Error|Exception|Critical|Internal error|Internal Server Error|Runtime error|Run-time error)(?:: "
    r"| \d| '\d)"
    r"|Error (?:occurred|while|when|in|from|during)\b|[Ee]rror (?!handling|reporting|logging|tracking|monitoring"
    r"|checking)"
    r"\w{3,20}ing\b"
    r"|An? (?:\w{1,30} ){0,3}(?:error|exception) (?:has )?occurred|error (?=[A-Z]|TS\d)|ERR_[A-Z_]{3,60}\b"
    rf"|{_CLASS}(?=[A-Z])[\w$]{{0,80}}?(?:Exception|Error)(?: \[\w+\]| \(0x[0-9A-Fa-f]{{1,16}}\))?(?:: |$)"
    rf"|{_CLASS}(?=[A-Z])\w{{0,80}}?(?:Error|Exception|NotFound|Invalid|Denied|NotUnique|NotEstablished"
    rf"|Timeout) \((?!\d).{{0,2000}}\):?$"
    r"|(?:\w{1,60}\.){1,8}(?:exceptions?|errors?)\.[A-Z]\w{1,80}: "
    rf"|{_CLASS}(?=[A-Z])\w{{0,80}}?(?:NotFound|Invalid|Denied|Timeout|NotEstablished|NotUnique|Refused|Unavailable"
    rf"|Forbidden"
    rf"|Unauthorized|Violation|Conflict|Misconfigured|ImproperlyConfigured|NotAllowed|Mismatch|Deadlocked|Exists"
    rf"|Exhausted|Fault): "
    r"|(?:[\w.-]{1,40} {0,2}: )(?:fatal )?error (?:[A-Z]{1,8}\d{1,6} ?)?: |\[[\w\\]{0,80}(?:Exception|Error)\]$"
    r"|\d{1,20}:error:[0-9A-F]{8}:|CMake Error\b|\S{1,60}: build stopped:"
    r"|\S{1,200}(?:\(\d+,\d+\)|:\d+(?::\d+)?): (?:fatal )?error\b|(?:\S{1,100}: )?Syntax error (?:on|at|in|near"
    r"|compiling)\b"
    r"|(?:Execution|Compilation) (?:error|halted)\b|Module not found: |Unrecognized VM option|\w{1,20} aborted!$"
    r"|You must install or update|mysqld got |(?:pq|ld|curl): (?=\S)(?!warning)|make(?:\[\d+\])?: \*\*\* "
    r"|(?:\S{1,200}: line \d+:\s{1,9}\d{1,7} )?(?:Killed|Aborted|Bus error|Illegal instruction)(?:\s{2,40}\S"
    r"| \(core|\s?$)"
)
"""How an error line begins, after its time, host and process."""
_TRIED = Later(r"(?i:failed to|could not|couldn't|cannot|can't|unable to|can not) (?!reproduce|wait)")
_OF_COMMANDS = Later(
    r"[\w./\[\]()-]{1,200}(?: \w{1,40})?: (?=.{0,1000}(?:"
    r"(?:^|: )(?:(?:[Cc]ommand )?not found|[Pp]ermission denied|No such file or directory|[Cc]onnection refused"
    r"|Exec format error|unbound variable|file does not exist)$|: [Cc]annot |: [Cc]an't |\bfailed to load command\b"
    r"|\battempt to \w+ a nil "
    r"|\b[Cc]onnection (?:refused|reset by peer|timed out)$))|! Unable to |.{0,60} : Cannot find "
)
"""Errors of shells and commands, after their name."""
_REDIS = Later(r"\d{1,7}:[XCSM] \d\d \w{3} \d{4} [\d:.]{8,12} # ")
_FAILS = Later(
    r"(?i)\b(?:can't|cannot|fatal|error|failed|crash\w*|unable|misconf|aborting|bad file|wrong|short read)\b"
)
_SAID = Later(
    r"(?<!standard )(?<!squared )(?<!absolute )"
    r"(?<!relative )(?<!after )(?<!ignoring )(?<!no )(?<!without )(?<![\w\"'-])"
    r"(?:[Ee]rror|[\w.]{0,100}(?:Exception|Error)): (?!\"?(?:none|null|nil|no|false|undefined|-)\b|\"\"|''"
    r"|-?[\d.]+%?(?:\s|$)|-$|/dev/)"
    r"|\bconnection .{1,60} was refused\b|\b[Ee]xception: (?!none|null|no\b|\d)"
    r"|\bfailed: (?!\d|none|null|no\b|false|true|\[\]|\{\}|Set\()"
)
_PROGRAM = Later(r"(?!SLF4J)[\w./-]{1,40}: ")
_MENDED = Later(
    r"(?i)\b(?:retr(?:y|ying|ied)|ignor(?:ed|ing)|skipp(?:ed|ing)|pulling|caught|handled|fall(?:ing)? ?back"
    r"|using default)\b"
)
_ANYWHERE = Later(f"{_RUNTIMES}|{_PLATFORMS}")


def like_an_error(text: str) -> bool:
    """Say whether a line without a level looks like an error."""
    if _ANYWHERE.search(text):
        return True
    redis = _REDIS.match(text)
    if redis:
        return not re.match(r"(?i)warning", text[redis.end() :]) and bool(_FAILS.search(text, redis.end()))
    at, _ = line_prefixes.peeled(text)
    program = _PROGRAM.match(text, at)
    starts = {0, at, program.end() if program else at}
    if any(_BEGINNINGS.match(text, start) for start in starts):
        return True
    tried = any(_TRIED.match(text, start) or _OF_COMMANDS.match(text, start) for start in starts)
    return (tried or bool(_SAID.search(text))) and not _MENDED.search(text)
