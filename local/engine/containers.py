"""``client.containers`` of the process engine: starts images as processes, each with its own address."""

from __future__ import annotations

import contextlib
import secrets
import shlex
import subprocess
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from docker.errors import ImageNotFound, NotFound

from local.addresses import Addresses
from local.engine.container import Container
from local.engine.place import Place
from local.engine.pull import Pulled
from local.processes import DIE_WITH_PARENT


class Containers:
    """``client.containers``."""

    def __init__(self, images: Any, home: Path, addresses: Addresses) -> None:
        self._images = images
        self._home = home
        self._addresses = addresses
        self._known: dict[str, Container] = {}
        self._lock = threading.Lock()
        # The kernel's "die with your parent" means the parent THREAD, so the thread that starts containers must not
        # end.
        self._spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine-spawn")

    def run(
        self,
        image: str,
        command: str | Sequence[str] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        name: str = "",
        labels: Mapping[str, str] | None = None,
        entrypoint: Sequence[str] | None = None,
        **_: Any,
    ) -> Container:
        """Start a container and return at once, as ``detach=True`` does."""
        found = self._image(image)
        identity = secrets.token_hex(32)
        pulled: Pulled = found.pulled
        place = Place(
            root=pulled.root,
            workdir=pulled.config.get("WorkingDir") or "/",
            home=self._home / (name or identity[:12]),
            address=self._addresses.free({each.address for each in self.list()}),
            environment=_environment(pulled, environment or {}),
        )
        container = Container(
            id=identity,
            name=name or identity[:12],
            image=found,
            reference=pulled.reference,
            argv=_argv(pulled, command, entrypoint),
            labels=dict(labels or {}),
            place=place,
            spawn=self._spawn,
            forget=self._forget,
        )
        with self._lock:
            self._known[identity] = container
        container.start()
        return container

    def get(self, container_id: str) -> Container:
        """Return a container by its id."""
        with self._lock:
            if container_id in self._known:
                return self._known[container_id]
        raise NotFound(f"No such container: {container_id}")

    def list(self, *, all: bool = False, **_: Any) -> list[Container]:  # noqa: A002 - Docker's own name for it
        """Return every container, or the running ones. Label filters are ignored, since all containers are ours."""
        with self._lock:
            known = [*self._known.values()]
        return [container for container in known if all or container.status == "running"]

    def _image(self, name: str) -> Any:
        with contextlib.suppress(ImageNotFound):
            return self._images.get(name)
        return self._images.pull(name)

    def _spawn(self, argv: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a process in its own process group, on the thread that lives as long as the emulator."""
        options |= {"stdin": subprocess.DEVNULL, "process_group": 0, "preexec_fn": DIE_WITH_PARENT}
        started: subprocess.Popen[bytes] = self._spawner.submit(lambda: subprocess.Popen(argv, **options)).result()
        return started

    def _forget(self, container: Container) -> None:
        with self._lock:
            self._known.pop(container.id, None)


def _argv(pulled: Pulled, command: str | Sequence[str] | None, entrypoint: Sequence[str] | None) -> list[str]:
    """Return entrypoint and command. The caller's values win over the image's."""
    given = shlex.split(command) if isinstance(command, str) else command
    argv = [*(entrypoint or pulled.config.get("Entrypoint") or []), *(given or pulled.config.get("Cmd") or [])]
    if not argv:
        raise RuntimeError(f"{pulled.reference}: no command specified")
    return argv


def _environment(pulled: Pulled, given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment: the image's variables, overridden by the caller's. Docker's host is this machine."""
    image = dict(entry.partition("=")[::2] for entry in pulled.config.get("Env") or [])
    if "PYTHONPATH" in image:
        image["PYTHONPATH"] = ":".join(str(pulled.root / part.lstrip("/")) for part in image["PYTHONPATH"].split(":"))
    merged = {"LANG": "C.UTF-8", **image, **given}
    return {name: str(value).replace("host.docker.internal", "127.0.0.1") for name, value in merged.items()}
