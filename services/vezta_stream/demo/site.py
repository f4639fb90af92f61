"""What the demo serves beside Socket.IO: the terminal page, its library, its tokens."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

_HERE: Final = Path(__file__).parent
_CLIENT: Final = _HERE / "node_modules/socket.io-client/dist/socket.io.esm.min.js"
# The page loads nothing from elsewhere and runs nothing but its own modules.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class DemoToken(NamedTuple):
    """A token of the demo user; `expires_at` in ISO 8601."""

    token: str
    user: str
    expires_at: str


def routes(issue: Callable[[], DemoToken] | None) -> list[BaseRoute]:
    """Return the page's routes; `issue` makes a token for whoever can reach the demo."""

    async def token(_: Request) -> Response:
        if issue is None:
            return PlainTextResponse("this demo has no key to sign tokens with", 404)
        issued = issue()
        body = {"token": issued.token, "user": issued.user, "expiresAt": issued.expires_at}
        return JSONResponse(body, headers={"cache-control": "no-store"})

    return [
        Route("/demo/token", token, methods=["POST"]),
        Route("/vendor/socket.io.esm.min.js", _client),
        Mount("/", _Page(directory=_HERE / "static", html=True)),
    ]


class _Page(StaticFiles):
    """Static files under a content security policy."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", _POLICY.encode()),
                    (b"cache-control", b"no-cache"),
                ]
            await send(message)

        await super().__call__(scope, receive, send_with_policy)


async def _client(_: Request) -> Response:
    if not _CLIENT.exists():
        hint = "socket.io-client is not installed: run `npm ci` beside the page's package.json"
        return PlainTextResponse(hint, 404)
    return FileResponse(_CLIENT, media_type="text/javascript")
