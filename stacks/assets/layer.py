"""The dependency layer: requirements-lambda.txt, installed for the functions' platform and not for this machine.

What pip installs it from is requirements-lambda.lock, the same with the hash of every file: another file of that name
and version is refused. The lock is apart, since pip would ask for hashes of everything that is installed beside it.

`make layer` builds build/layer.zip; synth only checks that it is there and current. One zip than a
directory, since CDK hashes, copies and packs a directory's thousands of files at every synth.
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
"""What the functions run on. `make setup` makes .venv of it where it is found, so that the tests run on it too."""
# Amazon Linux 2023, on which Lambda's python3.13 runs, has glibc 2.34: wheels for 2.28 and older run there.
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64")


class LayerError(Exception):
    """The layer is missing or stale."""


def current(archive: Path = ARCHIVE, stamp: Path = STAMP) -> Path:
    """Return the layer's archive. Raises LayerError unless it was built from today's requirements."""
    found = stamp.read_text() if stamp.exists() and archive.exists() else None
    if found != fingerprint():
        state = "not built" if found is None else f"older than {REQUIREMENTS.name} or the Python that compiles it"
        raise LayerError(f"the Lambdas' dependency layer (build/{archive.name}) is {state}: run `make layer`")
    return archive


def fingerprint() -> str:
    """Return what the layer depends on, as one hash: requirements, their hashes, this file, and who compiles it."""
    told = (REQUIREMENTS.read_bytes(), LOCK.read_bytes(), Path(__file__).read_bytes(), bytecode.compiled_by().encode())
    return hashlib.sha256(b"".join(told)).hexdigest()


def build() -> None:
    """Install the requirements afresh. The stamp is written last, so that a build that broke off counts as none."""
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
    """Console scripts carry this machine's interpreter path, and RECORD files their hashes; a Lambda needs neither."""
    shutil.rmtree(target / "bin", ignore_errors=True)
    for record in target.glob("*.dist-info/RECORD"):
        record.unlink()


def pack(directory: Path, archive_path: Path = ARCHIVE) -> None:
    """Same files, same bytes: names in order, and no times of this machine."""
    with zipfile.ZipFile(archive_path, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in directory.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(directory).as_posix())
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), compress_type=zipfile.ZIP_DEFLATED)


def compile_here(packages: Path) -> None:
    """Put what is compiled in an unpacked layer beside itself, as it is installed on this machine in the same version.

    So the local AWS and the tests run the layer itself, though it is for the functions' kind of machine.
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
