"""Makes the random passwords that docker-compose.yml hands to its services, one file each.

    python3 clinic/runtime/deploy_secrets.py [FOLDER]

What is already there is left alone, so it can be run again after an upgrade that needs a new one.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

_PLAIN = ("postgres_password", "owner_password", "app_password", "redis_password")


def make(folder: Path) -> list[str]:
    """Writes the missing files and returns their names. The addresses are built from the passwords beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = [name for name in _PLAIN if _write(folder / name, secrets.token_hex(24))]
    made += [
        name for name in ("secret_key", "backup_key") if _write(folder / name, secrets.token_urlsafe(64))
    ]  # fmt: skip
    held = {name: (folder / name).read_text(encoding="utf-8").strip() for name in _PLAIN}
    addresses = {
        "database_url": f"postgresql://clinic_app:{held['app_password']}@postgres:5432/clinic",
        "database_owner_url": f"postgresql://clinic_owner:{held['owner_password']}@postgres:5432/clinic",
        "redis_url": f"redis://:{held['redis_password']}@redis:6379/0",
    }
    return made + [name for name, text in addresses.items() if _write(folder / name, text)]


def _write(path: Path, text: str) -> bool:
    if path.exists():
        return False
    # Readable beyond the owner, because containers read it under other uids; the closed folder protects it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return True


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "secrets")
    made = make(folder)
    print(f"{folder}: " + (", ".join(made) + " made" if made else "nothing was missing"))


if __name__ == "__main__":
    main()
