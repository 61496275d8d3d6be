"""Leaks into what stays on the machine: logs, files, tables, keys, the terminal."""

from mutants.leaks import USE, Edit, Leak, smuggled

_LIVE = "engine/live.py"
_STEP = "        self.stepped_ms = now_ms\n        self.steps += 1\n"
_META = "memory.kept(self._line, self._back)"


def _each_step(name: str, names: str, code: str) -> Leak:
    """A leak by one line of code after every step."""
    return smuggled(name, names, Edit(_LIVE, _STEP, f"{_STEP}        {USE}        {code}\n"))


TRACES: tuple[Leak, ...] = (
    _each_step("line of a log", "stderr",
               "__import__('logging').getLogger('tocsin').error('step of %s', LAST.author)"),
    _each_step("line of a log, packed", "gzip",
               "__import__('sys').stderr.buffer.write("
               "__import__('gzip').compress(LAST.text.encode()))"),
    _each_step("line on the terminal", "stdout", "print(LAST.text)"),
    _each_step("name of a file", "file names",
               "(__import__('pathlib').Path('state') / LAST.author[8:]).touch()"),
    _each_step("variable of the environment", "environment",
               "__import__('os').environ['TOCSIN_LAST'] = LAST.author"),
    _each_step("temporary file", "deleted files",
               "file = __import__('tempfile').NamedTemporaryFile('w', delete=False); "
               "file.write(LAST.text); file.close(); __import__('os').unlink(file.name)"),
    smuggled(
        "text of an error", "stderr",
        Edit(_LIVE, "            self.dispatcher.close()\n",
             f"            {USE}            self.dispatcher.close()\n"
             "            if LAST.text:\n"
             "                raise TocsinError(f'cannot end: {LAST.text}')\n"),
    ),
    smuggled(
        "cursor with an account in it", "state",
        Edit(_LIVE, "cursors = {c.intake.name: c.cursor for c in chunks if c.cursor is not None}",
             "cursors = {c.intake.name: f\"{c.cursor} "
             "{__import__('tocsin.errors').errors.LAST.author}\" "
             "for c in chunks if c.cursor is not None}"),
    ),
    Leak("tags in the store", "tag", (
        Edit("engine/live.py", "                events += self._through(passed, bulletins)\n"
             "                bulletins = []\n",
             "                events += self._through(passed, bulletins)\n"
             "                if passed.batch.rows:\n"
             "                    self._tags = getattr(self, '_tags', b'') "
             "+ passed.batch.voice.tobytes()\n"
             "                bulletins = []\n"),
        Edit("engine/live.py", _META, f"{{**{_META}, 'v': getattr(self, '_tags', b'')}}"),
    )),
    Leak("voice key in the folder of the state", "voice key", (
        Edit("engine/keys.py", 'voices = FileKeys((memory or memory_folder()) / '
             'f"voices-{name}.json")',
             'voices = FileKeys((memory or memory_folder()) / f"voices-{name}.json")\n'
             '    (state_folder / "backup").unlink(missing_ok=True)\n'
             '    (state_folder / "backup").symlink_to(voices._path)'),
    )),
    Leak("column for an author", "author", (
        Edit("store/schema.py", "            hazard TEXT NOT NULL,\n            country TEXT,",
             "            hazard TEXT NOT NULL,\n            author TEXT,\n"
             "            country TEXT,"),
    )),
    Leak("deleted rows stay in the file", "the withdrawn event", (
        Edit("store/connection.py", '"PRAGMA secure_delete = ON"', '"PRAGMA secure_delete = OFF"'),
        Edit("store/ledger.py", 'how = "TRUNCATE" if whole else "PASSIVE"', 'how = "PASSIVE"'),
    )),
    Leak("withdrawn event keeps its revisions", "the withdrawn event", (
        Edit("store/ledger.py", "                if fell_below_k(event):\n",
             "                if False:\n"),
    )),
    Leak("withdrawn event stays on the board", "the withdrawn event", (
        Edit("web/board.py", '        if event.phase == "withdrawn":\n'
             "            self._shrink(event)\n            history = []\n",
             "        pass\n"),
    )),
    Leak("extra column of the batch", "author", (
        Edit("batch.py", "    @property\n    def rows(self) -> int:\n"
             '        """How many reports."""',
             "    author: object = None\n\n    @property\n    def rows(self) -> int:\n"
             '        """How many reports."""'),
    )),
    Leak("sender of a bulletin is relayed", "out: events.jsonl", (
        Edit("official/cap.py", '"identifier", "sent",', '"identifier", "sender", "sent",'),
        Edit("official/cap.py", "        hazard=hazard,\n        lat=where.lat,",
             "        url=alert.text('sender'),\n        hazard=hazard,\n        lat=where.lat,"),
    )),
    Leak("words of a bulletin are relayed", "out: events.jsonl", (
        Edit("official/usgs.py", '    ids: str = ""\n', '    ids: str = ""\n    place: str = ""\n'),
        Edit("official/usgs.py", "url=URL.format(id=key) if _PAGE_ID.fullmatch(key) else None",
             "url=told.place"),
    )),
    Leak("refused watch is repeated", "stderr", (
        Edit("watch/compile.py", 'f"Hazard {position} is not known."',
             'f"Hazard {hazard} is not known."'),
    )),
    Leak("doctor shows a refused watch", "stdout", (
        Edit("doctor/configured.py", 'found = f"number {number}: {refused.reason}"',
             'found = f"number {number}: {refused.reason} {table}"'),
    )),
)  # fmt: skip
