"""The tree keeps its own house rules, and every rule is shown to bite."""

import pytest

from mutants.tidy import CLEAN, MUTANTS
from tidy import code, files, words

RULES = {rule.__name__: rule for rule in (*code.CODE_RULES, *words.TEXT_RULES)}
PYTHON = [path for path in files.tracked() if path.endswith(".py")]
TEXTS = [path for path in files.tracked() if files.is_text(path)]


@pytest.mark.parametrize("rule", code.CODE_RULES, ids=lambda rule: rule.__name__)
def test_modules_keep_the_rule(rule):
    found = [said for path in PYTHON for said in rule(path, files.read(path))]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("rule", words.TEXT_RULES, ids=lambda rule: rule.__name__)
def test_texts_keep_the_rule(rule):
    found = [said for path in TEXTS for said in rule(path, files.read(path))]
    assert not found, "\n" + "\n".join(found)


def broken(path: str, text: str) -> dict[str, list[str]]:
    """What each rule says of one file; rules about modules read modules only."""
    rules = (*words.TEXT_RULES, *(code.CODE_RULES if path.endswith(".py") else ()))
    said = {rule.__name__: rule(path, text) for rule in rules}
    return {name: lines for name, lines in said.items() if lines}


def test_no_large_file_is_tracked():
    sizes = {path: (files.ROOT / path).stat().st_size for path in files.tracked()}
    found = [said for path, size in sizes.items() for said in words.file_size(path, size)]
    assert not found, "\n" + "\n".join(found)
    assert words.file_size("a.bin", words.FILE_BYTES + 1)


def test_the_rules_see_the_tree():
    assert "src/tocsin/errors.py" in PYTHON
    assert "README.md" in TEXTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.rule}-{mutant.name}")
def test_a_broken_rule_is_noticed(mutant):
    assert set(broken(mutant.path, mutant.text)) == {mutant.rule}


def test_every_rule_has_a_mutant_and_every_remedy_speaks():
    assert {mutant.rule for mutant in MUTANTS} == set(RULES)
    for mutant in MUTANTS:
        for said in RULES[mutant.rule](mutant.path, mutant.text):
            assert said.startswith(mutant.path)
            assert ". " in said, f"no remedy in: {said}"


@pytest.mark.parametrize("path", sorted(CLEAN))
def test_what_is_right_is_left_alone(path):
    assert not broken(path, CLEAN[path])
