"""The doctor finds what is missing, says what to do, and changes nothing."""

import os
import socket
import sys

import msgspec
import pytest

from tocsin import compiled, doctor, plain
from tocsin.clock import HeldClock
from tocsin.config_file import template
from tocsin.doctor import configured, installed, machine, speed

NOON_MS = 1_767_268_800_000


def look(findings):
    """Findings by what was looked at."""
    found = {finding.what: finding for finding in findings}
    assert len(found) == len(findings), "two findings of one name"
    return found


@pytest.fixture
def setup(tmp_path, monkeypatch):
    """Writes a configuration into an empty folder, which is where the doctor is called."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        path = tmp_path / "tocsin.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_machine_of_the_tests_will_do():
    found = look(doctor.examine(None, HeldClock(NOON_MS)))
    for what in ("python", "clock", "packages", "kernels", "temporary folder"):
        assert found[what].state in ("ok", "warn"), found[what]
    assert found["configuration"].state == "warn"
    assert "tocsin init" in found["configuration"].remedy


def test_what_init_writes_is_in_order(setup):
    found = look(configured.examine_configuration(setup(template())))
    assert found["configuration"].state == "ok"
    assert found["sources"].state == "ok", found["sources"]
    assert found["sinks"].state == "ok"
    assert found["keys"].state == "ok"
    assert found["watches"].state == "ok"


def test_findings_become_json():
    found = doctor.examine(None, HeldClock(NOON_MS))
    told = msgspec.json.decode(msgspec.json.encode(found))
    assert {tuple(sorted(one)) for one in told} == {("found", "remedy", "state", "what")}


def test_whatever_is_not_in_order_comes_with_a_remedy(setup):
    found = doctor.examine(setup("[web]\nport = -1\n"), HeldClock(0))
    assert doctor.worst(found) == "fail"
    assert all(finding.remedy for finding in found if finding.state != "ok")


@pytest.mark.parametrize(
    ("states", "gravest"),
    [((), "ok"), (("ok",), "ok"), (("ok", "warn"), "warn"), (("fail", "warn", "ok"), "fail")],
)
def test_the_gravest_counts(states, gravest):
    assert doctor.worst(doctor.Finding("a", state, "b") for state in states) == gravest


@pytest.mark.parametrize("now_ms", [0, 4_102_444_800_000])
def test_a_wrong_year_is_found(now_ms):
    found = look(machine.examine_machine(HeldClock(now_ms)))
    assert found["clock"].state == "fail"


def test_a_clock_that_runs_backwards_is_found():
    class Backwards(HeldClock):
        def monotonic_s(self):
            self.advance(-1)
            return super().monotonic_s()

    assert look(machine.examine_machine(Backwards(NOON_MS)))["clock"].state == "fail"


def test_an_old_python_is_found(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    assert look(machine.examine_machine(HeldClock(NOON_MS)))["python"].state == "fail"


@pytest.mark.parametrize(
    ("folder", "memory"),
    [("/run/tocsin", True), ("/runner", False), ("/run/disk/x", False), ("/", False)],
)
def test_memory_is_told_from_disk(tmp_path, folder, memory):
    mounts = "d / ext4 rw\nt /run tmpfs rw\nd /run/disk ext4 rw\nbroken\n"
    assert machine.lives_in_memory(tmp_path.__class__(folder), mounts) is memory


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("no-such-package>=1", "missing"),
        ("numpy>=999.1", "older than 999.1"),
        ("numpy>=1", None),
        ("no-such-package>=1; extra == 'eval'", None),
    ],
)
def test_packages_are_held_to_what_is_required(monkeypatch, requirement, said):
    monkeypatch.setattr(installed, "requires", lambda name: [requirement])
    found = look(installed.examine_installation())["packages"]
    assert (found.state == "fail") == (said is not None)
    assert said is None or said in found.found


def test_a_broken_vocabulary_is_found(monkeypatch):
    def broken():
        raise ValueError("hazards/flood.toml: no labels")

    monkeypatch.setattr(installed, "load_vocabulary", broken)
    found = look(installed.examine_installation())["vocabulary"]
    assert found.state == "fail" and "flood.toml" in found.found


class Ticking(HeldClock):
    """Half a second has passed at every look."""

    def monotonic_s(self) -> float:
        self.advance(0.5)
        return super().monotonic_s()


@pytest.mark.parametrize("why", ["off", "absent", "cold"])
def test_plain_kernels_are_a_warning_with_the_rate_of_this_machine(monkeypatch, why):
    monkeypatch.setattr(compiled, "COMPILER_OFF", why == "off")
    monkeypatch.setattr(compiled, "is_compiled", lambda: why != "absent")
    monkeypatch.setattr(speed, "is_cold", lambda: why == "cold")
    found = speed.examine_kernels(Ticking(NOON_MS))
    assert found.state == "warn" and "plain Python, 4,096 posts a second" in found.found
    assert found.remedy
    assert not plain.is_plain()


def test_kernels_without_a_cache_are_a_warning(monkeypatch, tmp_path):
    monkeypatch.setattr(compiled, "COMPILER_OFF", False)
    monkeypatch.setattr(compiled, "is_compiled", lambda: True)
    monkeypatch.setattr(speed, "is_cold", lambda: False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert speed.examine_kernels(HeldClock(NOON_MS)).state == "ok"
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert speed.examine_kernels(HeldClock(NOON_MS)).state == "warn"


@pytest.mark.parametrize(
    ("text", "what", "said"),
    [
        ("[web]\nport = 99999\n", "configuration", "web.port"),
        ("nonsense", "configuration", "TOML"),
        ("[sources.a]\ntype = 'no_such'\n", "sources", "sources.a.type"),
        ("[sinks.a]\ntype = 'webhook'\n", "sinks", "sinks.a"),
        ("", "sources", "none"),
        ("[store]\npath = 'no/such/folder/a.db'\n", "store", "does not exist"),
        ("[web]\nhost = '192.0.2.7'\n", "port", "open to others"),
        ("[web]\nhost = 'example.org'\n", "port", "no address"),
        ("[keys]\npath = 'no/such/folder'\n", "keys", "cannot be written"),
    ],
)
def test_a_wrong_configuration_is_found(setup, text, what, said):
    found = look(configured.examine_configuration(setup(text)))[what]
    assert found.state == "fail"
    assert said in found.found


def test_a_missing_file_is_found(tmp_path):
    found = configured.examine_configuration(tmp_path / "none.toml")
    assert [finding.state for finding in found] == ["fail"]


def test_a_taken_port_is_found():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert configured.examine_port("127.0.0.1", port).state == "fail"
    assert configured.examine_port("localhost", port).state == "ok"


@pytest.mark.parametrize(("free", "state"), [(10, "fail"), (500, "warn"), (5_000, "ok")])
def test_room_for_the_store(tmp_path, monkeypatch, free, state):
    usage = type("Usage", (), {"free": free * 2**20})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    assert configured.examine_store(tmp_path / "a.db").state == state
    assert not list(tmp_path.iterdir()), "the doctor changes nothing"


def test_a_store_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert configured.examine_store(tmp_path / "a.db").state == "fail"


def test_keys_on_a_disk_are_a_warning(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text("d / ext4 rw\n")
    assert configured.examine_keys(str(tmp_path), mounts).state == "warn"
    mounts.write_text(f"d / ext4 rw\nt {tmp_path.resolve()} tmpfs rw\n")
    assert configured.examine_keys(str(tmp_path), mounts).state == "ok"


def test_without_a_path_the_folder_of_the_system_is_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(configured, "memory_folder", lambda: tmp_path / "tocsin")
    mounts = tmp_path / "mounts"
    mounts.write_text("d / ext4 rw\n")
    assert configured.examine_keys("", mounts).state == "warn"
    mounts.write_text(f"d / ext4 rw\nt {tmp_path.resolve()} tmpfs rw\n")
    assert configured.examine_keys("", mounts).found == "in memory"


def test_a_refused_watch_is_told_by_number_and_never_repeated(setup):
    text = template() + '[[watches]]\nhazards = "any"\nplace = "@nobody-zq7k"\n'
    found = look(configured.examine_configuration(setup(text)))["watches"]
    assert found.state == "fail"
    assert "number 2" in found.found
    assert "zq7k" not in found.found + found.remedy
