"""Does the image have the label with the schema version that it needs, if the settings ask for the comparison?"""

from __future__ import annotations

from landfall.model import Intent, Release, Verdict, failed
from landfall.settings import Service


def missing(settings: Service, release: Release) -> Verdict | None:
    """Return the refusal of an image without the label, before its migration runs. Going back needs none."""
    wanted = settings.migration.schema_version if settings.migration else None
    if wanted is None or release.intent != Intent.RELEASE or release.schema_version:
        return None
    label, where = wanted.label, f"services.{settings.name}.migration.schema_version"
    way_out = f"write LABEL {label}=VERSION into its Dockerfile (or docker build --label), or take out {where}"
    return failed("NO_SCHEMA_VERSION", f"image {release.image_digest} has no label {label}: {way_out}")
