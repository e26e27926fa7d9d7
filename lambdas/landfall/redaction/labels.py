"""The labels that stand before personal and secret data, and the ways in which logs write `label: value`."""

from __future__ import annotations

import re

SECRETS = (
    r"pass(?:word|wd|phrase|code)s?(?:[_-]?(?:confirmation|hash|digest|plain))?|pwd|secret|credentials?|token"
    r"|csrf|xsrf|otp|cvv2?|cvc|cv2|sid|jsessionid|phpsessid|samlresponse|samlrequest|jwt"
    r"|(?:api|app|access|private|secret|signing|encryption|master|auth|account|shared|license|subscription|storage)"
    r"[_.-]?key(?:[_.-]?id)?|session[_.-]?(?:id|key)|x-amz-credential|signature|sig|connection[_.-]?string"
    r"|(?:verification|security|login|one[ _-]time|auth)[ _-]?(?:code|pin)"
    r"|passwort|kennwort|mot de passe|contrase(?:ñ|n)a|senha|пароль|密码|パスワード|wachtwoord|hasło"
)
MAYBE_SECRETS = r"[\w.-]{1,40}[_-]key|auth|code|pass|bearer|session"
"""Labels of secrets and of much else: what stands behind them tells."""
SPOKEN_SECRETS = r"passwor[dt]|passwd|passcode|passphrase|pwd|token|secret|api key|AUTH|identified by"
PATIENT = (
    r"mrn|medical[_ .-]?record(?:[_ .-]?(?:number|num|no|id|nr))?\.?|chart[_ .-]?(?:number|no|id)"
    r"|(?:patient|patienten|member|subscriber|beneficiary|insurance|policy|health[_ .-]?plan|nhs|npi|medicare|medicaid)"
    r"[_ .-]?(?:id|identifier|number|num|no|nr|nummer)\.?"
)
NAME = (
    r"(?:first|last|full|middle|maiden|given|family|patient|patienten|member|subscriber|guardian|display"
    r"|card[_ .-]?holder|contact)[_ .-]?name|surname"
)
BIRTH = (
    r"dob|d\.o\.b\.?|date[_ .-]?of[_ .-]?birth|birth[_ .-]?(?:date|day)|born(?:[_ .-]?on)?"
    r"|geburtsdatum|date de naissance|fecha[_ ](?:de[_ ])?nacimiento"
)
SSN = r"ssn|social[_ .-]?security(?:[_ .-]?(?:number|num|no))?"
PHONE = r"(?:(?:tele|mobile|cell|home|work)[_ .-]?)?phone(?:[_ .-]?(?:number|num|no))?|tel|mobile|fax"
DATE = (
    r"\d[\d./-]{4,12}(?:T[\d:.Z]+)?|\d{1,4}(?:(?:, |%2F)\d{1,4}){2}"
    r"|\w{3,9} \d{1,2},? \d{4}|\d{1,2} \w{3,9} \d{4}"
)

_Q = r"(?:\\*[\"']|%22|%27|&quot;|&#39;|\\u0022|`)"
_QUOTED = (
    r"\\++[\"'](?:[^\\\"']|\\(?!\\{0,6}[\"'])){0,2000}+\\++[\"']|\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?"
    r"|%22.*?(?:%22|$)|&quot;.*?(?:&quot;|$)|\\u0022.*?(?:\\u0022|$)|`[^`]*`?|\[[^\]]*\]"
)
WORD = r"(?:(?!%26|%22|%2C|%7D|&)[^\s,;\"'<>{}()|\\])+"
_NOTHING = (
    r"(?!\\*[\"']?(?:\[(?:redacted|filtered|masked|hidden)|(?:null|none|nil|true|false|undefined|on|off|yes|no|set)\b"
    r"|arn:|\*{3}|<|\$\{|%\(|%s|\?|\$\d\b))(?!\\*\"\\*\"|'')"
)
_CALL = r"(?:[bu](?=[\"'])|string\(\d+\) ?|[A-Za-z][\w.]{0,30}\((?=[\"'\d\[]))?+"
_END = (
    rf"{_Q}?(?:\]|%5D)?\)?\s{{0,4}}(?:=>|:=|[:=]|%3A|%3D)(?:\s|%20){{0,4}}+{_CALL}"  # label=value, "label": "value"
    rf"|(?:\s[^<>]{{1,200}})?>(?=[^<>\s])"  # <label>value
    rf"|['\"],\s?b(?=['\"])"  # (b'label', b'value')
)
_LABEL = r"(?<![\w.-])(?<!\d:)(?:[\w.-]{0,60}?|%22|%3F|%26|[\w.-]{0,30}%5B|\\u0022)"


def labelled(labels: str, value: str = WORD) -> re.Pattern[str]:
    """Match what stands behind a label, in any of the ways in which programs write it."""
    return re.compile(rf"(?i)(?P<keep>{_LABEL}(?:{labels})(?:{_END})){_NOTHING}(?:{_QUOTED}|(?:{value}))")


def spoken(labels: str, value: str) -> re.Pattern[str]:
    """Match what stands behind a label in a sentence: `password is x`, `MRN #x`, `--password x`."""
    return re.compile(rf"(?i)(?P<keep>(?<![\w./])(?<!\d:)(?:{labels})(?: is)?(?: ?# ?|[: ] ?)){_NOTHING}(?:{value})")


def told_later(labels: str) -> re.Pattern[str]:
    """Match the value of a label that is itself a value: `"name": "label", "value": "x"`."""
    between = r"[^{}\r\n]{0,160}?\b(?:value|input|input_value)"
    return re.compile(rf"(?i)(?P<keep>(?:{labels}){_Q}?{between}{_Q}?\s?[:=]\s?){_NOTHING}(?:{_QUOTED})")


HEADER = (
    rf"(?i)(?P<keep>(?<![\w-])(?:(?:proxy-)?authorization|[\w.-]{{0,60}}cookies?)(?:{_END})){_NOTHING}"
    rf"(?:digest .+|\{{[^}}]*\}}|{_QUOTED}|[^\"'\r\n]+)"
)
COMMAND = (
    r"(?P<keep>\b(?:mysql|mysqldump|mariadb)\b.{0,80}? -p|\b(?:sshpass|docker login)\b.{0,80}? -p ?"
    r"|\bredis-cli\b.{0,80}? -a ?|\bcurl\b.{0,200}? -u ?[^\s:]{1,80}:"
    r"|name=\"[\w-]*(?i:password|token|secret)\"\s{1,8}|\"--[\w-]*(?i:password|token|secret)\",\s?"
    r"|\becho (?=\S+ \| docker login))"
    r"(?!\[redacted)(?:\"[^\"]*\"?|'[^']*'?|[^\s\"']{4,})"
)
"""Where the commands of a shell, and forms, have their secrets."""
