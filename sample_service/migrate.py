"""The sample's migration: `python -m sample_service.migrate`, a one-off task that runs before a release.

It brings the embedded database to its newest form, which takes no time. The variable FAULT makes it a bad one.
"""

import os
import sys
import time
from collections.abc import Callable

from sample_service.database import opened
from sample_service.settings import Settings

FAILED_EXIT_CODE = 4
SLOW_SECONDS = 8.0
HANGS_SECONDS = 3600.0


def migrate(
    settings: Settings, say: Callable[[str], None] = print, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Migrate. Raises SystemExit where the fault says that it fails."""
    say(f"INFO migrating to git sha {settings.git_sha}")
    if settings.fault == "migration-hangs":
        sleep(HANGS_SECONDS)
    if settings.fault == "migration-slow":
        sleep(SLOW_SECONDS)
    if settings.fault == "migration-fails":
        say("ERROR column records.title holds NULL: the fault 'migration-fails' is baked into this image")
        sys.exit(FAILED_EXIT_CODE)
    with opened(settings.database_path) as database:
        database.check()
    say("INFO migrated")


if __name__ == "__main__":
    migrate(Settings.from_env(os.environ))
