"""`tocsin token`: who may sign in at the page and the API, and with which role."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.screen import emit, words
from tocsin.clock import SystemClock, rfc3339
from tocsin.config_file import load
from tocsin.errors import InputError
from tocsin.web.tokens import ROLES, TokenFile, beside

Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Config = Annotated[Path, typer.Option(help="The configuration; see tocsin init.")]
_CONFIG = Path("tocsin.toml")

app = typer.Typer(
    name="token",
    help="Tokens by which people and programs sign in; without any, this machine may do all.",
    no_args_is_help=True,
)


@app.command("add")
def add(
    role: Annotated[str, typer.Option(help="viewer, editor or operator.")] = "viewer",
    label: Annotated[str, typer.Option(help="What it is for, such as desk-1; kept as it is.")] = "",
    config: Config = _CONFIG,
    json: Json = False,
) -> None:
    """Give out a token; it is shown once, and only its digest is kept.

    A running engine takes it up at once; with the first one everybody has to sign in.
    Example: tocsin token add --role editor --label desk-1
    """
    known = next((one for one in ROLES if one == role), None)
    if known is None:
        raise InputError(f"role: {role!r} is none. Write one of: {', '.join(ROLES)}.")
    now = rfc3339(SystemClock().now_ms())
    secret, token = _tokens(config).add(known, label, now)
    if json:
        emit({"id": token.id, "role": token.role, "token": secret})
        return
    print(secret)
    words.print(f"{token.id}: {token.role}. It is not shown again.", highlight=False)


@app.command("list")
def show(config: Config = _CONFIG, json: Json = False) -> None:
    """List the tokens that are given out, without the tokens themselves."""
    tokens = _tokens(config).tokens()
    if json:
        emit({
            "tokens": [
                {"id": one.id, "role": one.role, "label": one.label, "since": one.since}
                for one in tokens
            ]
        })  # fmt: skip
        return
    for one in tokens:
        print(f"{one.id}  {one.role:<8}  {one.since[:10]}  {one.label}".rstrip())
    if not tokens:
        words.print("None: whoever reaches this machine may do everything.")


@app.command("rm")
def rm(
    token_ids: Annotated[list[str], typer.Argument(help="Ids of tokens; see tocsin token list.")],
    config: Config = _CONFIG,
    json: Json = False,
) -> None:
    """Take tokens back; their sessions end at once."""
    tokens = _tokens(config)
    known = {one.id for one in tokens.tokens()}
    for token_id in token_ids:
        if token_id not in known:
            raise InputError(f"{token_id!r}: no token has this id. See: tocsin token list.")
    gone = sum(tokens.remove(token_id) for token_id in token_ids)
    if json:
        emit({"removed": gone})
    else:
        words.print(f"{gone} taken back.")


def _tokens(config: Path) -> TokenFile:
    return beside(config.parent / str(load(config).store["path"]))
