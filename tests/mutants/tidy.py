"""Files that break one house rule each, and files that break none."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """A text at a path, and the one rule it breaks."""

    rule: str
    name: str
    path: str
    text: str


SAY = '"""Counts what it is given."""\n'
PATH = "src/tocsin/part.py"


def _function(body: str, head: str = "def act(n: int) -> int:") -> str:
    return f'{SAY}\n\n{head}\n    """Act once."""\n{body}'


def _field(arguments: str) -> str:
    return f"{SAY}\nFROM = Field({arguments})\n"


def _python(rule: str, *cases: tuple[str, str]) -> list[Mutant]:
    return [Mutant(rule, name, PATH, text) for name, text in cases]


# Forbidden words are put together here, so that this file itself stays clean.
MUTANTS = [
    *_python(
        "module_length",
        ("one-line-too-many", SAY + "A = 1\n" * 300),
        ("without-last-newline", SAY + "A = 1\n" * 299 + "A = 1"),
    ),
    Mutant("module_length", "kernel", "src/tocsin/kernels.py", SAY + "A = 1\n" * 400),
    Mutant("module_length", "cases", "tests/test_part.py", SAY + "A = 1\n" * 500),
    *_python(
        "function_length",
        ("plain", _function("    n += 1\n" * 58 + "    return n\n")),
        (
            "compiled-loop",
            _function("    n += 1\n" * 148 + "    return n\n", "@kernel\ndef act(n: int) -> int:"),
        ),
        (
            "nested-in-a-method",
            f'{SAY}class A:\n    """An a."""\n\n    def _b(self) -> None:\n'
            + "        def c() -> None:\n"
            + "            print()\n" * 60,
        ),
    ),
    Mutant("empty_names", "module", "src/tocsin/" + "util" + "s.py", SAY),
    Mutant("empty_names", "package", "tests/" + "common" + "/part.py", SAY),
    Mutant("empty_names", "second-word", "tests/web_" + "help" + "ers.py", SAY),
    *_python("empty_names", ("class", f'{SAY}class Frame{"Manager"}:\n    """A frame."""\n')),
    *_python(
        "module_sentence",
        ("none", "A = 1\n"),
        ("two", '"""Counts. And weighs."""\n'),
        ("no-end", '"""Counts things"""\n'),
        ("two-paragraphs", '"""Counts.\n\nand more.\n"""\n'),
    ),
    *_python(
        "public_docstrings",
        ("function", f"{SAY}def act() -> None:\n    pass\n"),
        ("class", f"{SAY}class A:\n    pass\n"),
        ("method", f'{SAY}class A:\n    """An a."""\n\n    def b(self) -> None:\n        pass\n'),
    ),
    *_python(
        "annotated",
        ("argument", _function("    return n\n", "def act(n) -> int:")),
        ("result", _function("    return n\n", "def act(n: int):")),
        ("keyword", _function("    return n\n", "def act(*, n) -> int:")),
    ),
    *_python(
        "settings_with_units",
        ("no-unit", _field('"wait", 5, "How long.", low=1, high=9')),
        ("no-bounds", _field('"wait_s", 5.0, "How long.", unit="s"')),
        ("no-upper-bound", _field('"wait_s", -5, "How long.", unit="s", low=1')),
        ("by-keyword", _field('name="wait", default=5, help="How long.", low=1, high=9')),
    ),
    *_python(
        "leftovers",
        *((word, f"{SAY}# {word}: later\n") for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X")),
    ),
    *_python(
        "machine_paths",
        ("home", f'{SAY}A = "{"/ho" + "me/ann/x"}"\n'),
        ("work", f'{SAY}A = "{"/wo" + "rk/x"}"\n'),
        ("temp", f'{SAY}A = "{"/t" + "mp/x"}"\n'),
    ),
    Mutant("registries", "python", "constraints/run.txt", "--index-url https://pypi" + ".org/s\n"),
    Mutant("registries", "node", "ui/package-lock.json", '"https://registry.npmjs' + '.org/a"\n'),
    Mutant("backstage", "number", "docs/a.md", "# A\n\nSee is" + "sue #12.\n"),
    Mutant("backstage", "closing", "docs/a.md", "# A\n\nFix" + "es #12.\n"),
    Mutant("backstage", "hours", "docs/a.md", "# A\n\nDone in an earlier ses" + "sion.\n"),
    Mutant("backstage", "maker", PATH, SAY + "# gener" + "ated by an AI\n"),
    Mutant("one_title", "none", "docs/a.md", "Text.\n"),
    Mutant("one_title", "two", "docs/a.md", "# A\n\n# B\n"),
    Mutant("one_title", "late", "docs/a.md", "Text.\n\n# A\n"),
]

CLEAN = {
    PATH: SAY
    + "import ast\n\n\n@kernel\ndef swift(a, b):\n"
    + '    """Kernels go without types."""\n    return a\n\n\n'
    + 'ROW = (Field("seed", 5, "Any.", None, 0, 9), Field("on", True, "Whether."))\n',
    "src/tocsin/kernels.py": SAY + "A = 1\n" * 399,
    "src/tocsin/long.py": SAY + "A = 1\n" * 299,
    "src/tocsin/page.py": _function("    n += 1\n" * 57 + "    return n\n"),
    "src/tocsin/loop.py": _function(
        "    n += 1\n" * 147 + "    return n\n", "@kernel\ndef act(n):"
    ),
    "src/tocsin/quoted.py": '"""Reads `a.b. C` of e.g. one file."""\n',
    "tests/conformance/__init__.py": "",
    "tests/test_part.py": SAY + "def test_it(a):\n    assert a\n",
    "docs/a.md": "# A\n\n```sh\n# not a title\n```\n\nThe session key of an issue of a paper.\n",
}
