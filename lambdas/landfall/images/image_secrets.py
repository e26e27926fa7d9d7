"""Decides whether an image's variable holds a secret, by its name and its value.

The last word of a name says what it holds: `DB_PASSWORD` a password, `PASSWORD_FILE` a file, `TOKEN_EXPIRY` a time. So
a name is read from its end. The words before a secret's word count only if that word has other meanings, such as `KEY`.
tests/unit/cli/image_variables.txt has the names that it was tested on, with their sources.
"""

from __future__ import annotations

import re

from landfall.text.lazy_pattern import Later


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD = Later(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NEUTRAL = Later(
    r"BASE|BASE64|B64|VALUE|STRING|TEXT|PEM|HEX|RAW|PLAIN(TEXT)?|JSON|V|B|\d+|OLD|NEW|PREVIOUS|CURRENT|DEFAULT|PROD(UCTION)?"
    r"|STAGING|DEV(ELOPMENT)?|TEST|LIVE|SECONDARY|CONTENTS?"
)
"""Words after a secret's word that don't change its meaning."""
_SECRET = Later(
    r"(.*(PASSWORD|PASSWD|PASSPHRASE|SECRET)|PASS|[A-Z]*PWD|PW|PSW|PASSCODE|SECRETS|.*TOKEN|CREDS?|CREDENTIALS?|PAT|SK"
    r"|PSK|SALT|PEPPER|MNEMONIC|(SSH|DB|SQL|MYSQL|PG|ROOT|ADMIN|USER|LDAP|BIND|SMTP|MAIL|FTP|REDIS|KEY|STORE)PASS)"
)
_KEY = Later(r"KEYS?|.*(API|ACCESS|AUTH|MASTER|ENCRYPTION|SIGNING|PRIVATE|SECRET)KEYS?")
_NO_SECRET_KEY = _words(
    "PUBLIC PUB PUBLISHABLE SITE GPG PGP PRIMARY FOREIGN PARTITION SORT RANGE UNIQUE COMPOSITE CACHE ROUTING "
    "LOOKUP INDEX GROUP GROUPING ORDER SORTING OBJECT MAP HOT SHORTCUT TRANSLATION IDEMPOTENCY HOST AUTHORIZED "
    "KNOWN REGISTRY"
)
"""Words before `KEY` that make it a key of a table or a public key."""
_WHOSE = Later(r"(.*_)?(SECRET|PASSWORD|PASSWD|PASSPHRASE)_.+")
"""A secret's word followed by its owner: `CLIENT_SECRET_GITHUB`."""
_WHOSE_KEY = Later(r"(.*_)?(TOKEN|(API|ACCESS|AUTH|PRIVATE)_KEY)_.+")
"""The same of words that have other meanings too: `API_KEY_BILLING`, `TOKEN_BUCKET`. Here the value counts."""
_MADE_UP = Later(r"(?=.*[A-Za-z])(?=.*\d)(?!v?\d+(\.\d+)+$)[\w+/=.~-]{8,}")
_ABOUT = _words(
    "ADDRESS AGE ALG ALGO ALGORITHM ALIAS ARN AUDIENCE BACKEND CHANGE CHECK CHECKER CHECKSUM CLAIM CLASS CMD COLUMN "
    "COMMAND COMPLEXITY COST COUNT DAYS ENCRYPTION GENERATOR HANDLER HASHING PROTECTION QUALITY STRATEGY VALIDATION "
    "DIR DIRECTORY DISABLED DRIVER DUMMY ENABLED ENCODING ENDPOINT ENGINE EXPIRATION EXPIRE EXPIRES EXPIRY FIELD "
    "FILE FILENAME FINGERPRINT FLOW FORM FORMAT GRANT HASH HASHER HEADER HELP HINT HISTORY HOST HOURS ID IDS "
    "INTERVAL ISSUER KIND LABEL LENGTH LIFETIME LIMIT LINK LOCATION LOGIN MANAGER MAX METHOD MIN MINUTES MODE "
    "MODULE NAME NAMES NAMESPACE PARAM PATH PATTERN PLUGIN POLICY PORT PREFIX PROMPT PROVIDER REFERENCE REGEX "
    "REGION REQUIRED RESET RESOURCE ROLE ROTATION ROUNDS SCOPE SCOPES SECONDS SERVICE SIZE SOURCE STORAGE STORE "
    "STRENGTH SUFFIX TEMPLATE TIMEOUT TTL TYPE URI URL USER USERNAME USERS VALIDATOR VALIDATORS VERSION"
)
"""Words after a secret's word that make the value a property of the secret."""
_NO_SECRET_TOKEN = _words("PUBLIC PAD EOS BOS UNK SEP CLS MASK STOP SPECIAL START END")
_NO_SECRET_PASS = _words("FIRST SECOND ONE TWO SINGLE MULTI BUILD")
_IN_BROWSERS = Later(r"(NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|VITE|REACT_APP|GATSBY|VUE_APP|STORYBOOK)_")
"""Prefixes of variables that frameworks send to every browser."""
_MEANT = {
    "COOKIE": _words("ERLANG RELEASE NODE DISTRIBUTION MAGIC"),
    "PHRASE": _words("SEED RECOVERY MNEMONIC BACKUP SECRET PASS"),
    "COMMUNITY": _words("SNMP"),
}
"""Words that hold a secret behind one of these: the nodes of a cluster share a cookie."""
_BUNDLER = Later(r"BUNDLE_[A-Z0-9_]+?__[A-Z0-9_]+")
_LOGIN = Later(r"[^\s:/]{1,100}:[^\s/]{1,200}")
"""A host in the name, a user and a password in the value (Bundler, bundle config, credentials for gem sources)."""
_CHAT = _words("SLACK DISCORD TEAMS MATTERMOST ROCKETCHAT")

_SWITCH = Later(
    r"true|false|yes|no|on|off|enabled?|disabled?|none|null|nil|undefined|required|optional|[01]", re.IGNORECASE
)
_NUMBER = Later(r"\d+(\.\d+)?")
_PATH = Later(r"(file:/{1,3}|[.~]{0,2}/)[\w.@+-]{1,60}(/[\w.@+-]{1,60})+|[.~]{0,2}/[\w@+-]{1,60}\.[a-z]{1,6}")
_REFERENCE = Later(
    r"\$\{?\w+.*|\$\(.+\)|\{\{.+\}\}|arn:aws[a-z-]*:.+|(vault|ssm|op|secret|awssm|gcp-?sm|sm)://?.+|projects/[^/]+/secrets/.+"
    r"|https?://[^\s@]+|alias/[\w/-]+|<(pad|s|/s|unk|mask|eos|bos)>"
)
"""Values that name a secret or its location, but don't hold it."""
_FINGERPRINTS = Later(r"(0x)?[0-9A-Fa-f]{8,64}([\s,]+(0x)?[0-9A-Fa-f]{8,64})*")
_OPENPGP = Later(r"(0x)?[0-9A-F]{40}")
"""The fingerprint of a public key as GnuPG prints it. Programs that make secrets print hex digits in lower case."""
_KEEPS_SECRET = _words(
    "ACCESS AES API APP AUTH COOKIE ENCRYPT ENCRYPTION HMAC JWT LICENSE MASTER PRIVATE SECRET SESSION SIGNING"
)
"""Words before `KEY` that make it a secret even if its value looks like such a fingerprint."""
_HELD = (
    Later(r"://[^/\s:@]*:(?![<{$%\[])[^/\s@]+@"),
    Later(
        r"(?i)(?:\b|(?<=-D[a-z])|(?<=store)|(?<=proxy)|(?<=[.a-z]key))(?<!trustStore)(password|pwd|accountkey|sharedaccesskey"
        r"|secret(access)?key)=(?!(?:changeit|true|false|yes|no|none)\b)[^\s;&${<]+"
    ),
    Later(
        r"(?i)(?<!\S)--?(?:\w{1,30}-){0,4}(?:password|passwd|passphrase|token|secret|api-?key)[= ]"
        r"(?=[^\s\d]{0,80}\d)(?=\S{0,80}[A-Za-z])[\w+/.=~!@-]{6,}"
    ),
    Later(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    Later(r"\"auth\"\s*:\s*\"[\w+/=-]{8,}\""),  # a registry's login in Docker's config.json
    Later(
        r"hooks\.slack\.com/(services|workflows)/.|discord(app)?\.com/api/webhooks/.|\.webhook\.office\.com/webhookb2/."
    ),
    Later(r"\b(gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|[sr]k_live_|npm_|hvs\.|SG\.)[\w.-]{16,}"),
)
"""Values that hold a secret under any name: an address or a connection string with a password, a private key, a webhook
address, and the token prefixes of services."""


def is_secret(name: str, value: str) -> bool:
    """Say whether a variable of an image seems to hold a secret, by its name and value."""
    if any(held.search(value) for held in _HELD):
        return True
    return _names_one(name, value) and not _is_harmless(value)


def _names_one(name: str, value: str) -> bool:
    if _BUNDLER.fullmatch(name):
        return bool(_LOGIN.fullmatch(value))
    words = [word.upper() for word in _WORD.findall(name)]
    if words[-2:] == ["WEBHOOK", "URL"] or words[-1:] == ["WEBHOOK"]:
        return bool(_CHAT & set(words)) and not value.startswith("http")
    if {"SERVICE", "ACCOUNT", "JSON"} <= set(words):
        return True
    words = _meant(words)
    last, before = (words or [""])[-1], set(words[:-1])
    if _KEY.fullmatch(last):
        return _is_key(name, value, before)
    if last in _MEANT:
        return bool(before & _MEANT[last])
    if last == "AUTH":
        return not _is_mode(value)
    if not _SECRET.fullmatch(last):
        return last not in _ABOUT and _owner_names_one("_".join(words), value)
    if last.endswith("TOKEN"):
        return not (before & _NO_SECRET_TOKEN or _NUMBER.fullmatch(value) or _IN_BROWSERS.match(name.upper()))
    return not (last == "PASS" and before & _NO_SECRET_PASS)


def _meant(words: list[str]) -> list[str]:
    """Return the words of a name without those at its end that don't change its meaning."""
    if "KEY" in words[:-1] and words[-1] == "BASE":  # Rails: SECRET_KEY_BASE
        return words[:-1]
    if words[-3:] == ["ROOT", "TOKEN", "ID"]:  # Vault: what the root token shall be
        return words[:-1]
    end = len(words)
    while end > 1 and _NEUTRAL.fullmatch(words[end - 1]):
        end -= 1
    return words[:end]


def _owner_names_one(name: str, value: str) -> bool:
    if _WHOSE.fullmatch(name):
        return not _NUMBER.fullmatch(value)
    return bool(_WHOSE_KEY.fullmatch(name) and _MADE_UP.fullmatch(value))


def _is_key(name: str, value: str, before: set[str]) -> bool:
    if before & {"GPG", "PGP"} and not _FINGERPRINTS.fullmatch(value):
        return True
    if _IN_BROWSERS.match(name.upper()) or _NUMBER.fullmatch(value):
        return False
    if _OPENPGP.fullmatch(value) and not before & _KEEPS_SECRET:  # TINI_SIGN_KEY
        return False
    return not before & _NO_SECRET_KEY or "PRIVATE" in before or {"ENCRYPTION", "PRIMARY"} <= before


def _is_mode(value: str) -> bool:
    """Say whether a value is a method of authentication, not a credential."""
    return value.lower() in (
        *("basic", "digest", "bearer", "jwt", "token", "oauth", "oauth2", "oidc", "openid", "saml", "ldap", "local"),
        *("db", "trust", "md5", "scram-sha-256", "plain", "login", "cram-md5", "iam", "password", "kerberos", "mtls"),
    )


def _is_harmless(value: str) -> bool:
    """Say whether a value can't be a secret: empty, a switch, a file's path, the name of a secret."""
    text = value.strip()
    return not text or any(each.fullmatch(text) for each in (_SWITCH, _PATH, _REFERENCE))
