"""House rules about Python modules."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 300
KERNEL_LINES = 400
TEST_LINES = 500
"""A test module is a list of cases about one thing; cutting it in two hides some of them."""
FUNCTION_LINES = 60
LOOP_LINES = 150
"""A compiled loop keeps its state in local variables, so its steps cannot become functions."""
EMPTY_NAMES = re.compile(r"^(utils?|helpers?|managers?|handlers?|common|misc)$")
COUNTLESS = {"seed", "port"}
"""Numbers that measure nothing and so have no unit."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function of a module, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def is_kernel(node: Function) -> bool:
    """Whether a function is compiled, alone or as a part of another."""
    marks = {ast.unparse(mark).split("(")[0] for mark in node.decorator_list}
    return bool(marks & {"kernel", "part"})


def module_length(path: str, text: str) -> list[str]:
    """A module holds one idea, so it ends before 300 lines (kernels 400, lists of cases 500)."""
    stem = Path(path).stem
    bound = KERNEL_LINES if "kernel" in stem else MODULE_LINES
    bound = TEST_LINES if stem.startswith("test_") else bound
    lines = text.count("\n") + (not text.endswith("\n"))
    if lines <= bound:
        return []
    return [f"{path}: {lines} lines. Split it by idea; {bound} are allowed."]


def function_length(path: str, text: str) -> list[str]:
    """A function fits on one page; only a compiled loop may take more."""
    found = []
    for node in functions(ast.parse(text, path)):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        bound = LOOP_LINES if is_kernel(node) else FUNCTION_LINES
        if lines > bound:
            found.append(
                f"{path}:{node.lineno}: {node.name} has {lines} lines. "
                f"Name its parts and call them; {bound} are allowed."
            )
    return found


def _words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word.lower() for word in spaced.split("_") if word]


def empty_names(path: str, text: str) -> list[str]:
    """A module or class is named for what it does, not for being of use."""
    remedy = "Name it after its one idea (what it takes, makes or decides)."
    found = []
    for part in Path(path).with_suffix("").parts:
        if any(EMPTY_NAMES.match(word) for word in _words(part)):
            found.append(f"{path}: the name {part!r} says nothing. {remedy}")
    for node in ast.walk(ast.parse(text, path)):
        if isinstance(node, ast.ClassDef) and any(map(EMPTY_NAMES.match, _words(node.name))):
            found.append(f"{path}:{node.lineno}: the name {node.name!r} says nothing. {remedy}")
    return found


def module_sentence(path: str, text: str) -> list[str]:
    """A module says its one idea in one sentence at its top."""
    tree = ast.parse(text, path)
    if not tree.body:
        return []
    said = ast.get_docstring(tree)
    if said is None:
        return [f"{path}:1: no module docstring. Say in one sentence what this module is."]
    bare = re.sub(r"`[^`]*`", "x", " ".join(said.split()))
    if not bare.endswith(".") or re.search(r"[.!?]\s+[A-Z`\"']", bare) or "\n\n" in said:
        return [
            f"{path}:1: the module docstring is not one sentence. "
            "Keep one, ending in a full stop; move the rest to the thing it is about."
        ]
    return []


def _undocumented(owner: str, body: list[ast.stmt]) -> Iterator[tuple[int, str]]:
    for node in body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        marks = {ast.unparse(mark) for mark in node.decorator_list}
        if any(mark.endswith((".setter", "overload")) for mark in marks):
            continue
        if ast.get_docstring(node) is None:
            yield node.lineno, owner + node.name
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(f"{node.name}.", node.body)


def public_docstrings(path: str, text: str) -> list[str]:
    """What others may call says what it takes, gives and raises."""
    if not path.startswith("src/"):
        return []
    return [
        f"{path}:{line}: {name} has no docstring. Say what it gives, with shapes, units and errors."
        for line, name in _undocumented("", ast.parse(text, path).body)
    ]


def annotated(path: str, text: str) -> list[str]:
    """Every function but a kernel has its types written down."""
    if not path.startswith("src/"):
        return []
    found = []
    for node in functions(ast.parse(text, path)):
        if is_kernel(node):
            continue
        every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        bare = [
            arg.arg for arg in every if arg.annotation is None and arg.arg not in ("self", "cls")
        ]
        untyped = bare or (node.returns is None and node.name != "__init__")
        if untyped:
            found.append(
                f"{path}:{node.lineno}: {node.name} lacks types. "
                "Annotate arguments and result (only @kernel functions go without)."
            )
    return found


def _field_part(call: ast.Call, name: str, position: int) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if len(call.args) > position else None


def _is_number(node: ast.expr | None) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    )


def settings_with_units(path: str, text: str) -> list[str]:
    """A number in a setting has a unit and two bounds."""
    if not path.startswith("src/"):
        return []
    found = []
    for call in ast.walk(ast.parse(text, path)):
        if not (isinstance(call, ast.Call) and ast.unparse(call.func).endswith("Field")):
            continue
        name = _field_part(call, "name", 0)
        label = name.value if isinstance(name, ast.Constant) else "?"
        if not _is_number(_field_part(call, "default", 1)):
            continue
        where = f"{path}:{call.lineno}: the setting {label!r}"
        if _field_part(call, "unit", 3) is None and label not in COUNTLESS:
            found.append(f"{where} is a number without a unit. Add unit=...")
        if _field_part(call, "low", 4) is None or _field_part(call, "high", 5) is None:
            found.append(f"{where} is a number without bounds. Add low=... and high=...")
    return found


CODE_RULES = (
    module_length, function_length, empty_names, module_sentence, public_docstrings,
    annotated, settings_with_units,
)  # fmt: skip
