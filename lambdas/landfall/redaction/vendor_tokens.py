"""Recognises tokens by the prefixes of their vendors, and secrets that calls and commands take without a label.

The prefixes are those that vendors document for secret scanning, such as GitHub's list of supported secret scanning
patterns.
"""

from __future__ import annotations

from landfall.redaction import sought, values
from landfall.redaction.kind import Kind
from landfall.text.lazy_pattern import Later

_PREFIXES = """
gh[pousr]_ github_pat_ gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|imt|agent|oas|ffct)- xox[abeoprs]- xoxe\\.xox[bp]- xapp-
sk_(?:live|test|prod)_ pk_(?:live|test|prod)_ rk_(?:live|test|prod)_ kk_(?:live|test|prod)_ whsec_ sk- npm_ pypi- hf_
api_org_ SG\\. AIza ya29\\. GOCSPX- do[por]_v1_ shp(?:at|ca|pa|ss|ua)_ hv[sbr]\\. dapi dckr_[po]at_ AGE-SECRET-KEY-
SK(?=[0-9a-f]{32}) key-(?=[0-9a-f]{32})
pul-(?=[0-9a-f]{40}) ATATT3 ATCTT3 ATBB lin_(?:api|oauth)_ PMAK- NRAK- NRJS- NRII- sntry[su]_ gls[ar]_ glc_
dp\\.(?:pt|st|ct|sa|scim|audit)\\. dt0[a-z]\\d\\d\\. sq0(?:atp|csp|idp)- xkeysib- xsmtpsib- figd_ figo_ ntn_
secret_ r8_ gsk_ xai- pplx- fo[12]_ fm[12]_ pscale_(?:tkn|pw|oauth)_ sbp_ sbs_ nf[pckobu]_ HRKU- bkua_ CCIPAT_ CLOJARS_
rubygems_ aio_ LTAI CFPAT- duffel_(?:live|test)_ EZ[AT]K fio-u- pnu_ rdme_ shippo_(?:live|test)_ tfp_ ico- sgp_
tskey- waka_ csk- tvly- pcsk_ lsv2_(?:pt|sk)_ re_ rzp_(?:live|test)_ FLWSECK- APP_USR- sq[upa]_ ops_eyJ ABSK
cio[a-zA-Z0-9] p8e-(?=[0-9a-zA-Z]{32}) cmVmd(?=\\w{40}) v1\\.0-(?=[0-9a-f]{24}-) live_(?=[0-9a-f]{20}) sm_(?:a|p)at_
AQVN(?=\\w{30}) t1\\.(?=[\\w-]{20,60}\\.\\w) API-(?=[A-Z0-9]{26}) SWMTKN- CfDJ8 sk\\.eyJ pk\\.eyJ
4b1d(?=[A-Za-z0-9]{38}) oy2 AKCp tk-us- pat-[a-z]{2}\\d- dvc_(?:client|server)_ phx_ phc_
""".split()  # noqa: SIM905
_REST = r"[\w.-]{16,}(?:={1,2}(?:_[\w.+/-]{1,200})?)?"
"""An equals sign fills up a text of base64. Elsewhere it stands behind a name: `secret_id=`."""
_BEGINS = tuple(dict.fromkeys(prefix[:2] for prefix in _PREFIXES))
_BY_LETTERS = (f"{two}(?:{'|'.join(each[2:] for each in _PREFIXES if each[:2] == two)})" for two in _BEGINS)
_TOKEN = rf"\b(?:{'|'.join(_BY_LETTERS)}){_REST}"
_BARE = (
    r"(?<![\w-])[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{25,40}(?![\w-])",  # Discord
    r"(?<![\w-])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}",  # HCP Terraform
    r"(?<![\w-])pat[A-Za-z0-9]{14}\.[0-9a-f]{64}(?!\w)",  # Airtable
    r"(?<![\w~.-])[\w.~-]{3}\dQ~[\w.~-]{31,36}",  # Microsoft Entra
    r"(?<![\w-])[0-9a-f]{32}-us\d{1,2}(?!\w)",  # Mailchimp
    r"(?<![\w-])(?:sdk|api|mob)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\w)",  # LaunchDarkly
    r"(?<![\w-])access-(?:sandbox|development|production)-[0-9a-f-]{36}",  # Plaid
    r"(?<![\w/])1//0[\w-]{20,}",  # Google
    r"(?<!\w)EAA[A-Za-z0-9]{60,}",  # Meta, Square
    r"(?<![\w-])A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}(?!\w)",  # 1Password
    r"(?<!\w)\d{8,10}:AA[\w-]{33}(?![\w-])",  # Telegram
    r"(?<!\w)(?:sc|ext|scauth|authress)_\w{5,30}\.\w{4,6}\.acc[_-][\w-]{10,32}\.[\w+/=-]{30,120}",  # Authress
    r"(?<!\w)[ps]at\.[\w-]{22}\.[0-9a-f]{24}\.\w{20}",  # Harness
    r"(?<![\w-])s-s4t2(?:ud|af)-[0-9a-f]{64}",  # 42
    r"(?<!\w)sha256~[\w-]{43}(?![\w-])",  # OpenShift
    r"(?<!\w)\w{6}_\w{29}_mmk(?!\w)",  # MaxMind
    r"(?<!\w)[0-9a-f]{32,36}NRAL(?!\w)",  # New Relic
    r"(?<![\w+/])LS0tLS1CRUdJTi(?:BSU0Eg|BQUklWQVRF|BFQyBQUklWQVRF|BPUEVOU1NI"
    r"|BFTkNSWVBU)[\w+/]{10,}={0,2}",  # a PEM's key
)
_PATHS = (
    r"hooks\.slack\.com/(?:services|workflows)/",
    r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{10,20}/",
    r"webhook\.office\.com/webhookb2/",
    r"hooks\.zapier\.com/hooks/catch/",
)
_NAMED = (
    r"(?:[\w.]{1,40}[-_.])?(?:password|passwd|passphrase|passcode|pass|pwd|pw|secret|token|apikey|storepass|keypass|"
    r"credentials?|(?:api|access|secret|private|auth|master|account|encryption|license)[-_.]?key|[\w]{1,20}password)"
)
_NO_VALUE = (
    r"(?!\[redacted|[\"']?(?:\$|%|<|\{\{|--?[a-z])"
    r"|(?:[Ss]tring|text|value|str|TEXT|STRING|VALUE|(?:[A-Z]{1,20}_){0,4}(?:TOKEN|PASSWORD|SECRET|KEY"
    r"|PASS))(?:[\s\]]|$))"
)
_BEHIND_A_FLAG = rf"{_NO_VALUE}(?:\"[^\"]*\"?|'[^']*'?|[^\s\"',;]{{3,}})"
_LOGINS = r"az login|(?:docker|podman|buildah|skopeo|helm registry|oc|cf|crane) login|sshpass|mongo(?:sh|dump|restore)?"
_COMMANDS = (
    r"(?P<keep>\b(?:mysql|mysqldump|mysqladmin|mariadb)\b.{0,80}? -p|"
    rf"\b(?:{_LOGINS})\b.{{0,120}}? -p ?"
    r"|\bredis-cli\b.{0,80}? -a ?|\b(?:curl|wget|http)\b.{0,200}? (?:-u|--user|--proxy-user|-a) ?[\"']?[^\s:\"']{1,80}:"
    r"|name=\"[\w-]*(?i:password|token|secret)\"\s{1,8}(?!\w{1,20}=)"
    r"|\b(?:requirepass|masterauth) |\bACL SETUSER .{0,80}? >|\bopenssl enc .{0,80}? -(?:k|K) |\bzip .{0,40}?-P "
    r"|\b7z \w .{0,40}?-p"
    r"|\bldap\w{3,10} .{0,120}? -w ?|\bsqlcmd .{0,120}? -P ?|\bnet use .{0,80}? /user:\S{1,60} "
    r"|\bipmitool .{0,80}? -P ?|\bsmbclient .{0,80}? -U ?[\"']?[\w.\\-]{1,60}%|\brabbitmqctl (?:add_user"
    r"|change_password) \S{1,60} "
    r"|\bsp_\w{3,20}login\w{0,10} N?'[^']{1,60}',\s?N?(?=')|\b(?:etcdctl|kv|ssm) put \S{0,100}(?i:password|secret"
    r"|token|key) "
    r"|\bgh secret set .{0,80}?(?:--body|-b) |\bsnmp-server community |\b(?:radius|tacacs)-server (?:.{0,60} )?key "
    r"|\bWIFI:.{0,80}?;P:"
    r"|\bnet user \S{1,60} (?=[^\s/])|\bsnmp\w{2,8} .{0,60}?-c ?"
    r"|\bsqlplus \S{1,60}?/(?=\S{1,80}@)"
    r"|\bvault login |\bmachine \S{1,80} login \S{1,80} password |\bthin:\w{1,40}/(?=\S{1,80}@)"
    rf"|\b(?:ENV|ARG|export|setenv|setx) (?i:{_NAMED})\s"
    r"|\becho [\"']?[\w.-]{1,40}:(?=\S+ \| (?:sudo )?chpasswd)|\bhtpasswd -\w{0,4}b\w{0,3} \S{1,80} \S{1,40} "
    rf"|\becho (?=\S+ \| docker login))(?:{_BEHIND_A_FLAG})"
)
_CALLED = """mysql mariadb az docker podman buildah skopeo helm oc cf crane sshpass mongo redis curl wget http name
requirepass
masterauth acl openssl zip 7z htpasswd ldap sqlcmd net snmpwalk ipmitool smbclient rabbitmqctl sp_x etcdctl kv ssm gh
radius tacacs wifi vault machine thin env arg export setenv echo""".split()  # noqa: SIM905
_FLAGS = (
    rf"(?P<keep>[\"']--?(?i:{_NAMED})[\"'],\s?|(?<![\w-])--?(?i:{_NAMED})(?:,\s?|\s{{1,3}})"
    rf"|\b-pass(?:in|out)? pass:)(?:{_BEHIND_A_FLAG})"
)
"""The places of secrets in shell commands and forms."""
_ARGUMENT = r"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^\s,'\"()]{1,80})"
_CALLS = (
    r"PDO(?:->|::)__construct|new PDO|mysqli(?:_connect|(?:->|::)(?:__construct|real_connect))?|new mysqli"
    r"|getConnection|oci_connect|ftp_login|ldap_bind|imap_open|ldap_bind_s"
)
_LOGIN_CALLS = (
    r"attempt|signInWithPassword|loginWithPassword|createUser|login|logIn|authenticate|signIn|sign_in|loginAs"
    r"|checkCredentials|UsernamePasswordAuthenticationToken"
    r"|BasicAuth|HTTPBasicAuth|SetBasicAuth|basic_auth"
)
_SETTERS = (
    r"(?:set|with|check|verify|validate|hash|change|update|encrypt|use)_?(?:[A-Z][a-z]{1,20}|[a-z]{1,20}_)?"
    r"(?:[pP]assword|[sS]ecret|[tT]oken|[aA]pi_?[kK]ey|[pP]assphrase)|password_(?:hash|verify)|hashpw|bcrypt\.\w{1,20}"
)


def is_random(text: str) -> bool:
    """Say whether a text is not a name: a name has no digits, and has one case or joined words."""
    return any(map(str.isdigit, text)) or (text != text.lower() and text != text.upper())


_NAME = Later(
    r"(?:(?:[A-Z]?[a-z]{1,16}|[A-Z]{1,16}|\d{1,8}|[A-Za-z]{1,7}\d{1,4}|\d{1,4}[a-z]{1,3})(?:[-_.]{1,2}|$)){2,30}"
)
"""Words and numbers that are joined, as in the name of a service: `sk-cluster-2-eu-west-1`."""


def _is_token(text: str) -> bool:
    """Say whether a text with a vendor's prefix is a token, and not a name that begins like one."""
    return is_random(text[3:]) and not _NAME.fullmatch(text)


PREFIXED = Kind("API key", Later(_TOKEN), _is_token, begins=sought.letters(_BEGINS))
KINDS = (
    PREFIXED,
    *(Kind("API key", Later(pattern)) for pattern in _BARE),
    Kind(
        "API key",
        Later(rf"(?P<keep>{'|'.join(_PATHS)})(?!\[redacted)[\w/:@-]+"),
        needs=(".com/",),
    ),
    Kind(
        "API key",
        Later(r"(?P<keep>api\.telegram\.org/(?:file/)?bot)(?!\[redacted)[\w:-]+"),
        needs=(".org/bot", ".org/file"),
    ),
    Kind(
        "secret",
        Later(rf"(?P<keep>\b(?:{_CALLS})\((?:{_ARGUMENT},\s?){{2}})(?!\[redacted)(?:{values.QUOTED})"),
        begins=sought.letters(("pdo", "new", "mysqli", "get", "oci", "ftp", "ldap", "imap")),
    ),
    Kind(
        "secret",
        Later(rf"(?P<keep>\b(?:{_LOGIN_CALLS})\({_ARGUMENT},\s?)(?!\[redacted)(?=[\"'])(?:{values.QUOTED})"),
        begins=sought.letters(
            ("login", "authenticate", "attempt", "create", "sign", "check", "username", "basic", "http", "set")
        ),
    ),
    Kind(
        "secret",
        Later(rf"(?P<keep>\b(?:{_SETTERS})\()(?!\[redacted)(?=[\"'])(?:{values.QUOTED})"),
        needs=("password(", "secret(", "token(", "key(", "passphrase(", "password_", "hashpw", "bcrypt."),
    ),
)
COMMANDS = (
    Kind("secret", Later(_COMMANDS), begins=sought.letters(_CALLED)),
    Kind("secret", Later(_FLAGS), needs=("-",)),
)
