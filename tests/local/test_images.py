"""Images built without Docker are real: addressed by digest, complete, and accepted by a registry."""

import gzip
import hashlib
import importlib.metadata
import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Any

import boto3
import httpx
import pytest

from local.images.dockerfile import image_config
from local.images.layers import LayerError, dependencies_layer
from local.images.registry import RegistryError
from local.images.sample_image import SERVICE, BuildError, Image, build_image, main, push_image
from sample_service.faults import FAULTS

ROOT = Path(__file__).parents[2]
SHA = "0123456789abcdef0123456789abcdef01234567"
TIME = "2024-01-31T12:00:00Z"
# Without the environment's variables, its site-packages and the user's: what is imported is in the image.
BARE_PYTHON = (sys.executable, "-S", "-E", "-s")


@pytest.fixture(scope="module")
def image() -> Image:
    """The image of a good release."""
    return build_image(SHA, TIME)


def run(command: list[str], place: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)


def unpack(image: Image, root: Path) -> Path:
    """The image's file system, at its working directory."""
    for layer in image.layers:
        with tarfile.open(fileobj=io.BytesIO(layer.data)) as archive:
            archive.extractall(root, filter="data")
    return root / str(json.loads(image.config)["config"]["WorkingDir"]).lstrip("/")


def test_same_inputs_give_the_same_digest_in_another_process(image: Image, tmp_path: Path) -> None:
    """A release can be built again exactly: nothing of the hour, the hash seed or the place is in it."""
    program = f"from local.images.sample_image import build_image; print(build_image({SHA!r}, {TIME!r}).digest)"
    env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PYTHONPATH": str(ROOT)}
    done = run([sys.executable, "-c", program], tmp_path, env)
    assert done.stdout.strip() == image.digest


def test_each_input_changes_the_digest_but_not_the_layers(image: Image) -> None:
    """Two releases have different digests, and all pushes after the first are quick."""
    others = [
        build_image("f" * 40, TIME),
        build_image(SHA, "2024-01-31T12:00:01Z"),
        build_image(SHA, TIME, extra_env={"GREETING": "ahoy"}),
        *(build_image(SHA, TIME, fault) for fault in FAULTS),
    ]
    assert len({image.digest, *(other.digest for other in others)}) == len(others) + 1
    assert all(other.layers == image.layers for other in others)


def test_manifest_names_every_part_by_its_digest_and_size(image: Image) -> None:
    """Whoever pulls by the digest can check every byte from there on."""
    manifest, config = json.loads(image.manifest), json.loads(image.config)
    assert image.digest == f"sha256:{hashlib.sha256(image.manifest).hexdigest()}"
    named = {part["digest"]: part["size"] for part in (manifest["config"], *manifest["layers"])}
    assert named == {digest: len(data) for digest, data in image.blobs.items()}
    assert all(digest == f"sha256:{hashlib.sha256(data).hexdigest()}" for digest, data in image.blobs.items())
    contents = [gzip.decompress(layer.data) for layer in image.layers]
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(data).hexdigest()}" for data in contents]
    assert (config["os"], config["created"]) == ("linux", TIME)


def test_configuration_is_the_dockerfiles(image: Image) -> None:
    """What runs without Docker is what Docker would have built: the Dockerfile is the one source."""
    expected = image_config(SERVICE / "Dockerfile", {"GIT_SHA": SHA, "BUILD_TIME": TIME})
    assert json.loads(image.config)["config"] == expected


def test_extra_environment_replaces_and_adds() -> None:
    """An image with a variable of its own has it once, whatever the Dockerfile says."""
    made = build_image(SHA, TIME, extra_env={"NODE_ENV": "staging", "GREETING": "ahoy=there"})
    env = json.loads(made.config)["config"]["Env"]
    assert [entry for entry in env if entry.startswith("NODE_ENV=")] == ["NODE_ENV=staging"]
    assert "GREETING=ahoy=there" in env


def test_layers_hold_nothing_of_this_machine(image: Image) -> None:
    """Owners, times, links, compiled files and the installer's notes would change the digest elsewhere."""
    for layer in image.layers:
        with tarfile.open(fileobj=io.BytesIO(layer.data)) as archive:
            members = archive.getmembers()
        assert all((entry.uid, entry.gid, entry.mtime, entry.uname) == (0, 0, 0, "") for entry in members)
        assert all(entry.isfile() or entry.isdir() for entry in members)
        names = [PurePosixPath(entry.name) for entry in members]
        assert names == sorted(names)
        assert not [name for name in names if name.suffix == ".pyc" or name.name in ("RECORD", "INSTALLER")]


@pytest.mark.parametrize(
    ("sha", "build_time", "complaint"),
    [("HEAD", TIME, "git_sha is 'HEAD'"), (SHA.upper(), TIME, "git_sha is"), (SHA, "today", "build_time is")],
)
def test_build_refuses_what_the_dockerfile_refuses(sha: str, build_time: str, complaint: str) -> None:
    """An image that cannot say truly which commit it holds must not come to be in either way."""
    with pytest.raises(BuildError, match=complaint):
        build_image(sha, build_time)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("starlette==0.0.1", "starlette==0.0.1 is pinned, but"),
        ("no-such-distribution==1.0", "is not installed here"),
        ("starlette>=1", "is not an exact pin"),
        ("starlette==1.*", "is not an exact pin"),
        ("?", "not a requirement"),
        ("rpds-py==0; nothing", "not a requirement"),
    ],
)
def test_environment_that_differs_from_the_pins_is_an_error(tmp_path: Path, line: str, complaint: str) -> None:
    """An image with other dependencies than the pinned ones would prove nothing about the real one."""
    file = tmp_path / "requirements.txt"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(LayerError, match=complaint):
        dependencies_layer(file, PurePosixPath("app"))


def test_compiled_code_is_refused(tmp_path: Path) -> None:
    """An image that says it runs anywhere must not hold code for one kind of machine."""
    file = tmp_path / "requirements.txt"
    file.write_text(f"MarkupSafe=={importlib.metadata.version('MarkupSafe')}", encoding="utf-8")
    with pytest.raises(LayerError, match="only on this kind of machine"):
        dependencies_layer(file, PurePosixPath("app"))


def test_image_runs_alone_and_serves_its_commit(image: Image, tmp_path: Path) -> None:
    """The image is complete: with a bare interpreter and its own files only, it answers with its commit."""
    config = json.loads(image.config)["config"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {**dict(entry.split("=", 1) for entry in config["Env"]), "HOST": "127.0.0.1", "PORT": str(port)}
    app = unpack(image, tmp_path)
    command = [*BARE_PYTHON, *config["Cmd"][1:]]
    with subprocess.Popen(command, cwd=app, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            version = answer(f"http://127.0.0.1:{port}/api/v1/version", process)
            check = run([*BARE_PYTHON, *config["Healthcheck"]["Test"][2:]], app, env)
        finally:
            process.terminate()
        assert process.wait(timeout=10) == 0
    assert (version["gitSha"], version["buildTime"], version["nodeEnv"]) == (SHA, TIME, "production")
    assert check.returncode == 0


def answer(url: str, process: subprocess.Popen[Any]) -> dict[str, str]:
    """The first answer of a service that is starting."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return dict(httpx.get(url, trust_env=False).raise_for_status().json())
        except httpx.TransportError:
            assert process.poll() is None, "the service ended before it answered"
            assert time.monotonic() < deadline, "the service did not answer within 10 s"
            time.sleep(0.02)


def test_dependencies_come_from_the_image(image: Image, tmp_path: Path) -> None:
    """The isolation is real: without the dependencies layer the same command finds nothing to import."""
    app = unpack(image, tmp_path)
    program = "import anyio, h11, starlette, uvicorn as u; print(*(m.__file__ for m in (anyio, h11, starlette, u)))"
    files = run([*BARE_PYTHON, "-c", program], app, {}).stdout.split()
    assert len(files) == 4
    assert all(Path(file).is_relative_to(tmp_path) for file in files)
    (app / "uvicorn").rename(app / "elsewhere")
    assert "No module named 'uvicorn'" in run([*BARE_PYTHON, "-m", "sample_service"], app, {}).stderr


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A local AWS of this module's own, with an immutable repository `pushed`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "GATEWAY_PORT": str(port)}
    place = tmp_path_factory.mktemp("emulator")
    with (
        (place / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            cwd=place,
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            endpoint = f"http://127.0.0.1:{port}"
            wait_for_registry(endpoint, process)
            ecr(endpoint).create_repository(repositoryName="pushed", imageTagMutability="IMMUTABLE")
            yield endpoint
        finally:
            process.terminate()


def wait_for_registry(endpoint: str, process: subprocess.Popen[Any]) -> None:
    """Return once the registry protocol is spoken."""
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"{endpoint}/v2/", trust_env=False).raise_for_status()
        except httpx.TransportError:
            assert process.poll() is None, "the emulator ended before it answered"
            assert time.monotonic() < deadline, "the emulator did not answer within 30 s"
            time.sleep(0.05)
        else:
            return


def ecr(endpoint: str, region: str = "us-east-1") -> Any:
    """ECR's API at the emulator."""
    session = boto3.Session("test", "test", region_name=region)
    return session.client("ecr", endpoint_url=endpoint)


def test_pushed_image_is_known_to_ecr_and_comes_back_by_digest(emulator: str, image: Image) -> None:
    """What was built, what ECR lists and what a pull by digest gives are the same bytes."""
    assert push_image(emulator, "pushed", image, SHA) == image.digest
    found = ecr(emulator).describe_images(repositoryName="pushed", imageIds=[{"imageTag": SHA}])["imageDetails"]
    assert [detail["imageDigest"] for detail in found] == [image.digest]
    with httpx.Client(base_url=f"{emulator}/v2/pushed/", trust_env=False) as client:
        manifest = client.get(f"manifests/{image.digest}")
        assert (manifest.content, manifest.headers["content-type"]) == (image.manifest, image.media_type)
        for digest, data in image.blobs.items():
            assert client.get(f"blobs/{digest}").content == data


def test_same_image_may_be_pushed_again(emulator: str, image: Image) -> None:
    """A repeated push is no error: it is what happens after a lost reply."""
    first = push_image(emulator, "pushed", image, "again")
    assert push_image(emulator, "pushed", image, "again") == first


def test_tag_of_another_image_is_not_taken_over(emulator: str, image: Image) -> None:
    """In an immutable repository a tag names one image for ever, and the error says the way out."""
    push_image(emulator, "pushed", image, "taken")
    other = build_image("f" * 40, TIME)
    with pytest.raises(RegistryError, match=f"tag 'taken' already names another image.*push {other.digest}"):
        push_image(emulator, "pushed", other, "taken")


def test_repository_that_is_not_there_is_named(emulator: str, image: Image) -> None:
    """A mistyped repository gives its own error."""
    with pytest.raises(RegistryError, match="no repository 'team/none': create it"):
        push_image(emulator, "team/none", image, SHA)


def test_registry_host_chooses_among_regions(emulator: str, image: Image) -> None:
    """With the same name in two regions the image lands in the one that was meant, not in both."""
    for region in ("eu-west-1", "eu-west-2"):
        ecr(emulator, region).create_repository(repositoryName="twice")
    host = "000000000000.dkr.ecr.eu-west-2.amazonaws.com"
    push_image(emulator, "twice", image, SHA, registry_host=host)
    listed = {
        region: ecr(emulator, region).list_images(repositoryName="twice") for region in ("eu-west-1", "eu-west-2")
    }
    assert [len(found["imageIds"]) for found in listed.values()] == [0, 1]


def test_command_prints_the_digest_alone(emulator: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A script can use what the command prints, and an error prints nothing there and exits with 1."""
    given = ["--repository", "pushed", "--sha", SHA, "--build-time", TIME, "--endpoint", emulator]
    assert main([*given, "--tag", "faulty", "--fault", "slow"]) == 0
    assert capsys.readouterr().out.strip() == build_image(SHA, TIME, "slow").digest
    assert main([*given, "--tag", "faulty"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "already names another image" in printed.err


@pytest.mark.parametrize(
    "endpoint",
    ["https://registry.example.com", "http://10.0.0.1:4566", "http://0.0.0.0:4566", "127.0.0.1:4566", ""],
)
def test_only_this_machine_is_pushed_to(image: Image, endpoint: str) -> None:
    """A faulty image must never reach a registry that others use, whatever the environment says."""
    with pytest.raises(RegistryError, match="is not on this machine"):
        push_image(endpoint, "pushed", image, SHA)


def test_silent_endpoint_is_named(image: Image) -> None:
    """An emulator that is not running is the commonest mistake, and the error says so."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(RegistryError, match=f"no registry answers at {endpoint}"):
        push_image(endpoint, "pushed", image, SHA)


@dataclass
class FakeRegistry:
    """A registry that holds some blobs, confirms the digest it is told to, and notes what it was asked."""

    blobs: set[str] = field(default_factory=set)
    confirms: str = ""
    refuses: bool = False
    sent: list[str] = field(default_factory=list)

    def reply(self, method: str, path: str) -> tuple[int, dict[str, str]]:
        """The reply to one request."""
        if self.refuses:
            return 500, {}
        if method == "HEAD":
            return (200 if path.rpartition("/")[2] in self.blobs else 404), {}
        if method == "POST":
            return 202, {"Location": "/v2/r/blobs/uploads/1?state=kept"}
        self.sent.append(path)
        return 201, {"Docker-Content-Digest": self.confirms}


@pytest.fixture
def served() -> Iterator[tuple[str, FakeRegistry]]:
    """A fake registry on a port of its own."""
    registry = FakeRegistry()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers = registry.reply(self.command, self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        do_HEAD = do_POST = do_PUT = answer  # noqa: N815  the names http.server looks for

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", registry
        server.shutdown()


def test_blobs_that_are_there_are_not_sent_again(served: tuple[str, FakeRegistry], image: Image) -> None:
    """Of a second release only what is new travels, and an upload's own state in its address is kept."""
    endpoint, registry = served
    registry.blobs = {layer.digest for layer in image.layers}
    registry.confirms = image.digest
    push_image(endpoint, "r", image, "t")
    digest = image.config_digest.replace(":", "%3A")
    assert [path.replace(":", "%3A") for path in registry.sent] == [
        f"/v2/r/blobs/uploads/1?state=kept&digest={digest}",
        "/v2/r/manifests/t",
    ]


def test_digest_that_the_registry_does_not_confirm_is_an_error(served: tuple[str, FakeRegistry], image: Image) -> None:
    """A release is named by its digest from here on, so both sides must mean the same bytes."""
    endpoint, registry = served
    registry.confirms = "sha256:" + "0" * 64
    with pytest.raises(RegistryError, match=f"stored sha256:0+, but {image.digest} was pushed"):
        push_image(endpoint, "r", image, "t")


def test_registry_that_fails_is_quoted(served: tuple[str, FakeRegistry], image: Image) -> None:
    """An unexpected refusal keeps the status that explains it."""
    endpoint, registry = served
    registry.refuses = True
    with pytest.raises(RegistryError, match="answered 500"):
        push_image(endpoint, "r", image, "t")
