"""The words that loggers use for levels: for errors, and for all others."""

from __future__ import annotations

from landfall.text.lazy_pattern import Later

BAD = (
    "error|errors|err|erro|eror|critical|crit|crt|fatal|ftl|severe|panic|dpanic|pnc|emergency|emerg|alert|alrt|fail|failure"
    "|failed|crash|supervisor|exception|wtf"
)
GOOD = (
    "warning|warn|wrn|notice|information|informational|info|inf|debug|dbg|dbug|trace|trc|verbose|vrb|fine|finer|finest"
    "|success|ok|note|progress"
)
GOOD_WITH_A_COLON = "config|log|statement|detail|hint|context|audit|system|query|silly|http"
BAD_ABROAD = (
    "FEHLER|SCHWERWIEGEND|PANIK|ERREUR|GRAVE|FATALE|CRITIQUE|ERRO|ERROR FATAL|ERRORE|FATAL|FOUT|FEL|B\u0141\u0104D|HATA"
    "|\u041e\u0428\u0418\u0411\u041a\u0410|\u0412\u0410\u0416\u041d\u041e"
    "|\u041a\u0420\u0418\u0422\u0418\u0427\u0415\u0421\u041a\u0410\u042f \u041e\u0428\u0418\u0411\u041a\u0410"
    "|\u30a8\u30e9\u30fc|\u81f4\u547d\u7684\u30a8\u30e9\u30fc|\u91cd\u5927|\u9519\u8bef|\u932f\u8aa4|\u4e25\u91cd|\u56b4\u91cd|\u81f4\u547d\u9519\u8bef"
    "|\uc624\ub958|\uc2ec\uac01"
)
"""The translations of PostgreSQL and java.util.logging."""
GOOD_ABROAD = (
    "WARNUNG|HINWEIS|INFORMATION|INFOS|AVERTISSEMENT|ATTENTION|NOTE|ADVERTENCIA|AVISO|INFORMACI\u00d3N|AVVERTENZA"
    "|INFORMA\u00c7\u00d5ES|LOGG|PROTOKOLL|JOURNAL|REGISTRO|\u041f\u0420\u0415\u0414\u0423\u041f\u0420\u0415\u0416\u0414\u0415\u041d\u0418\u0415|\u0417\u0410\u041c\u0415\u0427\u0410\u041d\u0418\u0415|\u0418\u041d\u0424\u041e\u0420\u041c\u0410\u0426\u0418\u042f|\u0421\u041e\u041e\u0411\u0429\u0415\u041d\u0418\u0415"
    "|\u8b66\u544a|\u60c5\u5831|\u4fe1\u606f|\uacbd\uace0|\uc815\ubcf4"
)
LETTERS = {"E": True, "F": True, "C": True, "A": True, "W": False, "I": False, "D": False, "T": False, "V": False}
_LEVEL = Later(rf"(?i)(?:(?P<bad>{BAD})|{GOOD}|{GOOD_WITH_A_COLON}|default|all)(?:[+-]\d{{1,2}})?")
_ABROAD = Later(rf"(?P<bad>{BAD_ABROAD})|{GOOD_ABROAD}")


def of_word(word: str) -> bool | None:
    """Say whether a word is an error level; None if it is not a level."""
    word = word.strip()
    if word.isdigit():
        return None
    if len(word) == 1:
        return LETTERS.get(word.upper())
    found = _LEVEL.fullmatch(word) or _ABROAD.fullmatch(word)
    return bool(found["bad"]) if found else None
