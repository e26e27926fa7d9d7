"""The service's settings, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = "unknown"
"""The value of a fact that nobody supplied. A guess would be worse."""


@dataclass(frozen=True)
class Settings:
    """All settings of the service, with the defaults of an unconfigured container."""

    git_sha: str = UNKNOWN
    build_time: str = UNKNOWN
    node_env: str = "development"
    service: str = "sample-service"
    image_digest: str = UNKNOWN
    deployed_at: str = UNKNOWN
    deployed_git_sha: str = UNKNOWN
    api_token: str = ""
    cors_origins: tuple[str, ...] = ("https://app.example.com",)
    database_path: str = ""
    fault: str = ""
    access_record: str = ""
    mode: str = "api"
    host: str = "0.0.0.0"  # noqa: S104  a container is reached from outside itself
    port: int = 8080

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the settings. A missing or empty variable gives the default."""
        texts = {field: env[name] for field, name in _VARIABLES.items() if env.get(name)}
        origins = tuple(part.strip() for part in env.get("CORS_ORIGIN", "").split(",") if part.strip())
        return cls(**texts, cors_origins=origins or cls.cors_origins, port=_port(env.get("PORT", "")))


_VARIABLES = {
    "git_sha": "GIT_SHA",
    "build_time": "BUILD_TIME",
    "node_env": "NODE_ENV",
    "service": "SERVICE_NAME",
    "image_digest": "IMAGE_DIGEST",
    "deployed_at": "DEPLOYED_AT",
    "deployed_git_sha": "DEPLOYED_GIT_SHA",
    "api_token": "API_TOKEN",
    "database_path": "DATABASE_PATH",
    "fault": "FAULT",
    "access_record": "ACCESS_RECORD",
    "mode": "MODE",
    "host": "HOST",
}


def _port(text: str) -> int:
    """Return the port to listen on. Raises ValueError if PORT is wrong."""
    if not text:
        return Settings.port
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:  # noqa: PLR2004  the largest port
        raise ValueError(f"PORT is {text!r}: it must be a whole number from 1 to 65535")
    return int(text)
