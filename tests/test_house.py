"""The house itself: tests stay on this machine, and a forbidden skip is a failure."""

import os
import re
import socket
import subprocess
import sys
import tomllib

import pytest

from tidy.files import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("run", "test", "apprise", "build")


def pins(lock):
    """Name and version of everything one lock holds."""
    text = (ROOT / "constraints" / f"{lock}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def name(requirement):
    """`sse-starlette` of `sse-starlette>=2.2`."""
    return re.split(r"[<>=!~\[; ]", requirement)[0].lower()


@pytest.mark.parametrize("call", ["connect", "connect_ex"])
def test_a_test_cannot_reach_out(call):
    with socket.socket() as out, pytest.raises(AssertionError, match="loopback"):
        getattr(out, call)(("192.0.2.1", 9))


def test_loopback_is_reached():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as out:
        out.connect(server.getsockname())
        assert out.getpeername() == server.getsockname()


@pytest.mark.parametrize(
    "body",
    [
        "import pytest\ndef test_a():\n    pytest.skip('no reason')\n",
        "import pytest\npytest.skip('no reason', allow_module_level=True)\n",
        "import pytest\npytest.importorskip('no_such_module')\n",
    ],
)
@pytest.mark.parametrize("no_skip", ["0", "1"])
def test_a_forbidden_skip_fails(tmp_path, body, no_skip):
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "test_it.py").write_text(body)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", "test_it.py"],
        cwd=tmp_path, env={**os.environ, "TOCSIN_NO_SKIP": no_skip},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    verdict = ran.stdout.splitlines()[-1]
    assert ("failed" in verdict or "error" in verdict) == (no_skip == "1"), ran.stdout
    assert "no reason" in ran.stdout or "no_such_module" in ran.stdout


def test_the_locks_agree_with_one_another():
    run, test, apprise, build = map(pins, LOCKS)
    assert all(apprise[k] == v for k, v in run.items()), "the extra is made on top of the others"
    assert all(test.get(k, v) == v for k, v in apprise.items())
    assert run.items() <= test.items()
    assert all(test.get(package, version) == version for package, version in build.items())


def test_every_requirement_is_locked():
    project = PYPROJECT["project"]
    assert {name(line) for line in project["dependencies"]} <= set(pins("run"))
    extras = project["optional-dependencies"]
    assert {name(line) for line in (*extras["test"], *extras["eval"])} <= set(pins("test"))
    assert {name(line) for line in PYPROJECT["build-system"]["requires"]} <= set(pins("build"))
    assert {name(line) for line in extras["apprise"]} <= set(pins("apprise"))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_carries_hashes(lock):
    text = (ROOT / "constraints" / f"{lock}.txt").read_text(encoding="utf-8")
    for pinned in re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in pinned, pinned


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "END OF TERMS AND CONDITIONS" in text
    assert PYPROJECT["project"]["license"] == "Apache-2.0"


def test_help_teaches_every_target():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    taught = set(re.findall(r"^([a-z-]+):.*## .+$", text, re.MULTILINE))
    assert set(phony.group(1).split()) - {"browser"} == taught
