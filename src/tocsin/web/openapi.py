"""The OpenAPI 3.1 document, built from the table of routes and the very structs it answers with."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from tocsin.web.answers import Problem
from tocsin.web.query import Parameter

Needs = Literal["open", "link", "viewer", "editor", "operator"]
"""Who may ask once tokens are given out: everybody, whoever has the link, or a role and above."""
REF = "#/components/schemas/{name}"


class RouteSpec(msgspec.Struct, frozen=True):
    """One address: what it is for, what may be asked and what comes back."""

    path: str
    summary: str
    answer: Any = None
    """Type of the JSON answer; None when the answer is no JSON."""
    media: str = "application/json"
    parameters: tuple[Parameter, ...] = ()
    errors: tuple[int, ...] = ()
    method: str = "GET"
    takes: Any = None
    """Type of the JSON body; None when there is none, or no JSON."""
    media_taken: str = "application/json"
    needs: Needs | None = None
    """Who may ask; left out, a viewer reads and an editor writes."""


def needs_of(route: RouteSpec) -> Needs:
    """Who may ask at an address."""
    return route.needs or ("viewer" if route.method == "GET" else "editor")


ERRORS = {
    400: "A parameter is unknown or out of bounds.",
    401: "One has to sign in here, or the token is not known.",
    403: "Not from another site or another machine, and not with this role.",
    404: "There is no such thing, or no longer.",
    410: "It was used, or is too old.",
    412: "It was changed meanwhile, or what it means was not confirmed.",
    413: "The body is too large.",
    415: "The body is of no known type.",
    422: "The watch is refused; the answer says why and what to write instead.",
    429: "Too many refusals in an hour; see Retry-After.",
    503: "Not now; the answer says what to do.",
}


SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token: tocsin token add."},
    "session": {
        "type": "apiKey", "in": "cookie", "name": "tocsin",
        "description": "A session of the page, from POST /api/session; __Host-tocsin over https.",
    },
}  # fmt: skip
"""How one says who asks; none of it while no token is given out."""


def document(routes: Sequence[RouteSpec], version: str) -> dict[str, Any]:
    """The whole document, ready to encode."""
    answers = [route.answer for route in routes if route.answer is not None]
    taken = [route.takes for route in routes if route.takes is not None]
    types = list(dict.fromkeys([Problem, *answers, *taken]))
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    refs = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, refs)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Tocsin",
            "version": version,
            "summary": "Hazard events and alerts to read, watches to write.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"session": []}, {}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SCHEMES},
    }


def _operation(route: RouteSpec, refs: dict[Any, Any]) -> dict[str, Any]:
    schema = refs[route.answer] if route.answer is not None else {"type": "string"}
    answers: dict[str, Any] = {
        "200": {"description": route.summary, "content": {route.media: {"schema": schema}}}
    }
    problem = {"application/json": {"schema": refs[Problem]}}
    needs = needs_of(route)
    gated = () if needs in ("open", "link") else (401, 403)
    for status in sorted({*route.errors, *gated}):
        answers[str(status)] = {"description": ERRORS[status], "content": problem}
    body: dict[str, Any] = {}
    if route.takes is not None or route.media_taken != "application/json":
        taken = refs[route.takes] if route.takes is not None else {"type": "string"}
        content = {route.media_taken: {"schema": taken}}
        body = {"requestBody": {"required": True, "content": content}}
    return {
        "operationId": _operation_id(route.method, route.path),
        "summary": route.summary,
        "x-tocsin-needs": needs,
        "parameters": [_parameter(parameter) for parameter in route.parameters],
        **body,
        "responses": answers,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.where == "path",
        "description": parameter.help,
        "schema": parameter.schema,
    }


def _operation_id(method: str, path: str) -> str:
    words = [word.strip("{}") for word in path.split("/") if word]
    return f"{method.lower()}_" + "_".join(word.replace(".", "_") for word in words or ["page"])
