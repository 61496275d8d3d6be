"""The page about the contract names every clause, only tests that exist, and is current."""

import ast

import pytest

from contract_status import CLAUSES, PAGE, ROOT, page
from mutants.leaks.outputs import OUTPUTS
from mutants.leaks.traces import TRACES


def functions_of(name):
    """Names of the test functions of a file below tests/."""
    tree = ast.parse((ROOT / "tests" / name).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def missing_tests(clause):
    """Claimed tests that are not there."""
    return [
        test
        for test in clause.tests
        for name, _, function in [test.partition("::")]
        if not (ROOT / "tests" / name).is_file()
        or not function.startswith("test_")
        or function not in functions_of(name)
    ]


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.key)
def test_a_clause_claims_only_tests_that_exist(clause):
    assert not missing_tests(clause)
    assert clause.tests and clause.built
    assert (clause.state == "holds") == (not clause.missing)


def test_a_test_that_does_not_exist_is_noticed():
    first = CLAUSES[0]
    for claimed in ("test_boundary.py::test_no_such_thing", "test_none.py::test_a",
                    "test_boundary.py::drive"):  # fmt: skip
        assert missing_tests(first._replace(tests=(claimed,))) == [claimed]


def test_every_clause_has_its_place():
    assert [c.key for c in CLAUSES] == [*(f"P{n}" for n in range(1, 19)), "2.1", "2.2"]


def test_the_number_of_leaks_is_told():
    told = next(c for c in CLAUSES if c.key == "2.1").built
    assert f"{len(OUTPUTS) + len(TRACES)} seeded leaks" in told


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "docs/contract-status.md is stale: run python tests/contract_status.py"
    )
