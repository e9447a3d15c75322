"""What the tests of foreign judges share. The judges read the wall clock, so all is of today."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.signing import PublicKey

TODAY = datetime.now(UTC) - timedelta(minutes=5)


def pem(key: PublicKey) -> bytes:
    """The key as openbadgeslib reads it."""
    return key.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def write(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write the files and return their paths."""
    folder.mkdir(exist_ok=True)
    paths = [folder / name for name in files]
    for path in paths:
        path.write_bytes(files[path.name])
    return paths
