"""The FastAPI application: `/ws`, health, metrics, a small HTTP interface for scripts, the dashboard."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.requests import ClientDisconnect
from starlette.routing import WebSocketRoute
from starlette.staticfiles import StaticFiles

from spine import __version__
from spine.ipc import MOST_ROWS
from spine.protocol.envelope import encode_transport_error
from spine.server.access import CONTROL, VIEW_ACTIONS, origin_allowed, role_of, text_fields
from spine.server.metrics import Metrics
from spine.server.pages import http_page, websocket_page
from spine.server.prefix import PathPrefix, websocket_address
from spine.server.requests import ALWAYS_ASKED, KEPT_FOR_EVER, PAGE_POLICY, EveryRequest
from spine.server.settings import Settings
from spine.server.supervisor import EngineUnavailableError, Supervisor
from spine.server.websocket import WebSocketEndpoint
from spine.server.world_identity import WorldGuard

SERVICE = "spine-backend"
_NO_DASHBOARD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>SPINE</title>
<h1>SPINE is running</h1><p>The dashboard has not been built into this installation (it needs Node.js at build time).</p>
<p>The WebSocket is at <code>/ws</code>; see <a href="docs">the HTTP interface</a>, <a href="health">health</a>,
<a href="ready">readiness</a>, <a href="metrics">metrics</a>.</p></html>"""


AfterSeconds = Annotated[
    float | None,
    Query(allow_inf_nan=False, description="only rows of later times, simulated seconds since midnight of day 1"),
]
MostRows = Annotated[int, Query(ge=1, le=MOST_ROWS, description="at most this many rows, evenly spaced")]

_UNAVAILABLE: dict[int | str, dict[str, Any]] = {503: {"description": "The engine does not answer now."}}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "A valid token is needed."},
    403: {"description": "This origin, or this role, is not allowed."},
    **_UNAVAILABLE,
}
_ACTION_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {
        "description": "The body is no action; it is answered with an `error` signal.",
        "content": {"application/json": {}},
    },
    409: {
        "description": "The action was refused; the answer is its `error` signal.",
        "content": {"application/json": {}},
    },
    413: {"description": "The body is too large."},
    415: {"description": "The body is not JSON."},
}
_ACTION_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["action"],
                    "properties": {
                        "action": {"type": "string", "pattern": "^[a-z_]+\\.[a-z_]+$", "example": "agent.list"},
                        "params": {"type": "object", "description": "see /docs/ws"},
                        "request_id": {"description": "comes back with the answer when it is text"},
                    },
                }
            }
        },
    }
}


def make_app(settings: Settings) -> FastAPI:
    """Return the application of a server; its engine (`app.state.supervisor`) is to be started before and ends with it."""
    metrics = Metrics()
    supervisor = Supervisor(settings, metrics)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Started before, by who runs the server: an engine that cannot start must end in one line, not in a lifespan traceback.
        try:
            yield
        finally:
            await supervisor.stop()

    app = FastAPI(
        title="SPINE",
        version=__version__,
        description="Freight logistics simulation. Live worlds speak over the WebSocket at /ws; this is the part for scripts.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={RequestValidationError: _refuse_query},
    )
    app.state.supervisor = supervisor
    app.state.stopping = False
    app.router.routes.append(WebSocketRoute("/ws", WebSocketEndpoint(settings, supervisor, metrics)))
    app.add_middleware(WorldGuard, world=lambda: supervisor.world, metrics=metrics)
    _add_health(app, supervisor, metrics)
    _add_api(app, settings, supervisor)
    _add_dashboard(app)
    # The last one added is the outermost.
    app.add_middleware(PathPrefix, root_path=settings.root_path)
    app.add_middleware(EveryRequest)
    return app


def _add_health(app: FastAPI, supervisor: Supervisor, metrics: Metrics) -> None:
    @app.get("/health", tags=["operation"])
    async def health() -> dict[str, str]:
        """Say that this process answers (liveness)."""
        return {"status": "healthy", "service": SERVICE, "version": __version__}

    @app.get("/ready", tags=["operation"], responses={503: {"description": "The engine does not answer."}})
    async def ready(response: Response) -> dict[str, object]:
        """Say whether the engine answers and the world can be used (readiness)."""
        problem = "the server is stopping" if app.state.stopping else supervisor.readiness_problem()
        good = problem is None
        response.status_code = 200 if good else 503
        status = supervisor.status
        return {
            "world": str(supervisor.world),
            "status": "ready" if good else "stopping" if app.state.stopping else "not ready",
            "problem": problem,
            "engine_silent_s": round(supervisor.silence_s(), 3),
            "last_tick_age_s": round(supervisor.last_tick_age_s(), 3),
            "tick": status.get("tick", 0),
            "running": status.get("running", False),
            "paused": status.get("paused", False),
            "lag_s": status.get("lag_s", 0.0),
            "journal": status.get("journal"),
            "recording": None if supervisor.recorder is None else supervisor.recorder.problem or "ok",
        }

    @app.get("/metrics", tags=["operation"], response_class=Response)
    async def show_metrics() -> Response:
        """Return metrics in the text format of Prometheus."""
        metrics.queued.set(supervisor.hub.queued_bytes())
        metrics.most_queued.set(supervisor.hub.longest_queue_bytes())
        metrics.engine_queue.set(supervisor.waiting_bytes())
        return Response(metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_api(app: FastAPI, settings: Settings, supervisor: Supervisor) -> None:
    def may_look(request: Request) -> None:
        if not origin_allowed(settings, dict(request.scope["headers"])):
            raise HTTPException(403, "this origin is not allowed")
        role, _ = role_of(settings, request.headers.get("authorization"), [])
        if role is None:
            raise HTTPException(401, "a valid token is needed", {"WWW-Authenticate": "Bearer"})
        request.state.role = role

    async def ask(what: str, **details: float | None) -> Response:
        try:
            return Response(await supervisor.query(what, **details), media_type="application/json")
        except EngineUnavailableError as error:
            raise HTTPException(503, str(error)) from None

    router = APIRouter(
        prefix="/api",
        tags=["world"],
        dependencies=[Depends(may_look)],
        default_response_class=Response,
        responses=_REFUSALS,
    )

    @router.get("/state", response_model=dict[str, Any])
    async def state() -> Response:
        """Return the whole state: run state, clock, agents, buildings, packages."""
        return await ask("state")

    @router.get("/map", response_model=dict[str, Any])
    async def show_map() -> Response:
        """Return the map as `map.created` has it."""
        return await ask("map")

    @router.get("/agents", response_model=dict[str, Any])
    async def agents() -> Response:
        """Return all agents as `agent.listed` has them."""
        return await ask("agents")

    @router.get("/summary", response_model=dict[str, Any])
    async def summary() -> Response:
        """Return the figures of the run so far."""
        return await ask("summary")

    @router.get("/series", response_model=dict[str, Any])
    async def series(after_s: AfterSeconds = None, most: MostRows = MOST_ROWS) -> Response:
        """Return the figures of the run over simulated time, as columns; the last row is how things are now."""
        return await ask("series", after_s=after_s, most=most)

    @router.get("/problems", response_model=dict[str, Any])
    async def problems() -> Response:
        """Return why the world, as it is set up now, can never deliver anything; no problem when it can."""
        return await ask("problems")

    @router.post("/actions", response_model=dict[str, Any], openapi_extra=_ACTION_BODY, responses=_ACTION_REFUSALS)
    async def actions(request: Request) -> Response:
        """Carry out one action: the same envelope as on the WebSocket, answered with the same signal or error."""
        return await _act(request, settings, supervisor)

    app.include_router(router)

    async def asyncapi_document() -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads(await supervisor.query("asyncapi"))
        except EngineUnavailableError as error:
            raise HTTPException(503, str(error)) from None
        return document

    @app.get("/asyncapi.json", tags=["world"], response_model=dict[str, Any], responses=_UNAVAILABLE)
    async def asyncapi(request: Request) -> JSONResponse:
        """Describe the WebSocket: an AsyncAPI 3 document with the JSON Schemas of all actions and signals."""
        document = await asyncapi_document()
        document["servers"]["here"] = websocket_address(request.scope)
        return JSONResponse(document)

    @app.get("/docs/ws", include_in_schema=False)
    async def websocket_docs() -> HTMLResponse:
        return _page(websocket_page(await asyncapi_document()))

    @app.get("/docs", include_in_schema=False)
    async def http_docs() -> HTMLResponse:
        return _page(http_page(app.openapi()))


async def _act(request: Request, settings: Settings, supervisor: Supervisor) -> Response:
    """Hand an action to the engine. A type of content that no plain form can send keeps other origins' pages out."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "the body must be application/json")
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > settings.max_message_bytes:
                raise HTTPException(413, f"the body is larger than the allowed {settings.max_message_bytes} bytes")
    except ClientDisconnect:
        # Nobody hears this; it is no fault of the server, and nothing to log.
        return _error(400, "the body did not come in full")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _error(400, "body is not UTF-8 text")
    if request.state.role != CONTROL and text_fields(text)[0] not in VIEW_ACTIONS:
        return _error(403, "role view may not change anything", text_fields(text)[1])
    try:
        done = await supervisor.call(text)
    except EngineUnavailableError as error:
        raise HTTPException(503, str(error)) from None
    if done.answer is None:
        return Response(b"{}", media_type="application/json")
    status = 200 if done.ok else 409 if done.understood else 400
    return Response(done.answer, status, media_type="application/json")


async def _refuse_query(_: Request, error: Exception) -> JSONResponse:
    """Say what is wrong with a query, without what was sent: who sends much gets little back."""
    assert isinstance(error, RequestValidationError)
    return JSONResponse(
        {"detail": [{key: item[key] for key in ("loc", "msg", "type")} for item in error.errors()]}, 422
    )


def _page(html: str) -> HTMLResponse:
    return HTMLResponse(html, headers={"Content-Security-Policy": PAGE_POLICY, "Cache-Control": ALWAYS_ASKED})


class _Assets(StaticFiles):
    """Files with the hash of their content in their name: browsers may cache them for ever."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = KEPT_FOR_EVER
        return response


def _error(status: int, message: str, request_id: str | None = None) -> Response:
    return Response(encode_transport_error(message, request_id), status, media_type="application/json")


def _add_dashboard(app: FastAPI) -> None:
    built = Path(str(resources.files("spine") / "dashboard" / "dist"))
    page = built / "index.html"

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False, response_class=HTMLResponse)
    async def index() -> HTMLResponse:
        return _page(page.read_text("utf-8") if page.is_file() else _NO_DASHBOARD)

    # Not the folder as a whole at "/": that would answer for every path's other methods, and give the page without its policy.
    if (built / "assets").is_dir():
        app.mount("/assets", _Assets(directory=built / "assets"), name="dashboard")
    icon = built / "favicon.svg"
    if icon.is_file():

        @app.api_route("/favicon.svg", methods=["GET", "HEAD"], include_in_schema=False)
        async def show_icon() -> FileResponse:
            return FileResponse(icon, headers={"Cache-Control": ALWAYS_ASKED})
