"""`landfall image check`: does an image in ECR meet docs/image-contract.md?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.command import At, ServiceName, verb
from cli.exits import Exit
from cli.images import image_source
from cli.images.image_check import check_image
from landfall.intake.request import DIGEST
from landfall.settings import Build

app = typer.Typer(help="Check images in ECR.", no_args_is_help=True)


@verb
def check(
    at: At,
    image: Annotated[str, typer.Argument(help="A tag, such as the commit, or a digest.")],
    *,
    service: ServiceName = None,
) -> int:
    """Check an image's commit, labels, health check, platform, user and more. Say what is missing or wrong.

    Exits 0 if the image meets the whole contract (docs/image-contract.md), else 1.
    """
    chosen = at.cloud.service(service)
    by_digest = bool(DIGEST.fullmatch(image))
    identifier = {"imageDigest" if by_digest else "imageTag": image}
    platform = chosen.build.platform if chosen.build else Build.platform
    found = image_source.read(at.cloud.client("ecr"), chosen.repository, identifier, platform)
    findings = check_image(found.document, found.platform, chosen, None if by_digest else image)
    for finding in findings:
        seen = finding.seen if finding.result == "ok" else f"{finding.result}: {finding.seen}; {finding.expected}"
        at.out.check(finding.check, finding.result == "ok", seen, f"fix: {finding.mend}")
    good = all(f.result == "ok" for f in findings)
    at.out.document({"ok": good, "digest": found.digest, "findings": [asdict(f) for f in findings]})
    return Exit.LIVE if good else Exit.FAILED


app.command()(check)


@app.callback()
def images() -> None:
    """Check images in ECR."""
