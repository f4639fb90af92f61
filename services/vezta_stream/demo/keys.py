"""The key that signs the demo's tokens: from the environment, or made on first use."""

import os
import secrets
from pathlib import Path


def state_directory(environ: dict[str, str]) -> Path:
    """Return the user's state directory of this service (XDG), which may not exist yet."""
    base = environ.get("XDG_STATE_HOME")
    root = Path(base) if base else Path.home() / ".local" / "state"
    return root / "vezta-stream"


def demo_secret(directory: Path) -> str:
    """Return the demo's HS256 secret, made on first use in a file only its owner can read.

    Safe when several processes start at once: all of them get the same one. Raises
    OSError when the directory cannot be written, PermissionError for a key file that
    others can read.
    """
    path = directory / "demo.key"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} can be read by others: remove it, or chmod 600 it")
    return path.read_text().strip()


def _make(path: Path) -> None:
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(fresh, path)  # fails, and changes nothing, if another process was first
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
