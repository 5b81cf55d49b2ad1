"""Signing keys in files of one folder, shared by the processes of a machine."""

import contextlib
import itertools
import os
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from joserfc.jwk import ECKey

from squad.ports.clock import Clock

RELOAD = 1.0  # s between looks for keys that another process made
ROTATE = 90 * 86_400.0  # s that a key signs
RETIRE = 86_400.0  # s that a superseded key still verifies; tokens live for minutes


class Keyring:
    """ES256 keys, a file each, named by the moment they were made: the newest signs."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._keys: dict[str, tuple[float, ECKey]] = {}
        self._looked = clock.monotonic() - RELOAD
        self.load()
        if self._clock.now().timestamp() - self._made() > ROTATE:
            self.rotate()

    def _made(self) -> float:
        return max((made for made, _ in self._keys.values()), default=0.0)

    def load(self) -> None:
        """This will read the files, those of other processes too. Oldest first."""
        found: dict[str, tuple[float, ECKey]] = {}
        for file in sorted(self._path.parent.glob(f"{self._path.stem}-key-*.json")):
            made, kid = file.stem.removeprefix(f"{self._path.stem}-key-").split("-", 1)
            with contextlib.suppress(FileNotFoundError):  # another process just dropped it
                known = self._keys.get(kid)
                key = (
                    known[1] if known else ECKey.import_key(msgspec.json.decode(file.read_bytes()))
                )
                found[kid] = (int(made) / 1000, key)
        self._keys = found

    def rotate(self) -> str:
        """This will make a key that signs from now on, and drop those long superseded."""
        now = max(self._clock.now().timestamp(), self._made() + 0.001)
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"})
        kid = key.thumbprint()
        file = self._file(now, kid)
        part = file.with_suffix(".part")
        with _private(part) as out:
            out.write(msgspec.json.encode(key.as_dict(private=True)))
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
        self._retire(now)
        self.load()
        return kid

    def _retire(self, now: float) -> None:
        """A key was superseded when the next one was made."""
        born = sorted((made, kid) for kid, (made, _) in self._keys.items())
        for (made, kid), (superseded, _) in itertools.pairwise(born):
            if now - superseded > RETIRE:
                self._file(made, kid).unlink(missing_ok=True)

    def _file(self, made: float, kid: str) -> Path:
        return self._path.with_name(f"{self._path.stem}-key-{round(made * 1000):013d}-{kid}.json")

    def newest(self) -> tuple[str, ECKey]:
        """This will give the key that signs, by its id."""
        kid, (_, key) = next(reversed(self._keys.items()))
        return kid, key

    def find(self, kid: str) -> ECKey | None:
        """This will find a key that verifies; for an unknown one it looks again once a second."""
        if kid not in self._keys and self._clock.monotonic() - self._looked >= RELOAD:
            self._looked = self._clock.monotonic()
            self.load()
        return self._keys[kid][1] if kid in self._keys else None

    def public(self) -> dict[str, Any]:
        """This will give the public halves, newest first."""
        return {
            "keys": [
                {**key.as_dict(private=False), "kid": kid}
                for kid, (_, key) in reversed(self._keys.items())
            ]
        }


def _private(path: Path) -> BinaryIO:
    """This will open a new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
