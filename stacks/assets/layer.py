"""The dependency layer: requirements-lambda.txt, installed for the functions' platform, not for this machine.

pip installs it from requirements-lambda.lock, which has the same versions and the hash of every file, so any other file
is refused. The lock is a separate file, since pip would require hashes for everything else that is installed with it.

`make layer` builds build/layer.zip. Synth only checks that it exists and is current. It is a zip file, since CDK
hashes, copies and packs the thousands of files of a directory at every synth.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from stacks.assets import bytecode

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements-lambda.txt"
LOCK = ROOT / "requirements-lambda.lock"
ARCHIVE = ROOT / "build" / "layer.zip"
STAMP = ROOT / "build" / "layer.sha256"

AT = "/opt"
"""Where Lambda puts it (Lambda developer guide, layers)."""
PYTHON = "3.13"
"""The functions' Python. If it is found, `make setup` makes .venv from it, so the tests run on it too."""
# Lambda's python3.13 runs on Amazon Linux 2023, which has glibc 2.34. Wheels for 2.28 and older run there.
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64")


class LayerError(Exception):
    """The layer is missing or stale."""


def current(archive: Path = ARCHIVE, stamp: Path = STAMP) -> Path:
    """Return the layer's archive. Raises LayerError unless it was built from the current requirements."""
    found = stamp.read_text() if stamp.exists() and archive.exists() else None
    if found != fingerprint():
        state = "not built" if found is None else f"older than {REQUIREMENTS.name} or the Python that compiles it"
        raise LayerError(f"the Lambdas' dependency layer (build/{archive.name}) is {state}: run `make layer`")
    return archive


def fingerprint() -> str:
    """Return one hash of everything that the layer depends on: requirements, their hashes, this file, the compiler."""
    told = (REQUIREMENTS.read_bytes(), LOCK.read_bytes(), Path(__file__).read_bytes(), bytecode.compiled_by().encode())
    return hashlib.sha256(b"".join(told)).hexdigest()


def build() -> None:
    """Install the requirements from scratch. The stamp is written last, so an interrupted build doesn't count."""
    STAMP.unlink(missing_ok=True)
    ARCHIVE.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="landfall-layer-") as directory:
        target = Path(directory) / "python"
        _install(target)
        _drop_what_differs_between_machines(target)
        bytecode.compile_tree(Path(directory), AT)
        pack(Path(directory))
    STAMP.write_text(fingerprint())


def _install(target: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += [
        "--only-binary=:all:",
        "--no-deps",
        "--require-hashes",
        "--implementation=cp",
        f"--python-version={PYTHON}",
    ]
    command += [f"--platform={platform}" for platform in PLATFORMS]
    subprocess.run([*command, f"--target={target}", f"--requirement={LOCK}"], check=True)  # noqa: S603


def _drop_what_differs_between_machines(target: Path) -> None:
    """Remove console scripts, which hold this machine's interpreter path, and RECORD files. A Lambda needs neither."""
    shutil.rmtree(target / "bin", ignore_errors=True)
    for record in target.glob("*.dist-info/RECORD"):
        record.unlink()


def pack(directory: Path, archive_path: Path = ARCHIVE) -> None:
    """Pack a directory. The same files give the same bytes: sorted names, and no times."""
    with zipfile.ZipFile(archive_path, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in directory.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(directory).as_posix())
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), compress_type=zipfile.ZIP_DEFLATED)


def compile_here(packages: Path) -> None:
    """Add this machine's compiled libraries to an unpacked layer, in the same versions.

    So the local AWS and the tests can run the layer, although it was built for the functions' platform.
    """
    for info in packages.glob("*.dist-info"):
        name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        for file in (installed.files or ()) if installed.version == version else ():
            if file.suffix == ".so":
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), target)


def main() -> None:
    """Build the layer unless it is current."""
    try:
        current()
    except LayerError as stale:
        print(stale, "(doing that now)", file=sys.stderr)
        build()


if __name__ == "__main__":
    main()
