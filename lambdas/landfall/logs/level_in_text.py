"""Finds the level of a text line: in a field, as a letter, or as a word in a usual position."""

from __future__ import annotations

import re

from landfall.logs import line_prefixes
from landfall.logs.level_words import BAD, BAD_ABROAD, GOOD, GOOD_ABROAD, GOOD_WITH_A_COLON, LETTERS, of_word
from landfall.text.lazy_pattern import Later

_HEAD = 240
"""How many characters are searched for a level without brackets or a field."""
_LOGFMT = Later(
    r"(?:^(?!\w{1,20}\s?[=:]\s?\w{1,20}\s*$)|[\s,{(])\"?(?:level|lvl|severity|loglevel|log\.level|levelname|level_name|severity_text|sev|prio|priority"
    r"|severity_?number|severitytext|error_severity|L|at)\"?\s?[=:]\s?[\"']?(?:SEVERITY_NUMBER_)?"
    r"(?P<word>[A-Za-z]{1,14}(?:\+\d)?)\b(?![-.])",
    re.I,
)
"""A line that is only a level is a setting (`LOGLEVEL=ERROR`)."""
_TYPED = Later(r"type=\"?(?P<word>[A-Za-z]{3,14})\"?\s(?:\S+=)?")
_LETTER = Later(
    r"(?:(?P<klog>[IWEF])\d{4}(?:\d\d)? \d\d:\d\d:\d\d|(?P<android>[VDIWEFA])/[\w.$-]{1,60}\s{0,3}\("
    r"|\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\s{1,6}\d{1,7}\s{1,6}\d{1,7} (?P<logcat>[VDIWEFA]) "
    r"|(?P<ruby>[DIWEFA]), \[|(?P<ahead>[EFCWID])\s(?=\d{4}-\d\d|\[\d\d/)|-(?P<dashed>[EFWIDN])- "
    r"|\[(?P<whole>[EFCWIDTV])(?:\s\d[^\]]{5,60})?\] |(?P<apt>[EWew]): (?=[A-Z/])"
    r"|\[[^\]]{8,40}\] [0-9a-f]{8} [\w.$]{1,60}\s{1,20}(?P<liberty>[AIWEFO]) )"
)
_BEHIND_ITS_TIME = Later(
    r"(?P<letter>[TDVNIWEFC](?:(?=[!:]|\s?[|\[]|\s{2}\S|\s[A-Z\[]))|[DIWEFC](?=\s))"
    rf"|[\[<(]?(?P<word>(?i:{BAD}|{GOOD}))(?P<sign>[\])>:\t|]|\s[-|:@]|\s{{2}}|$|(?P<named> (?=[^\s:]{{1,60}}\s: ))|\s)"
)
_PAIR = Later(r"[\w.]=[^\s=]|\w\"\s?:")
_ALONE = Later(rf"[Ee]rror|err|fatal|crit|{BAD.upper()}|(?i:{GOOD})")
"""Levels that are recognised by their position alone. `Critical`, `failed` and `alert` may begin sentences."""
_NOUNS = Later(
    r"\s?(?:handl|page|log\b|logs\b|logg|report|rate|budget|count|queue|track|monitor|middleware|boundar|threshold"
    r"|limit"
    r"|template|topic|channel|budget|and |or |is |was |are |were |care\b|section|path\b|patient|condition|codes?\b"
    r"|messages?\b|list|catalog|mapper|response)"
)
"""Words after which a level's word is part of a name: `error handler`."""
_FOUR_LETTERS = Later(r"(?P<bad>ERRO|FATA|PANI)?(?:WARN|INFO|DEBU|TRAC)?(?<=[A-Z]{4})\[\d{4,7}\](?=\s)")
"""logrus on a terminal: four letters, and the seconds since the program began."""
_PRIORITY = Later(r"<(?P<syslog>\d{1,3})>|%(?P<rdkafka>[0-7])\|\d")
_FACILITY = Later(
    r"(?:^|\s)(?:kern|user|mail|daemon|auth|authpriv|syslog|lpr|news|uucp|cron|ftp|local[0-7])"
    r"\.(?P<level>emerg|panic|alert|crit|err|error|warn|warning|notice|info|debug)\s"
)
_UPPER_BAD, _UPPER_GOOD = BAD.upper(), GOOD.upper()
_NO_PROSE = "".join(rf"(?<!\b{word} )" for word in ("to", "is", "set", "as", "an", "no", "the", "or", "and", "level"))
_IN_THE_OPEN = Later(
    # [error], [core:error], [System Error], [ ERROR ]
    r"\[\s{0,4}(?:[\w.#-]{1,40}[: ])?(?P<whole>[A-Za-z]{3,13})\s{0,8}\]"
    r"|<(?P<angled>[A-Za-z]{3,13})>(?=[\s:])"  # <Error>
    rf"|[/:#] ?(?P<ended>{_UPPER_BAD}|{_UPPER_GOOD})\]"  # [main/ERROR]
    rf"|\w#(?P<hashed>(?i:{BAD}|{GOOD}))\]"  # [name#error]
    r"|\[\s?(?P<short>[EFCWID])(?:\]|\s\d)"  # [E]
    r"|\d (?P<shorter>[EFCWID]) \d{1,7} \d{1,7}\]"
    rf"|[: ](?P<process>{_UPPER_BAD}|{_UPPER_GOOD})/[\w-]{{1,40}}\]"  # [time: ERROR/MainProcess]
    rf"|(?<![\w/.$\"'-])(?<!\w=){_NO_PROSE}"
    rf"(?P<upper>{_UPPER_BAD}|{_UPPER_GOOD}|(?:{GOOD_WITH_A_COLON.upper()})(?=:))"
    r"(?:\+\d)?(?![\w=.\"']|-\w|/\w)"
    rf"|(?<!\w)(?P<abroad>{BAD_ABROAD}|{GOOD_ABROAD})\s?[:\uff1a]"
    rf"|\w\.(?P<channel>{_UPPER_BAD}|{_UPPER_GOOD}):"  # app.ERROR:
    r"|^(?:##|::)\[?(?P<marked>error|warning|notice|debug|group|command|section)\b"
    r"|##vso\[[^\]]{0,80}type=(?P<typed>\w{1,20})"
    r"|^=(?P<report>[A-Z]{3,12}) REPORT="
    rf"|(?: - |\t)(?P<between>(?i:{BAD}|{GOOD}))(?= - |\t)"  # name - error - text
    rf"|^\((?P<round>(?i:{BAD}|{GOOD}))\)\s"
    rf"|^(?P<column>(?i:{BAD}|{GOOD}))(?:\t|\s[-\u2013|]\s)"
    rf"|(?:^|[>)|] |\]: |\d[:\]] |^[^\w\s\"'`({{\[<]{{1,3}} |^(?:[\w./-]{{1,40}}:? )?[\w./-]{{1,40}}: )"
    rf"(?P<first>{BAD}|{GOOD}|(?i:error|critical|fatal|severe|panic|exception|{GOOD})|{GOOD_WITH_A_COLON})"
    r"(?:\[[^\]]{0,60}\]|\([a-z_][\w.-]{1,40}\))?:(?=\s|$)"  # error(scope): text
    r"|^npm (?P<npm>ERR!|error|warn|WARN|notice)"
)
_FIRST = Later(
    rf"(?:(?:[\w./-]{{1,40}} )?[\w./()-]{{1,60}}: )?(?P<word>{BAD}|{GOOD}|Error|Critical|Fatal|Severe|Panic|Exception)"
    r"(?:\[[^\]]{0,60}\])?:(?=\s|$)"
)
_NOTHING = Later(
    r"(?i)\s{0,4}(?:none|null|nil|false|no|off|0|\"\"|''|-|n/a|undefined|\[\]|\{\})\s{0,4}[,;)}]?\s{0,4}(?:$|\w+[=:])"
)


def by_text(text: str) -> bool | None:
    """Say whether a text line's level is one of errors; None if it has no level."""
    found = _by_its_beginning(text)
    if found is not None:
        return found
    at, timed = line_prefixes.peeled(text)
    for found in (_by_field(text, at), _behind_its_time(text, at, timed)):
        if found is not None:
            return found
    first = _FIRST.match(text, at)
    found = of_word(first["word"]) if first and not _NOTHING.match(text, first.end()) else None
    return _in_the_open(text) if found is None else found


def _by_its_beginning(text: str) -> bool | None:
    """Return the level that a priority, a facility or a letter gives."""
    priority = _PRIORITY.match(text)
    if priority:
        return int(priority["syslog"] or priority["rdkafka"]) % 8 <= 3  # noqa: PLR2004  RFC 5424
    four = _FOUR_LETTERS.match(text)
    if four:
        return bool(four["bad"])
    letter = _LETTER.match(text)
    if letter:
        return LETTERS.get(next(filter(None, letter.groups())).upper(), False)
    facility = _FACILITY.search(text[:_HEAD])
    if facility:
        return of_word(facility["level"])
    typed = _TYPED.match(text)
    return of_word(typed["word"]) if typed else None


def _by_field(text: str, at: int) -> bool | None:
    """Return the level of a field at the beginning, or of one of several fields.

    A single one in a sentence doesn't count.
    """
    several = len(_PAIR.findall(text)) > 1
    for match in _LOGFMT.finditer(text):
        found = of_word(match["word"])
        if found is not None and (several or match.start() <= at or text[match.start()] != " "):
            return found
    return None


def _behind_its_time(text: str, at: int, timed: bool) -> bool | None:
    """Return the level directly after the time of a line."""
    match = _BEHIND_ITS_TIME.match(text, at) if at else None
    if match is None or (not timed and (match["letter"] or match["sign"] == " ")):
        return None
    if match["letter"]:
        return LETTERS.get(match["letter"])
    if (
        match["sign"] == " "
        and not match["named"]
        and (_NOUNS.match(text, match.end()) or not _ALONE.fullmatch(match["word"]))
    ):
        return None
    return None if _NOTHING.match(text, match.end()) else of_word(match["word"])


def _in_the_open(text: str) -> bool | None:
    """Return the level of the first word that is in a usual position."""
    for match in _IN_THE_OPEN.finditer(text[:_HEAD]):
        word = next(filter(None, match.groups()))
        found = of_word(word.strip("!"))
        if found is not None and not (match["first"] and _NOTHING.match(text, match.end())):
            return found
    return None
