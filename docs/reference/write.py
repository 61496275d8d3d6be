"""Writes the reference pages of commands, sources and sinks from what the code says of itself."""

import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from tocsin.config import Field, Spec
from tocsin.config_file import reference as settings_page

HERE = Path(__file__).resolve().parent


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _bounds(field: Field) -> str:
    if field.choices:
        return ", ".join(field.choices)
    unit = f" {field.unit}" if field.unit else ""
    if field.low is None or field.high is None:
        return unit.strip()
    return f"{field.low:.10g} to {field.high:.10g}{unit}"


def _default(field: Field) -> str:
    if field.required:
        return "required"
    if field.default is None:
        return ""
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return f'`"{field.default}"`' if isinstance(field.default, str) else f"`{field.default}`"


def _spec_section(spec: Spec) -> list[str]:
    lines = [f"## {spec.name}", "", spec.summary, ""]
    if spec.family:
        lines += [f"Source family: `{spec.family}`. Gives {spec.kind}.", ""]
    if spec.terms:
        lines += [f"Terms: {spec.terms}", ""]
    if spec.fields:
        lines += ["| key | default | bounds | what for |", "|---|---|---|---|"]
        for field in spec.fields:
            name = f"`{field.name}`{' (secret)' if field.secret else ''}"
            cells = (name, _default(field), _bounds(field), field.help)
            lines.append(f"| {' | '.join(map(_cell, cells))} |")
        lines.append("")
    if spec.example:
        lines += ["```toml", spec.example.strip(), "```", ""]
    return lines


def plugins_page(group: str, intro: str) -> str:
    """The page of all built-in plug-ins of one entry-point group."""
    entries = sorted(entry_points(group=f"tocsin.{group}"), key=lambda entry: entry.name)
    ours = [entry for entry in entries if entry.value.startswith("tocsin.")]
    lines = [f"# {group.capitalize()}", "", intro, ""]
    for entry in ours:
        lines += _spec_section(entry.load().spec)
    return "\n".join(lines).rstrip() + "\n"


def _parameters(command: Any) -> list[str]:
    lines = ["| option or argument | default | what for |", "|---|---|---|"]
    for parameter in command.params:
        shown = ", ".join((*parameter.opts, *parameter.secondary_opts))
        name = shown if shown.startswith("-") else (parameter.name or "").upper()
        given = parameter.default
        if isinstance(given, Path) and given.is_absolute():
            # Where the package lies is a matter of the machine this page is written on.
            given = given.name
        default = "" if given in (None, False, ()) else f"`{given}`"
        cells = (f"`{name}`", default, getattr(parameter, "help", None) or "")
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return [*lines, ""] if command.params else []


def _command_section(path: str, command: Any) -> list[str]:
    lines = [f"## {path}", "", " ".join((command.help or "").split()), "", *_parameters(command)]
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        lines += _command_section(f"{path} {name}", inner)
    return lines


def commands_page() -> str:
    """The page of the command line; needs `tocsin.cli`."""
    import typer.main

    from tocsin.cli.app import app

    root = typer.main.get_command(app)
    lines = ["# Commands", "", "What `tocsin COMMAND --help` says, on one page.", ""]
    for name, command in sorted(getattr(root, "commands", {}).items()):
        lines += _command_section(f"tocsin {name}", command)
    return "\n".join(lines).rstrip() + "\n"


def pages() -> dict[str, str]:
    """Text by file name."""
    return {
        "commands.md": commands_page(),
        "settings.md": settings_page(),
        "sources.md": plugins_page(
            "sources",
            "What Tocsin can read. In the configuration a source is a table `[sources.NAME]` with "
            "`type` and the keys below.",
        ),
        "sinks.md": plugins_page(
            "sinks",
            "Where alerts can go. In the configuration a sink is a table `[sinks.NAME]` with "
            "`type` and the keys below; its name is the channel of a watch. The channel `page` is "
            "always there and needs none.",
        ),
    }


def main() -> int:
    """Write all pages beside this file."""
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
