"""The words around a label: `_OLD` after it doesn't change its meaning, `_count` does."""

from __future__ import annotations

from landfall.redaction.label_words import Label

SUFFIXES = frozenset(
    """old new previous prev current next base prod production staging stage stg dev development test testing qa uat
    live sandbox primary secondary tertiary backup main master replica readonly ro rw admin root default value val
    text plain plaintext clear raw string str data confirm confirmation confirmed again repeat repeated hash digest
    enc encrypted b64 base base64 hex hashed legacy temp tmp original internal external public private user app db
    api web service global shared local remote read write full home work mobile cell line first last legal official
    usual preferred v env a b c x us eu ca east west north south central one two hs hmac """.split()  # noqa: SIM905
)
"""Words after a label that don't change its meaning. Digits don't either."""
DERIVED = frozenset(
    """count counts counter length len size sizes expires expiry expiration expire expired expiring exp ttl timeout
    type types kind url uri urls endpoint name names arn arns id ids path paths file files filename dir directory
    folder policy policies version versions enabled disabled required require requires optional allowed valid
    validity validated validation verified verify missing present exists exist created updated changed change
    modified deleted at on date time timestamp age days hours minutes seconds secs sec ms millis in min max minimum
    maximum limit limits quota used usage use uses total totals remaining left attempts attempt tries retries retry
    rotation rotated rotate reset resets algorithm alg algo format formats encoding encoder hint hints source
    sources provider providers store storage manager backend location prefix suffix header headers field fields
    column columns param params parameter parameters status state error errors failure failures failed code codes
    message messages reason strength score issuer iss audience aud scope scopes request requests response responses
    cost budget rate per window bucket table model class method methods mode strategy label labels placeholder title
    description template input form page link links validator regex pattern rule rules list set map cache pool index
    owner role roles group groups resolver handler filter factory service services client bean config configuration
    settings setting option options check checks generator length bytes bits chars words is has was not rule level
    loaded found ref reference region zone env file mount""".split()  # noqa: SIM905
)
"""Words after a label that change its meaning: how many, how long, when, where, of what kind."""
DOERS = ("er", "or", "ing", "tion", "ity", "ment", "able")
"""Endings of words that process or describe a secret: hasher, rotation."""
ACTS = tuple(
    """hash encod decod encrypt decrypt cipher crypt sign verif valid invalid generat rotat handl resolv provid filter
    cach stor pars refresh renew expir check intercept authent author convert format mask manag process load read writ
    fetch extract inject serializ deserial transform map lex token count limit build creat delet remov updat match
    compar compress escap deriv stretch salt exchang negotiat rat sett interpret separat delimit terminat convers
    descri instruct revoc complex scan leak detect find guard protect vault meter""".split()  # noqa: SIM905
)
"""How such words begin. In the name of a variable, any other of them names a system: `API_KEY_BILLING`."""
NO_KEYS = frozenset(
    """primary foreign partition sort cache public object s3 idempotency row range index group config map dict lock
    routing translation i18n message event metric unique constraint hash redis sort natural composite candidate
    surrogate bucket registry property attribute field column context tag label trace span flag feature error status
    record array missing undefined unknown invalid duplicate dedup deduplication correlation item entry node state
    answer arrow""".split()  # noqa: SIM905
)
NO_CODES = frozenset(
    """status exit error err http response return reason sql result country currency language lang product diagnosis
    procedure icd cpt promo state area region close stop signal key fault failure event action vendor
source""".split()  # noqa: SIM905
)
PARSED = frozenset(("unexpected", "unterminated", "offending", "illegal", "unknown", "stray", "next"))
"""Words that parsers use with tokens."""
_PUBLIC_KEY = ("public", "key")
"""The token of a public key names an assembly of .NET."""
SEVERAL = frozenset(("passwords", "secrets", "credentials", "tokens", "keys"))


def keeps(label: Label, first: int, behind: int, *, secret: bool, maybe: bool, variable: bool = False) -> bool:
    """Say whether the words around a label keep its meaning. The label goes from word `first` to before `behind`.

    `variable`: it is spelled as the name of a variable of the environment, in which the last word often names a system.
    """
    ahead, rest = label.words[first - 1] if first else "", label.words[behind:]
    if any(_tells_of(word, variable=variable) for word in rest):
        return False
    severally = maybe and label.words[behind - 1] in SEVERAL
    if not known(rest) and (not (secret or severally) or any(label.apart[behind:])):
        return False
    if (
        secret
        and label.words[behind - 1] == "token"
        and (ahead in PARSED or label.words[max(0, first - 2) : first] == _PUBLIC_KEY)
    ):
        return False
    if maybe:
        word = label.words[behind - 1]
        joined_to = bool(ahead) and not label.apart[behind - 1]
        return (word != "key" or joined_to) and ahead not in {"key": NO_KEYS, "code": NO_CODES}.get(word, ())
    return True


def _tells_of(word: str, *, variable: bool) -> bool:
    """Say whether a word after a label makes it a label of something else."""
    if word in SUFFIXES:
        return False
    return word in DERIVED or (word.endswith(DOERS) and (not variable or word.startswith(ACTS)))


def known(rest: tuple[str, ...]) -> bool:
    """Say whether words after a label keep its meaning."""
    return all(word in SUFFIXES or word.isdigit() for word in rest)
