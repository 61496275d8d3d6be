"""Runs commands of Tocsin one after another in one process, and notes what they leave behind."""

import contextlib
import json
import os
import sys
import time
from pathlib import Path

OWN = "TOCSIN_BOUNDARY_NOTES"


def _note(folder: Path, name: str, data: bytes) -> None:
    with (folder / name).open("ab") as file:
        file.write(data + b"\n")


def _watch(folder: Path) -> None:
    """Keep a copy of every file about to be deleted, and the name of every file written."""
    busy = False

    def hook(event: str, arguments: tuple) -> None:
        nonlocal busy
        if busy:
            return
        busy = True
        try:
            if event == "os.remove":
                _note(folder, "names", os.fsencode(arguments[0]))
                with contextlib.suppress(OSError), open(arguments[0], "rb") as file:
                    _note(folder, "deleted", file.read(1 << 24))
            elif event == "os.rename":
                _note(folder, "names", os.fsencode(arguments[0]) + b" " + os.fsencode(arguments[1]))
            elif event == "open" and isinstance(arguments[0], str | bytes):
                flags = arguments[2] if isinstance(arguments[2], int) else 0
                if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                    _note(folder, "names", os.fsencode(arguments[0]))
        finally:
            busy = False

    sys.addaudithook(hook)


def main() -> None:
    """Run each command of the JSON list in argv[1]; output goes where ours goes."""
    folder = Path(os.environ.pop(OWN))
    import tocsin

    (folder / "package").write_text(str(Path(tocsin.__file__).parent), encoding="utf-8")
    from tocsin.cli import main as tocsin_main

    _watch(folder)
    ended, spent_s = [], []
    for command in json.loads(sys.argv[1]):
        sys.argv = ["tocsin", *command]
        spent_s.append(time.process_time())
        try:
            tocsin_main()
            ended.append(0)
        except SystemExit as end:
            ended.append(end.code if isinstance(end.code, int) else int(end.code is not None))
        sys.stdout.flush()
    (folder / "spent").write_text(json.dumps(spent_s))
    (folder / "ended").write_text(json.dumps(ended), encoding="utf-8")
    environment = "\0".join(f"{name}={value}" for name, value in os.environ.items())
    (folder / "environment").write_bytes(environment.encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    main()
