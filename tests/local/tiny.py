"""Tiny real images for the tests: one file of standard-library Python, pushed over the registry protocol.

The program is driven by its environment: VERSION is what it serves at ``/``, HEALTH the code of ``/health``, CRASH a
code to exit with at once, DELAY seconds each answer takes, STUCK makes it deaf to SIGTERM, ABRUPT drop every request
at SIGTERM.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import io
import json
import tarfile
from typing import Any
from urllib.parse import urlsplit

PORT = 8080
OCI = "application/vnd.oci.image"
PROGRAM = """
import os, signal, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

if os.environ.get("CRASH"):
    print("crashing as told", flush=True)
    sys.exit(int(os.environ["CRASH"]))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(float(os.environ.get("DELAY", "0")))
        health = self.path == "/health"
        body = os.environ.get("VERSION", "?").encode()
        self.send_response(int(os.environ.get("HEALTH", "200")) if health else 200)
        self.send_header("Content-Length", str(len(body)))
        for name in ("X-Forwarded-Proto", "X-Forwarded-For", "Host"):
            self.send_header("Seen-" + name, self.headers.get(name) or "")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer((os.environ.get("HOST", "0.0.0.0"), 8080), Handler)
if os.environ.get("ABRUPT"):
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
elif os.environ.get("STUCK"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
"""


class Registry:
    """Pushes to the local ECR."""

    def __init__(self, endpoint: str) -> None:
        self._netloc = urlsplit(endpoint).netloc

    def push(self, repository: str, tag: str | None = None, **env: str) -> str:
        """Build an image with this environment, push it, and return its manifest's digest."""
        layer = _layer({"app/main.py": PROGRAM.encode()})
        config = json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {
                    "Cmd": ["python", "main.py"],
                    "WorkingDir": "/app",
                    "Env": [f"{name}={value}" for name, value in env.items()],
                },
                "rootfs": {"type": "layers", "diff_ids": [_digest(gzip.decompress(layer))]},
            }
        ).encode()
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": f"{OCI}.manifest.v1+json",
                "config": _described(f"{OCI}.config.v1+json", config),
                "layers": [_described(f"{OCI}.layer.v1.tar+gzip", layer)],
            }
        ).encode()
        for blob in (layer, config):
            self.send(
                "POST", f"/v2/{repository}/blobs/uploads/?digest={_digest(blob)}", blob, "application/octet-stream"
            )
        digest = _digest(manifest)
        self.send("PUT", f"/v2/{repository}/manifests/{tag or digest}", manifest, f"{OCI}.manifest.v1+json")
        return digest

    def send(self, method: str, path: str, body: bytes, kind: str) -> None:
        """One request to the registry."""
        connection = http.client.HTTPConnection(self._netloc, timeout=10)
        connection.request(method, path, body=body, headers={"Content-Type": kind})
        reply = connection.getresponse()
        answer = reply.read()
        connection.close()
        if reply.status != http.HTTPStatus.CREATED:
            raise AssertionError(f"{method} {path}: {reply.status} {answer!r}")


def _layer(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _described(kind: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": _digest(content), "size": len(content)}
