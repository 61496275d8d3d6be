"""House rules about modules that must not know one another: plug-ins and kernels."""

import ast
import tomllib
from collections.abc import Mapping

KERNELS_MAY = (
    "numpy", "numba", "math", "typing", "collections.abc", "functools", "unicodedata",
    "tocsin.compiled",
)  # fmt: skip


def imported(text: str) -> list[tuple[int, str]]:
    """Line and full name of everything a module imports, wherever in it."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.lineno, node.module))
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def plugin_modules(pyproject: str, group: str) -> set[str]:
    """Modules that an entry-point group of this package points to."""
    table = tomllib.loads(pyproject)["project"]["entry-points"][group]
    return {target.split(":")[0] for target in table.values()}


def strangers(module: str, text: str, plugins: set[str]) -> list[str]:
    """A plug-in, or what plug-ins share, imports no (other) plug-in."""
    found = []
    for line, name in imported(text):
        if name in plugins and name != module:
            found.append(
                f"{module}:{line}: imports {name}. "
                "Move what both need into a module that holds no plug-in."
            )
    return found


def arrays_only(module: str, texts: Mapping[str, str]) -> list[str]:
    """A kernel module reaches nothing but numpy, numba and other such modules.

    `texts` holds every module of the package by name, so that what a kernel imports from
    beside itself is held to the same rule.
    """
    found, seen, ahead = [], {module}, [module]
    while ahead:
        name = ahead.pop()
        for line, target in imported(texts[name]):
            if target.startswith(KERNELS_MAY):
                continue
            if target in texts:
                if target not in seen:
                    seen.add(target)
                    ahead.append(target)
            elif target.rpartition(".")[0] not in texts:
                found.append(
                    f"{name}:{line}: imports {target}, reached from the kernels of {module}. "
                    "Pass arrays in instead."
                )
    return sorted(set(found))
