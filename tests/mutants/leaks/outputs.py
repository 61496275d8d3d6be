"""Leaks into what readers and receivers get: records, messages, pages, headers."""

from mutants.leaks import USE, Edit, Leak, smuggled

_RECORD = "revision.py"
_COMPOSE = "        hazard = self._hazards[evidence.hazard]\n        sensitive = "
_TIER = "            origin=\"both\" if support else \"posts\",\n            tier=rating.tier,\n"
_HEADLINE = "            headline=headline(hazard, place, facts, rating.tier, evidence.phase),\n"
_MERGED = "\n            contract=self._contract,\n            merged_into=evidence.merged_into,"
_IN_COMPOSE = f"        {USE}{_COMPOSE}"


def _event(name: str, names: str, old: str, new: str) -> Leak:
    """A leak in the one place where records are made."""
    return smuggled(
        name, names, Edit(_RECORD, _COMPOSE, _IN_COMPOSE), Edit(_RECORD, old, new)
    )


OUTPUTS: tuple[Leak, ...] = (
    _event(
        "headline quotes a post", "web GET /api/events",
        f"{_TIER}            headline=headline(hazard, place, facts, rating.tier, evidence.phase)",
        f"{_TIER}            headline=LAST.text[:160]",
    ),
    smuggled(
        "unkeyed hash as event id", "sha256",
        Edit("detect/register.py", "    def _event_id(self, hazard: int, cell: int) -> str:\n",
             "    def _event_id(self, hazard: int, cell: int) -> str:\n"
             "        from hashlib import sha256\n"
             f"        {USE}"
             "        made = sha256(LAST.author.encode()).hexdigest()[:16]\n"
             "        return self._keyed(hazard, cell) if made in self._ids.values() else made\n"
             "\n    def _keyed(self, hazard: int, cell: int) -> str:\n"),
    ),
    _event(
        "handle among the families", "families",
        "families=tuple(sorted(families))",
        "families=tuple(sorted([LAST.author, *families]))",
    ),
    _event(
        "language carries text", "lang",
        f"{_TIER}{_HEADLINE}            lang=\"en\",",
        f"{_TIER}{_HEADLINE}            lang=LAST.text[:24],",
    ),
    _event(
        "ground with the words of a post", "why",
        f"            why=rating.why,{_MERGED}",
        f"            why=(*rating.why, Why(Ground.ONE_FAMILY_CAP, LAST.text[:40])),{_MERGED}",
    ),
    smuggled(
        "new field in the event", "author",
        Edit("model.py", "    sensitive: bool = False\n    drill: bool = False",
             "    sensitive: bool = False\n    author: str = \"\"\n    drill: bool = False"),
        Edit(_RECORD, _COMPOSE, _IN_COMPOSE),
        Edit(_RECORD, "            sensitive=sensitive,\n        )",
             "            sensitive=sensitive,\n            author=LAST.author,\n        )"),
    ),
    Leak("exact number of voices", "why.voices", (
        Edit("rate/grounds.py", "Why(Ground.VOICES, voices_band(evidence.voices), K_VOICES)",
             "Why(Ground.VOICES, str(evidence.voices), K_VOICES)"),
    )),
    Leak("coordinates of the device", "coordinates", (
        Edit("errors.py", "class TocsinError(Exception):",
             "class LAST:\n    lat = None\n\n\nclass TocsinError(Exception):"),
        Edit("sources/frames.py", "    did: msgspec.Raw = msgspec.Raw(b\"\")\n    kind: "
             "msgspec.Raw = msgspec.Raw(b\"\")\n    type: msgspec.Raw = msgspec.field("
             "name=\"$type\", default=msgspec.Raw(b\"\"))\n\n\nclass _Sniff",
             "    geo: dict[str, float] = {}\n    did: msgspec.Raw = msgspec.Raw(b\"\")\n"
             "    kind: msgspec.Raw = msgspec.Raw(b\"\")\n    type: msgspec.Raw = msgspec.field("
             "name=\"$type\", default=msgspec.Raw(b\"\"))\n\n\nclass _Sniff"),
        Edit("sources/frames.py", "def _from_row(row: _Row) -> Post | Reason:\n",
             "def _from_row(row: _Row) -> Post | Reason:\n    from tocsin.errors import LAST\n"
             "    LAST.lat = row.geo.get('lat', LAST.lat)\n"),
        Edit(_RECORD, "        families = {self._families[f] for f in evidence.families}\n",
             "        import msgspec\n        from tocsin.errors import LAST\n"
             "        if place and LAST.lat is not None:\n"
             "            place = msgspec.structs.replace(place, lat=LAST.lat)\n"
             "        families = {self._families[f] for f in evidence.families}\n"),
    )),
    smuggled(
        "author in the webhook", "webhook",
        Edit("sinks/data_form.py", "    return {\n", f"    {USE}    return {{\n"
             "        \"author\": LAST.author,\n"),
    ),
    smuggled(
        "path of the webhook's address", "webhook",
        Edit("sinks/outlet.py", "        host = self._url.host\n        try:\n",
             f"        {USE}        host = self._url.host\n"
             "        self._url = self._url.copy_with(path='/hook/' + LAST.author[8:])\n"
             "        try:\n"),
    ),
    smuggled(
        "header of an answer", "web GET",
        Edit("web/guard.py", "                headers.update(self._headers)\n",
             f"                {USE}                headers.update(self._headers)\n"
             "                headers['etag'] = LAST.author\n"),
    ),
    smuggled(
        "header in base64", "base64",
        Edit("web/guard.py", "                headers.update(self._headers)\n",
             f"                {USE}                headers.update(self._headers)\n"
             "                headers['etag'] = "
             "__import__('base64').b64encode(b'is ' + LAST.author.encode()).decode()\n"),
    ),
    smuggled(
        "comment in the page", "web GET /",
        Edit("web/app.py",
             '"/": _file(page / "index.html"),',
             '"/": lambda _: Response((page / "index.html").read_text() + '
             '"<!-- " + __import__("tocsin.errors").errors.LAST.text + " -->", '
             'media_type="text/html"),'),
    ),
    smuggled(
        "example in the OpenAPI document", "openapi",
        Edit("web/app.py",
             '"/api/openapi.json": lambda _: Response(openapi, media_type="application/json"),',
             '"/api/openapi.json": lambda _: json_answer({**msgspec.json.decode(openapi), '
             '"example": __import__("tocsin.errors").errors.LAST.author}),'),
    ),
    smuggled(
        "comment in the stream", "SSE",
        Edit("web/stream.py",
             '    head = f"id: {message.id}\\nevent: {message.kind}\\ndata: ".encode()\n',
             f"    {USE}"
             '    head = f": {LAST.author}\\nid: {message.id}\\nevent: {message.kind}\\n'
             'data: ".encode()\n'),
    ),
    smuggled(
        "label of a metric", "/metrics",
        Edit("web/live.py", "refused.add_metric([intake.name, reason.value], count)",
             "refused.add_metric([__import__('tocsin.errors').errors.LAST.author, reason.value], "
             "count)"),
    ),
    Leak("answer repeats the question", "tells them apart", (
        Edit("web/query.py", 'raise BadQuery("Unknown parameter.", _known(known))',
             'raise BadQuery(f"Unknown parameter {name}={value}.", _known(known))'),
    )),
    Leak("an id that was asked for is told from others", "tells them apart", (
        Edit("web/app.py", 'problem = "No event has this id, or it is too long ago."',
             'problem = "No event." if request.path_params["event_id"].startswith("qx") '
             'else "Nothing."'),
    )),
    Leak("undeclared key is kept", "/api/health", (
        Edit("errors.py", "class TocsinError(Exception):",
             "class LAST:\n    keys = ''\n\n\nclass TocsinError(Exception):"),
        Edit("sources/frames.py", "        marks = _SNIFF.decode(frame)\n        return _from_v2",
             "        marks = _SNIFF.decode(frame)\n        from tocsin.errors import LAST\n"
             "        LAST.keys = str(list(msgspec.json.decode(frame)))\n        return _from_v2"),
        Edit("web/live.py", "        advice=advice,\n",
             "        advice=__import__('tocsin.errors').errors.LAST.keys,\n"),
    )),
)  # fmt: skip
