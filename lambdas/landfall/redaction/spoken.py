"""Recognises people's data in sentences, where no sign is between a label and its value."""

from __future__ import annotations

from landfall.redaction import behind, labels, sentences, sought, values
from landfall.redaction.kind import Kind
from landfall.redaction.labels import alternatives, phrases
from landfall.text.lazy_pattern import Later

_CARE = (
    r"(?:admitted|discharged|died|deceased|hospitali[sz]ed) (?:on|at)"
    r"|(?:admission|discharge|surgery|appointment) (?:date|on|at)"
)
_OF_CARE = ("admitted", "discharged", "died", "deceased", "hospitalized", "surgery", "appointment")
_OF_CARE_NUMBERS = (
    "claim, chart, encounter, member, subscriber, accession, prescription, rx, specimen, mrn, insurance, case no"
)

KINDS = (
    *sentences.KINDS,
    behind.behind("licence number", "dea", frozenset(("de",)), r"[A-Z][A-Z9]\d{7}(?!\w)"),
    behind.numbered("record number", _OF_CARE_NUMBERS),
    Kind(
        "record number",
        Later(
            r"(?i)(?P<keep>\b(?:patient|member|subscriber|enrollee|insured) )[a-z]{0,4}-?\d{5,12}(?![\w:.-]"
            r"| (?:rows?|records?|ms|s|bytes)\b)"
        ),
        needs=("patient ", "member ", "subscriber ", "enrollee ", "insured "),
    ),
    Kind(
        "date of birth",
        Later(
            rf"(?i)(?P<keep>(?<![\w./])(?:{alternatives(behind.BIRTH)})(?!\w)[^\r\n]{{0,40}}?[\"'])(?:{values.DATE})(?=[\"'])"
        ),
        values.has_digits,
        begins=sought.letters(behind.BIRTH),
    ),
    Kind(
        "date of birth",
        Later(
            rf"(?i)(?P<keep>[\"'])(?:{values.DATE})(?=[\"'] (?:as|for|in|is"
            rf"|of) [\w ]{{0,24}}?\b(?:{alternatives(behind.BIRTH)})(?!\w))"
        ),
        values.has_digits,
        needs=("dob", "birth", "born"),
    ),
    Kind("secret", Later(r"(?i)(?P<keep>\bcv[vc]2?:? )\d{3,4}(?![\w.-])"), needs=("cvv", "cvc")),
    behind.numbered("device", f"{labels.DEVICES}, serial"),
    behind.numbered("licence number", f"{labels.LICENCES}, license, licence, permit"),
    behind.numbered("account number", labels.ACCOUNTS),
    behind.behind(
        "account number",
        "bic/iban|iban",
        frozenset(("bi", "ib")),
        r"[A-Z]{2}\d{2}[\dA-Z ]{10,34}",
        values.has_digits,
    ),
    Kind("record number", Later(r"(?i)(?P<keep>\bpatient ?# ?)[a-z]{0,3}-?\d{4,}(?![\w:.-])"), needs=("patient",)),
    Kind(
        "social security number",
        Later(r"(?i)(?P<keep>\blast (?:four|4)(?: digits)?(?: of)?(?: the)? (?:ssn|social):? ?)\d{4}(?!\w)"),
        needs=("ssn", "social"),
    ),
    Kind(
        "name",
        Later(
            r"[\"']?(?:[A-ZÀ-Þ][\w'\u2019.-]{0,30},? ){1,3}[A-ZÀ-Þ][\w'\u2019-]{1,30}[\"']?"
            r"(?= ?(?:<|\(|&lt;)\[redacted: email address\])"
        ),
        needs=("[redacted: email address]",),
    ),
    Kind("IP address", Later(rf"(?P<keep>\bfrom )(?:{values.IP})(?= port \d)"), values.is_public, needs=(" port ",)),
    behind.behind(
        "IP address",
        alternatives([each for each in phrases(labels.IPS) if " " in each]),
        sought.letters(phrases(labels.IPS)),
        values.IP,
        values.is_public,
    ),
    Kind(
        "social security number",
        Later(r"(?i)(?P<keep>\bssn end(?:s|ing) (?:in|with) )\d{4}(?!\w)"),
        needs=("ssn",),
    ),
    Kind("address", Later(r"(?P<keep>\b(?:ZIP|zip|Zip)(?: [Cc]ode)? )\d{5}(?:-\d{4})?(?![\w.-])"), needs=("zip",)),
    Kind(
        "phone number",
        Later(
            rf"(?i)(?P<keep>(?<![\w./-])(?:tel|phone|telephone|fax|mobile|cell)\.?(?: no\.?"
            rf"| number)?:? )(?:{values.PHONE})(?![\w.-])"
        ),
        lambda text: sum(map(str.isdigit, text)) in range(8, 16),
        needs=("tel", "phone", "fax", "mobile", "cell"),
    ),
    Kind(
        "IP address",
        Later(
            rf"(?i)(?P<keep>\b(?:from|by|of) (?:(?:client |user "
            rf"|remote )?ip(?: address)? ?:? ?))(?:{values.IP})(?![\w])"
        ),
        values.is_public,
        begins=frozenset(("fr", "by", "of")),
    ),
    Kind(
        "IP address",
        Later(rf"(?i)(?P<keep>\blog(?:in|ged in|on)\b[^,;\r\n]{{0,60}}? from )(?:{values.IP})"),
        values.is_public,
        needs=("log",),
    ),
    Kind("IP address", Later(rf"(?P<keep>\bclient: )(?:{values.IP})(?=,)"), values.is_public, needs=("client: ",)),
    Kind("IP address", Later(rf"(?P<keep>\[client )(?:{values.IP})(?=[\]:])"), values.is_public, needs=("[client ",)),
    # the common log format of web servers (Apache HTTP Server, mod_log_config)
    Kind("IP address", Later(rf"^(?:{values.IP})(?= \S{{1,60}} \S{{1,60}} \[\d\d/)"), values.is_public, needs=(" [",)),
    behind.behind("date", _CARE, sought.letters(_OF_CARE), values.DATE, values.has_digits),
    behind.spoken("social security number", behind.SSN, values.SSN),
    behind.behind("record number", behind.PATIENTS, sought.letters(labels.patients()), values.NUMBER),
    behind.spoken("account number", behind.told(labels.ACCOUNTS), values.IDENTIFIER, values.has_digits),
    behind.spoken("licence number", behind.told(labels.LICENCES), values.IDENTIFIER, values.has_digits),
    behind.spoken("vehicle", behind.told(labels.VEHICLES), rf"{values.PLATE}|{values.IDENTIFIER}", values.has_digits),
    behind.spoken("device", behind.told(labels.DEVICES), values.IDENTIFIER, values.has_digits),
    behind.spoken("date of birth", behind.BIRTH, values.DATE),
)
