"""Writes build/sbom.json: the components of the Lambdas, as a CycloneDX document.

Run `make sbom`. The same commit gives the same bytes, also for byte-code of the same Python: it contains no time and no
random number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from landfall.settings_file.read import load
from stacks import ROOT
from stacks.assets import asset
from stacks.assets.layer import LOCK
from stacks.assets.reproducible import digest
from stacks.assets.requirements_lock import hashes, pins

RESULT = ROOT / "build" / "sbom.json"


def document() -> str:
    """Return the SBOM: the code as one application, and every distribution of the layer."""
    settings = ROOT / "services.toml"
    with asset.staged(settings, load(settings)) as directory:
        code = digest(directory)
    bom = Bom(components=list(_layer(LOCK)), serial_number=uuid5(NAMESPACE_URL, code))
    bom.metadata.component = Component(
        name="landfall", type=ComponentType.APPLICATION, bom_ref="landfall", hashes=[_sha256(code)]
    )
    for component in bom.components:
        bom.register_dependency(bom.metadata.component, [component])
    told = json.loads(JsonV1Dot6(bom).output_as_string())
    told["metadata"].pop("timestamp", None)
    return json.dumps(told, indent=2, sort_keys=True) + "\n"


def _layer(lock: Path) -> Iterator[Component]:
    text = lock.read_text(encoding="utf-8")
    files = hashes(text)
    for name, version in sorted(pins(text).items()):
        yield Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            bom_ref=f"{name}=={version}",
            purl=PackageURL("pypi", None, name, version),
            description=f"one of {len(files[name])} files whose hashes are in {lock.name}",
        )


def _sha256(content: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=content)


def main() -> None:
    """Write it."""
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
