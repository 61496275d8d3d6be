"""The documents are true: links resolve, examples exist, and nothing is left unexplained."""

import importlib.util
import re
import shlex
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import get_args

import pytest

from tidy.files import ROOT, tracked
from tocsin import model
from tocsin.batch import Sense
from tocsin.config_file import SETTINGS

PAGES = [path for path in tracked() if path.endswith(".md")]
REFERENCE = ROOT / "docs" / "reference"
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


def reference():
    return "\n".join(path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md"))


def anchors(text):
    """Where a link with # may point to, as GitHub names headings."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def links(text):
    """Relative links of a page."""
    found = LINK.findall(FENCE.sub("", text))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def broken(page, text):
    """Links of a page that lead nowhere."""
    said = []
    for target in links(text):
        path, _, anchor = target.partition("#")
        there = (ROOT / page).parent / path if path else ROOT / page
        if not there.exists():
            said.append(f"{page}: {target} does not exist. Correct or remove the link.")
        elif anchor and there.suffix == ".md":
            known = anchors(there.read_text(encoding="utf-8"))
            if anchor not in known:
                said.append(f"{page}: no heading #{anchor} there. Known: {sorted(known)}")
    return said


def unknown_calls(page, text, commands, targets):
    """Lines of `sh` examples that call a command or target that is not there."""
    said = []
    for language, body in FENCE.findall(text):
        if language not in ("sh", "bash", "console"):
            continue
        for line in body.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words[:1] == ["make"]:
                wanted = [w for w in words[1:] if "=" not in w and not w.startswith("-")]
                said += [f"{page}: no make {w}" for w in wanted if w not in targets]
            elif words[:1] == ["tocsin"] and len(words) > 1:
                name = words[1]
                if name.startswith("-"):
                    continue
                if name not in commands:
                    said.append(f"{page}: no command tocsin {name}")
                    continue
                flags = {w.split("=")[0] for w in words[2:] if w.startswith("--")} - {"--help"}
                said += [f"{page}: tocsin {name} has no {f}" for f in flags - commands[name]]
    return said


def make_targets():
    return set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))


@pytest.fixture(scope="module")
def commands():
    """Options by command of the real command line."""
    typer_main = pytest.importorskip("typer.main")
    cli = pytest.importorskip("tocsin.cli.app")
    root = typer_main.get_command(cli.app)
    return {name: options(command) for name, command in root.commands.items()}


def options(command):
    """Every option of a command and of the commands under it."""
    every = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    own = {o for o in every if o.startswith("-")}
    return own.union(*(options(inner) for inner in getattr(command, "commands", {}).values()))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    assert not broken(page, text_of(page))


def test_a_broken_link_is_noticed():
    assert broken("README.md", "[a](docs/no-such-page.md)")
    assert broken("README.md", "[a](docs/concepts.md#no-such-heading)")
    assert not broken("README.md", "[a](docs/concepts.md#words) [b](https://example.org/x)")


def test_every_page_can_be_reached():
    reached, ahead = set(), ["README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached:
            continue
        reached.add(page)
        for target in links(text_of(page)):
            there = ((ROOT / page).parent / target.partition("#")[0]).resolve()
            inside = there.glob("*.md") if there.is_dir() else [there]
            ahead += [str(p.relative_to(ROOT)) for p in inside if p.suffix == ".md" and p.exists()]
    orphans = {page for page in PAGES if page.startswith("docs/")} - reached
    assert not orphans, f"no link leads to {sorted(orphans)}: link them from README.md or docs/"


def test_examples_call_what_exists(commands):
    targets = make_targets()
    said = [s for page in PAGES for s in unknown_calls(page, text_of(page), commands, targets)]
    assert not said, "\n".join(said)


def test_paths_named_in_the_documents_exist():
    wanted = re.compile(r"`((?:src|docs|tests|bench|constraints|\.ci)/[\w./-]*)`")
    said = [
        f"{page}: {path} does not exist"
        for page in PAGES
        for path in wanted.findall(text_of(page))
        if not (ROOT / path).exists() and not re.search(r"\b[A-Z]{2,}\b", path)
    ]
    assert not said, "\n".join(said)


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("make demo", True), ("make demo PORT=1 # why", True), ("make no-such", False),
        ("$ tocsin run --config a.toml", True), ("tocsin no-such", False),
        ("tocsin run --no-such", False), ("tocsin --version", True), ("ls no-such", True),
    ],
)  # fmt: skip
def test_a_call_of_what_does_not_exist_is_noticed(line, right):
    text = f"```sh\n{line}\n```\n"
    said = unknown_calls("README.md", text, {"run": {"--config"}}, {"demo"})
    assert (not said) is right


def test_commands_are_in_the_reference(commands):
    text = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    assert commands
    for name, flags in commands.items():
        assert f"## tocsin {name}\n" in text, f"make reference: no tocsin {name}"
        assert not [flag for flag in flags - {"--help"} if flag not in text]


def test_settings_are_in_the_reference():
    text = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    missing = [
        f"[{section}] {field.name}"
        for section, fields in SETTINGS.items()
        for field in fields
        if f"`{field.name}`" not in text.partition(f"[{section}]")[2]
    ]
    assert not missing, f"make reference: {missing}"


def test_hazards_are_in_the_reference():
    folder = ROOT / "src" / "tocsin" / "vocabulary" / "data" / "hazards"
    keys = {path.stem for path in folder.glob("*.toml")}
    assert keys
    text = (REFERENCE / "hazards.md").read_text(encoding="utf-8")
    assert not [key for key in sorted(keys) if f"`{key}`" not in text]


@pytest.mark.parametrize("group", ["sources", "sinks"])
def test_plugins_are_in_the_reference(group):
    text = (REFERENCE / f"{group}.md").read_text(encoding="utf-8")
    ours = [e for e in entry_points(group=f"tocsin.{group}") if e.value.startswith("tocsin.")]
    assert ours
    for entry in ours:
        _, heading, section = text.partition(f"## {entry.name}\n")
        assert heading, f"make reference: no {entry.name}"
        own = section.partition("\n## ")[0]
        assert not [f.name for f in entry.load().spec.fields if f"`{f.name}`" not in own]


def test_the_reference_is_what_the_code_says():
    pytest.importorskip("tocsin.cli.app")
    path = REFERENCE / "write.py"
    spec = importlib.util.spec_from_file_location("reference_write", path)
    assert spec and spec.loader
    write = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(write)
    for name, text in write.pages().items():
        assert (REFERENCE / name).read_text(encoding="utf-8") == text, f"make reference: {name}"


def test_the_glossary_holds_our_words():
    terms = re.findall(r"^\*\*([^*]+)\*\*:", text_of("docs/concepts.md"), re.MULTILINE)
    known = {word.strip().lower() for term in terms for word in term.split(",")}
    assert len(known) == sum(len(term.split(",")) for term in terms), "a word is explained twice"
    nouns = re.findall(r"[A-Z]\w+", (model.__doc__ or "").partition(":")[2])
    wanted = {noun.lower() for noun in nouns}
    wanted |= {"batch", "removal", "source", "sink", "gate", "ground", "origin", "crossing"}
    assert not wanted - known, f"docs/concepts.md does not explain {sorted(wanted - known)}"


@pytest.mark.parametrize(
    "values",
    [get_args(model.Phase), get_args(model.Tier), model.LEVELS, [s.name.lower() for s in Sense]],
)
def test_closed_lists_are_in_the_glossary(values):
    text = text_of("docs/concepts.md")
    assert not [value for value in values if not re.search(rf"\b{value}\b", text)]


def test_every_dependency_has_a_decision():
    project = tomllib.loads(text_of("pyproject.toml"))
    everything = [
        *project["project"]["dependencies"], *project["build-system"]["requires"],
        *(line for extra in project["project"]["optional-dependencies"].values() for line in extra),
    ]  # fmt: skip
    pages = "\n".join(text_of(page) for page in PAGES if page.startswith("docs/decisions/"))
    names = {re.split(r"[<>=]", line)[0] for line in everything}
    assert not [name for name in sorted(names) if name.lower() not in pages.lower()]


def test_decisions_are_listed():
    index = text_of("docs/decisions/README.md")
    folder = ROOT / "docs" / "decisions"
    written = {Path(path).name for path in folder.glob("0*.md")}
    assert not [name for name in sorted(written) if name not in index]
