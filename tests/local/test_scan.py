"""The local ECR tells of scans as AWS does: of images, where the repository scans, and never of an index."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from landfall.aws.ecr import Ecr
from landfall.aws.image_manifest import INDEX_TYPES, MANIFEST_TYPES
from local.emulator.local_aws import LocalAws
from local.traits.ecr.scan import ANNOTATION

NAME = "scanned"


@pytest.fixture
def ecr(aws: LocalAws) -> Iterator[Any]:
    """ECR with a repository that scans on push."""
    client = aws.client("ecr")
    client.create_repository(repositoryName=NAME, imageScanningConfiguration={"scanOnPush": True})
    yield client
    client.delete_repository(repositoryName=NAME, force=True)


def put(ecr: Any, said: str = "", kind: str = MANIFEST_TYPES[0], **more: Any) -> str:
    """Put an image whose scan says that. Return its digest."""
    document = {"schemaVersion": 2, "mediaType": kind, "annotations": {ANNOTATION: said}, **more}
    text = json.dumps(document)
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    ecr.put_image(repositoryName=NAME, imageManifest=text, imageManifestMediaType=kind, imageTag=digest[7:20])
    return digest


def test_scans(ecr: Any) -> None:
    """Found, clean, under way, of an index, and not switched on."""
    known = Ecr(ecr, NAME)
    found, clean, busy = (known.scan(put(ecr, said)) for said in ("CRITICAL=1,LOW=2", "", "IN_PROGRESS"))
    assert (found.counts, found.over, clean.counts, clean.over) == ({"CRITICAL": 1, "LOW": 2}, True, {}, True)
    assert (busy.status, busy.over) == ("IN_PROGRESS", False)
    assert known.scan(put(ecr, kind=INDEX_TYPES[0], manifests=[])).status == ""
    ecr.put_image_scanning_configuration(repositoryName=NAME, imageScanningConfiguration={"scanOnPush": False})
    assert known.scan(put(ecr, "HIGH=1")).status == ""
