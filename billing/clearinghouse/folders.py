"""Two folders that somebody else's program (SFTP) empties and fills: `out` for us to write, `in` for us to read.

A file appears in `out` whole or not at all. A file in `in` is read once its last segment has arrived, and moves to
`done` when it is stored with us.
"""

import os
import re
import time
from pathlib import Path

from django.conf import settings

from billing.clearinghouse.base import Answer, Later, NotTaken, Receipt

OUT, IN, DONE = "out", "in", "done"
# Names that programs give to files which they are still writing.
UNFINISHED = (".part", ".tmp", ".filepart", ".swp")
END = re.compile(r"IEA[^A-Za-z0-9].{3,40}$", re.DOTALL)
# After this long a file without an end is handed out as it is: somebody has to see that it is cut off.
PATIENCE_SECONDS = 3600
KEY = re.compile(r"[A-Za-z0-9-]{1,64}")


def decoded(data: bytes) -> str:
    """The text of a file; Latin-1, which never fails, where it is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class FolderClearinghouse:
    name = "folders"

    def __init__(self, root: Path):
        self.root = root

    @classmethod
    def from_settings(cls) -> "FolderClearinghouse":
        """Refuses (NotTaken) when no folder is named."""
        if not settings.CLEARINGHOUSE["DIR"]:
            raise NotTaken("CLEARINGHOUSE_DIR names no folder.")
        return cls(Path(settings.CLEARINGHOUSE["DIR"]))

    def eligibility(self, text: str, *, key: str) -> str | None:
        self._write(f"{key}.270", text)
        return None

    def status(self, text: str, *, key: str) -> str | None:
        self._write(f"{key}.276", text)
        return None

    def claims(self, text: str, *, key: str) -> Receipt:
        name = f"{key}.837"
        self._write(name, text)
        return Receipt(ref=name)

    def fetch(self) -> list[Answer]:
        answers = []
        try:
            paths = sorted(path for path in self._folder(IN).iterdir() if path.is_file())
            for path in paths:
                if path.name.startswith(".") or path.name.lower().endswith(UNFINISHED):
                    continue
                text = decoded(path.read_bytes())
                if END.search(text[-60:].rstrip()) or _age(path) > PATIENCE_SECONDS:
                    answers.append(Answer(path.name, text))
        except OSError as error:
            raise Later(f"The folder of answers can't be read ({type(error).__name__}).") from error
        return answers

    def done(self, answer: Answer) -> None:
        source, goal = self._folder(IN) / answer.name, self._folder(DONE) / answer.name
        number = 1
        while goal.exists():  # the other side used a name twice: neither file is lost
            number += 1
            goal = goal.with_name(f"{answer.name}.{number}")
        try:
            source.rename(goal)
        except FileNotFoundError:
            return
        except OSError as error:
            raise Later(f"The file can't be put away ({type(error).__name__}).") from error

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def _write(self, name: str, text: str) -> None:
        """Whole or not at all: written beside it under a hidden name, forced to the disk, then renamed."""
        if not KEY.fullmatch(name.rsplit(".", 1)[0]):
            raise ValueError("a key holds letters, digits and - only")
        try:
            goal = self._folder(OUT) / name
            beside = goal.with_name(f".{name}.part")
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(goal)
        except OSError as error:
            raise Later(f"The folder can't be written ({type(error).__name__}).") from error


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime
