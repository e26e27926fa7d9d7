"""Trait: the URL that ECR gives for a layer can be fetched.

AWS ("API_GetDownloadUrlForLayer"): a pre-signed URL, which needs no credentials.
Emulator: a URL on ECR's own host name.
Here: the same path on the emulator's own address.
"""

from __future__ import annotations

import json
import os
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from ministack.services import ecr

from cli.loopback import LOOPBACK


def apply() -> None:
    """Change the host of the URL."""
    original = ecr._get_download_url_for_layer

    def get_download_url_for_layer(data: Any) -> Any:
        reply = original(data)
        if reply[0] != HTTPStatus.OK:
            return reply
        told = json.loads(reply[2])
        path = urlsplit(told["downloadUrl"]).path
        return ecr.json_response({**told, "downloadUrl": f"http://{LOOPBACK}:{os.environ['GATEWAY_PORT']}{path}"})

    ecr._get_download_url_for_layer = get_download_url_for_layer
