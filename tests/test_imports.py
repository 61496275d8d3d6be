"""Who may import whom: the contracts hold, and each is shown to notice a breach."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mutants.imports import MUTANTS, STRANGER
from tidy import plugins
from tidy.files import ROOT

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads(PYPROJECT)["tool"]["importlinter"]["contracts"]
}
SOURCE = ROOT / "src"
TEXTS = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): (
        path.read_text(encoding="utf-8")
    )
    for path in sorted(SOURCE.rglob("*.py"))
}


def lint(tree: Path) -> tuple[int, str]:
    """Exit code and words of the contract check over `tree`/tocsin."""
    script = "import sys; from importlinter.cli import lint_imports_command as c; c(sys.argv[1:])"
    ran = subprocess.run(
        [sys.executable, "-c", script, "--no-logo", "--no-cache",
         "--config", str(ROOT / "pyproject.toml")],
        cwd=tree, env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "400"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ran.returncode, ran.stdout + ran.stderr


def sections(said: str) -> dict[str, str]:
    """What was said about each broken contract, by its name."""
    _, _, details = said.partition("Broken contracts")
    parts = re.split(r"^(.+)\n-+$", details, flags=re.MULTILINE)
    return {name.strip(): text for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_the_contracts_hold():
    code, said = lint(SOURCE)
    assert code == 0, said


@pytest.fixture(scope="module")
def breaches(tmp_path_factory):
    """What the check says of a copy into which every forbidden import was written."""
    tree = tmp_path_factory.mktemp("mutants")
    shutil.copytree(
        SOURCE / "tocsin", tree / "tocsin",
        ignore=lambda folder, names: [
            name for name in names
            if not name.endswith(".py") and not (Path(folder) / name).is_dir()
        ],
    )  # fmt: skip
    for mutant in MUTANTS:
        stem = tree.joinpath(*mutant.module.split("."))
        path = stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")
        with path.open("a", encoding="utf-8") as module:
            module.write(f"\nimport {mutant.imports}\n")
    (tree / "tocsin" / f"{STRANGER}.py").write_text('"""New here."""\n', encoding="utf-8")
    code, said = lint(tree)
    assert code != 0
    return sections(said)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.module}-imports-{m.imports}")
def test_a_breach_is_noticed(breaches, mutant):
    told = breaches[CONTRACTS[mutant.contract]]
    edge = rf"{re.escape(mutant.module)} -> {re.escape(mutant.imports)}\b"
    package = rf"{re.escape(mutant.module)} .*imports? .*{re.escape(mutant.imports)}\b"
    assert re.search(f"{edge}|{package}", told), told


def test_a_module_without_a_place_is_noticed(breaches):
    assert f"- tocsin.{STRANGER}" in breaches[CONTRACTS["layers"]]


def test_every_contract_has_a_mutant():
    assert {mutant.contract for mutant in MUTANTS} == set(CONTRACTS)


@pytest.mark.parametrize("kind", ["sources", "sinks"])
def test_plugins_are_strangers(kind):
    ours = plugins.plugin_modules(PYPROJECT, f"tocsin.{kind}")
    beside = [name for name in TEXTS if name.startswith(f"tocsin.{kind}")]
    assert not [said for name in beside for said in plugins.strangers(name, TEXTS[name], ours)]


@pytest.mark.parametrize("line", ["import a.two", "from a import two", "from a.two import Two"])
def test_a_plugin_that_knows_another_is_noticed(line):
    assert plugins.strangers("a.one", line, {"a.one", "a.two"})
    assert not plugins.strangers("a.two", line, {"a.one", "a.two"})


def test_kernels_see_arrays_only():
    kernels = [name for name in TEXTS if "kernel" in name.rpartition(".")[2]]
    assert kernels
    assert not [said for name in kernels for said in plugins.arrays_only(name, TEXTS)]


def test_a_kernel_that_sees_more_is_noticed():
    texts = {
        "a": "",
        "a.kernels": "import numpy as np\nfrom a.letters import LETTER\n",
        "a.letters": "import numpy as np\nLETTER = 1\n",
        "a.events": "import msgspec\n",
    }
    assert not plugins.arrays_only("a.kernels", texts)
    texts["a.letters"] = "from a.events import Event\n"
    told = plugins.arrays_only("a.kernels", texts)
    assert told and "msgspec" in told[0]
