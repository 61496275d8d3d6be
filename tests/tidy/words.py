"""House rules about any text in the tree: what must never be written there."""

import re
from pathlib import Path

FILE_BYTES = 1_500_000

# A letter in brackets matches itself, so that no pattern here is found by its own rule.
MARKER = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b")
MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:[w]ork|[r]oot|[h]ome/\w+|[U]sers/\w+|[t]mp|[o]pt/[p]ypi\S*|[m]nt)/"
    r"|\b[A-Z]:\\[U]sers\\"
)
REGISTRY = re.compile(
    r"[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.(?:org|com)|[y]arnpkg\.com|[n]pmmirror"
    r"|[p]roxy\.golang\.org|[s]tatic\.crates\.io|[i]ndex\.crates\.io|[c]onda\.anaconda\.org",
    re.IGNORECASE,
)
BACKSTAGE = re.compile(
    r"\b[i]ssue\s+#?\d+|\b(?:[f]ixes|[c]loses|[r]esolves)\s+#\d+"
    r"|\b(?:[t]his|[a]nother|[p]revious|[e]arlier|[n]ext) [s]ession\b(?! key)"
    r"|\b[o]ther [e]ngineers?\b|\b[t]he [l]ead (?:engineer|writes|decides|adds)\b"
    r"|\b[A]nthropic\b|\b[c]hatgpt\b|\b[o]penai\b|\b[c]opilot\b|\b[c]laude[ -](?:code|opus|sonnet)"
    r"|\b[g]enerated (?:by|with) (?:an? )?(?:AI|LLM|language model|assistant)\b"
    r"|\b[c]o-authored-by\b|\bAI[- ](?:[a]ssistant|[g]enerated|[a]gent|[t]ool)s?\b",
    re.IGNORECASE,
)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def _matches(path: str, text: str, pattern: re.Pattern[str], remedy: str) -> list[str]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if hit := pattern.search(line):
            found.append(f"{path}:{number}: {hit.group()!r}. {remedy}")
    return found


def leftovers(path: str, text: str) -> list[str]:
    """Nothing is left to be done in a comment (JSON has none, but it has packed data)."""
    if path.endswith(".json"):
        return []
    return _matches(path, text, MARKER, "Do it now, or write it down in docs/gotchas.md.")


def machine_paths(path: str, text: str) -> list[str]:
    """No file knows the machine it was written on."""
    return _matches(path, text, MACHINE_PATH, "Use a relative path, an argument or a temp folder.")


def registries(path: str, text: str) -> list[str]:
    """No file says where packages come from: that is the installer's to decide."""
    return _matches(path, text, REGISTRY, "Leave the host out; name and hash are enough.")


def backstage(path: str, text: str) -> list[str]:
    """The tree speaks of Tocsin, not of how the work on it was organised."""
    return _matches(path, text, BACKSTAGE, "Say what is true of the code, and why, instead.")


def one_title(path: str, text: str) -> list[str]:
    """A page has one title, on its first line."""
    if Path(path).suffix != ".md":
        return []
    bare = FENCE.sub("", text)
    titles = re.findall(r"^# .+$", bare, re.MULTILINE)
    if len(titles) == 1 and bare.lstrip().startswith(titles[0]):
        return []
    return [f"{path}: {len(titles)} titles. Begin the page with exactly one line '# Title'."]


def file_size(path: str, size_bytes: int) -> list[str]:
    """What is large is built or fetched, not kept under version control."""
    if size_bytes <= FILE_BYTES:
        return []
    return [f"{path}: {size_bytes} bytes. Build it, or keep it outside; {FILE_BYTES} are allowed."]


TEXT_RULES = (leftovers, machine_paths, registries, backstage, one_title)
