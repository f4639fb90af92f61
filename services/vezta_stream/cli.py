"""The command `vezta-stream`: one verb per deployable and a few tools."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO, NoReturn

import typer
import uvloop
from pydantic import SecretStr, ValidationError

from vezta_stream import normalise as offline
from vezta_stream.cli_topics import topics
from vezta_stream.connector.sequence import SequenceGuard
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import Rejected
from vezta_stream.core.times import parse_instant
from vezta_stream.demo import app as demo_app
from vezta_stream.demo import world
from vezta_stream.demo.keys import demo_secret, state_directory
from vezta_stream.gateway.tokens import check_secret, issue
from vezta_stream.ingestor import sources
from vezta_stream.ingestor.markets.registry import Registry
from vezta_stream.ingestor.partition import Source
from vezta_stream.logs import LogFormat, configure
from vezta_stream.settings import (
    GatewaySettings,
    IngestorSettings,
    JwtAlgorithm,
    LogSettings,
    TokenSettings,
)

cli = typer.Typer(
    help="Real-time fan-out for prediction-market terminals.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

cli.add_typer(topics, name="topics")

# One file: every subscription and every book in it may be remembered.
_MAX_SUBSCRIPTIONS = 10_000
_MAX_BOOKS = 100_000


class SourceName(StrEnum):
    """Where raw frames come from."""

    POLYMARKET = "polymarket"
    KALSHI = "kalshi"
    ORDERS = "orders"
    PORTFOLIO = "portfolio"
    NOTIFICATIONS = "notifications"
    COPY_TRADE = "copy-trade"
    SIGNALS = "signals"


_TOPICS = {
    SourceName.POLYMARKET: sources.POLYMARKET,
    SourceName.KALSHI: sources.KALSHI,
    SourceName.ORDERS: sources.ORDERS,
    SourceName.PORTFOLIO: sources.PORTFOLIO,
    SourceName.NOTIFICATIONS: sources.NOTIFICATIONS,
    SourceName.COPY_TRADE: sources.COPY_TRADE,
    SourceName.SIGNALS: sources.SIGNALS,
}

CatalogOption = Annotated[
    Path | None, typer.Option("--catalog", help="Catalog records, one JSON object per line.")
]
YesPriceOption = Annotated[
    bool, typer.Option("--use-yes-price", help="Kalshi's NO-side prices are YES prices already.")
]


@cli.command()
def demo(
    more_files: Annotated[list[Path] | None, typer.Argument(hidden=True)] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Where to listen, on this machine only.")
    ] = 3001,
    markets: Annotated[int, typer.Option(min=2, max=20_000, help="Simulated markets.")] = 300,
    rate: Annotated[
        float, typer.Option(min=0.1, max=50_000, help="Simulated messages per second.")
    ] = 400.0,
    seed: Annotated[int, typer.Option(help="The same seed simulates the same world.")] = 1,
    replay: Annotated[
        list[Path] | None,
        typer.Option(
            help="Recorded frames to replay instead; repeatable. Begins one second after the "
            "first subscription, or after ten seconds when nobody comes."
        ),
    ] = None,
    catalog: CatalogOption = None,
    speed: Annotated[float, typer.Option(min=0.01, max=1e6, help="Pace of the replay.")] = 1.0,
    use_yes_price: YesPriceOption = False,
) -> None:
    """Run the whole pipeline in one process, with a terminal page on http://localhost:PORT."""
    files = [*(replay or []), *(more_files or [])]
    if files and not replay:
        raise typer.BadParameter("files are given with --replay")
    if not files and catalog:
        raise typer.BadParameter("--catalog is for --replay: the simulator has its own")
    try:
        settings = _demo_settings(port)
        outside = (
            world.recorded(files, catalog=catalog, speed=speed, use_yes_price=use_yes_price)
            if files
            else world.simulated(seed=seed, markets=markets, rate=rate)
        )
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(
                demo_app.serve(
                    outside,
                    gateway=settings,
                    tokens=_demo_tokens(),
                    ingestor=IngestorSettings(),
                    on_listening=_say_where,
                )
            )
    except (ValidationError, ValueError, OSError) as error:
        _fail(error)


@cli.command()
def token(
    sub: Annotated[str, typer.Option("--sub", help="The user the token is for.")],
    ttl: Annotated[int, typer.Option(help="Seconds until it expires; negative: expired.")] = 900,
) -> None:
    """Print an access token for the demo, signed with the demo's key."""
    try:
        settings = _demo_tokens()
        if not sub:
            raise ValueError("--sub is empty")
        if settings.jwt_algorithm is not JwtAlgorithm.HS256:
            raise ValueError("tokens can be issued with HS256 only: the private key is elsewhere")
        key = settings.jwt_key()
        check_secret(key)
        issued = issue(
            sub=sub,
            expires_at=int(time.time()) + ttl,
            secret=key,
            audience=settings.jwt_audience,
            issuer=settings.jwt_issuer,
        )
    except (ValidationError, ValueError, OSError) as error:
        _fail(error)
    typer.echo(issued)


@cli.command()
def normalise(
    file: Annotated[Path, typer.Argument(help="One raw frame per line; - for standard input.")],
    source: Annotated[SourceName, typer.Option(help="Where the frames come from.")],
    catalog: CatalogOption = None,
    use_yes_price: YesPriceOption = False,
    received_at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When the frames arrived; by default when this runs."),
    ] = None,
) -> None:
    """Print what a file of raw frames publishes, one JSON object per publication.

    Refused frames go to standard error as {"line","reason"}.
    """
    try:
        at = world.wall_clock_ms() if received_at is None else _instant(received_at)
        registry = _registry(catalog)
        with _open(file) as lines:
            _print_all(
                offline.normalise_frames(
                    offline.read_frames(lines),
                    split=offline.splitter(
                        source,
                        SequenceGuard(max_subscriptions=_MAX_SUBSCRIPTIONS, max_books=_MAX_BOOKS),
                    ),
                    source=_source(source, registry),
                    received_at=lambda: at,
                    use_yes_price=use_yes_price,
                )
            )
    except (ValidationError, ValueError, OSError) as error:
        _fail(error)


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError as error:
        hint = "RFC 3339, or seconds or milliseconds since 1970"
        raise ValueError(f"--received-at {text}: {error}; give {hint}") from None


def _source(name: SourceName, registry: Registry) -> Source:
    settings = IngestorSettings()
    factories = sources.sources(
        registry=registry,
        whales=settings.whale_thresholds(),
        limits=sources.StateLimits(
            trade_ids=settings.trade_ids_per_partition, orders=settings.orders_per_partition
        ),
    )
    return factories[_TOPICS[name]]()


def _registry(catalog: Path | None) -> Registry:
    registry = Registry()
    for number, line in enumerate(catalog.read_bytes().splitlines() if catalog else (), start=1):
        if line.strip():
            try:
                registry.apply(line)
            except Rejected as rejected:
                refusal = {"catalogLine": number, "reason": rejected.reason.value}
                typer.echo(json.dumps(refusal, separators=(",", ":")), err=True)
    return registry


def _open(file: Path) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb")


def _print_all(results: Iterable[Publication | offline.Refusal]) -> None:
    try:
        for result in results:
            refused = isinstance(result, offline.Refusal)
            stream = sys.stderr.buffer if refused else sys.stdout.buffer
            stream.write(offline.to_json(result) + b"\n")
            stream.flush()
    except BrokenPipeError:  # whoever read has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _demo_settings(port: int) -> GatewaySettings:
    # Open to this machine only, unless the environment says otherwise: whoever reaches
    # the demo gets a token of its user.
    host = os.environ.get("VEZTA_HOST") or "localhost"
    logs = LogSettings(log_format=os.environ.get("VEZTA_LOG_FORMAT", "console"))
    configure(level=logs.log_level, format_=LogFormat(logs.log_format))
    return GatewaySettings(host=host, port=port)


def _demo_tokens() -> TokenSettings:
    """Return the environment's key, or the demo's own, made on first use."""
    if any(
        name.upper().startswith(("VEZTA_JWT_SECRET", "VEZTA_JWT_PUBLIC")) for name in os.environ
    ):
        return TokenSettings()
    directory = state_directory(dict(os.environ))
    try:
        secret = demo_secret(directory)
    except FileNotFoundError as error:
        hint = "set XDG_STATE_HOME or VEZTA_JWT_SECRET"
        raise OSError(
            f"cannot keep the demo's key in {directory}: {error.strerror}; {hint}"
        ) from None
    return TokenSettings(jwt_secret=SecretStr(secret))


def _say_where(port: int) -> None:
    typer.echo(f"vezta-stream demo: http://localhost:{port} (Ctrl-C ends it)")


def _fail(error: Exception) -> NoReturn:
    if isinstance(error, ValidationError):
        for wrong in error.errors():
            name = "VEZTA_" + str(wrong["loc"][0]).upper() + ": " if wrong["loc"] else ""
            typer.echo(f"vezta-stream: {name}{wrong['msg']}", err=True)
    else:
        typer.echo(f"vezta-stream: {error}", err=True)
    raise typer.Exit(1)


def main() -> None:
    """Run the command."""
    cli()


if __name__ == "__main__":
    main()
