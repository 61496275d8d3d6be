"""The commands together, and how errors reach people."""

import sys

import typer

from tocsin import __version__
from tocsin.cli import (
    alerts,
    audit,
    backup,
    bench,
    coverage,
    demo,
    doctor,
    explain,
    fit,
    init,
    replay,
    run,
    score,
    token,
    vocabulary,
    watch,
    why_not,
)
from tocsin.cli.crash import quieten, tell
from tocsin.cli.screen import fail
from tocsin.errors import TocsinError
from tocsin.store import ROLE

app = typer.Typer(
    name="tocsin",
    help="Open early warning: reads the public stream, notices hazards, says what, where and how "
    "bad, checks it against official feeds, and alerts whoever asked. It rates hazards and cannot "
    "follow people.",
    epilog="Begin with: tocsin demo. Then: tocsin init, tocsin doctor, tocsin run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.add_typer(doctor.app)
app.command("run")(run.run)
app.command("replay")(replay.replay)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("coverage")(coverage.coverage)
app.command("explain")(explain.explain)
app.command("why-not")(why_not.why_not)
app.command("score")(score.score)
app.command("bench")(bench.bench)
app.command("fit")(fit.fit_belief)
app.add_typer(alerts.app)
app.add_typer(audit.app)
app.add_typer(token.app)
app.add_typer(vocabulary.app)
app.add_typer(watch.app)


def _version(asked: bool) -> None:
    if asked:
        print(f"tocsin {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", help="Say the version and end.", callback=_version, is_eager=True
    ),
) -> None:
    """Options before the command."""


def main() -> None:
    """Run the command line; a known error ends with its instruction and status 2.

    Any other error ends with its kind and place alone and status 70.
    """
    quieten()
    before = ROLE.set("command line")
    try:
        app()
    except TocsinError as error:
        fail(str(error), "--json" in sys.argv)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        tell(error)
        sys.exit(70)
    finally:
        ROLE.reset(before)
