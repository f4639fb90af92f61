"""Namespace `/ws`: python-socketio's server, with commands handled in order of arrival."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import socketio
import structlog

from vezta_stream.core.limits import TokenBucket
from vezta_stream.core.positions import Scope
from vezta_stream.errors import ClientError, InvalidRequest, RateLimited, TokenInvalid
from vezta_stream.gateway import codec, packets
from vezta_stream.gateway.closing import CloseReason
from vezta_stream.gateway.engine import EngineOptions, EngineServer, library_logger
from vezta_stream.gateway.engine_socket import EngineSocket
from vezta_stream.gateway.packets import NAMESPACE, Packet, PacketType, Reader, Violation
from vezta_stream.gateway.peer import Node, Peer
from vezta_stream.gateway.rooms import IndexedManager

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

# A client with a defect gets its answers; one that sends nothing else is not a client.
MAX_BAD_EVENTS: Final = 100
_WHAT_IS_WRONG: Final = {
    Violation.NOT_JSON: "the event cannot be read as JSON",
    Violation.BAD_BODY: "the event must be an array that begins with its name",
    Violation.ATTACHMENT: "binary messages are not accepted",
}


class _Packet(socketio.packet.Packet):  # type: ignore[misc]  # the library has no types
    """What the library itself sends: our JSON, without changing it for the whole process."""

    json = codec


@dataclass
class _Link:
    """One Engine.IO session: how its packets are read, and its peer once it was admitted."""

    socket: EngineSocket
    bucket: TokenBucket
    reader: Reader = field(default_factory=Reader)
    peer: Peer | None = None
    bad_events: int = 0  # in a row


class GatewayServer(socketio.AsyncServer):  # type: ignore[misc]  # the library has no types
    """Admits connections to the namespace and hands their events to their peers.

    No task per event: a session's packets are handled one after another by whoever reads
    them. Events that make no sense are answered with an error; other packets that break
    the protocol are counted and end their session.
    """

    eio: EngineServer
    manager_initialized: bool

    def __init__(
        self, *, node: Node, engine: EngineOptions, rooms: IndexedManager | None = None
    ) -> None:
        super().__init__(
            client_manager=rooms or IndexedManager(),
            serializer=_Packet,
            async_handlers=False,
            namespaces=[NAMESPACE],
            logger=library_logger("socketio.server"),
            options=engine,
            monotonic=node.monotonic,
            metrics=node.metrics,
        )
        self._node = node
        self._links: dict[str, _Link] = {}
        self.on("disconnect", self._on_disconnect, namespace=NAMESPACE)

    async def run(self) -> None:
        """Do what has to be done beside the requests; runs until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.eio.run())
            group.create_task(self._node.hub.run())
            group.create_task(self._node.expiries.run())

    def offer(self, scope: Scope, frame: str) -> int:
        """Offer a packet to a scope's subscribers here; returns how many took it."""
        return self._node.hub.offer(scope, frame)

    def sids_of(self, user: str) -> list[str]:
        """Return the connections of a user on this node."""
        eio_sids = [
            eio_sid
            for eio_sid, link in self._links.items()
            if link.peer is not None and link.peer.user == user
        ]
        found = (self.manager.sid_from_eio_sid(eio_sid, NAMESPACE) for eio_sid in eio_sids)
        return [sid for sid in found if sid is not None]

    async def drain(self) -> None:
        """End all connections, so that their clients reconnect elsewhere."""
        await self.eio.drain()

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        if not self.manager_initialized:
            self.manager_initialized = True
            self.manager.initialize()
        # Without the environ: it holds the request, and nothing here asks for it.
        bucket = TokenBucket(self._node.rate_limit, now=self._node.monotonic())
        self._links[eio_sid] = _Link(self.eio.sockets[eio_sid], bucket)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        await super()._handle_eio_disconnect(eio_sid, reason)
        self._links.pop(eio_sid, None)

    async def _handle_eio_message(self, eio_sid: str, data: str | None) -> None:
        link = self._links.get(eio_sid)
        if link is None:
            return
        packet = link.reader.feed(data)
        if isinstance(packet, Violation):
            link.socket.violate(packet)
        elif packet is not None:
            if link.bucket.take(now=self._node.monotonic()):
                await self._dispatch(eio_sid, link, packet)
            else:
                _slow_down(link, packet)

    async def _dispatch(self, eio_sid: str, link: _Link, packet: Packet) -> None:
        if packet.type is PacketType.CONNECT:
            await self._handle_connect(eio_sid, packet.namespace, packet.data)
        elif link.peer is None or packet.namespace != NAMESPACE:
            link.socket.violate(Violation.NOT_CONNECTED)
        elif isinstance(packet.data, Violation):
            _correct(link, link.peer, packet.data, packet.id)
        elif packet.type is PacketType.EVENT:
            link.bad_events = 0
            await self._handle_event(eio_sid, packet.namespace, packet.id, packet.data)
        elif packet.type is PacketType.BINARY_EVENT:
            link.peer.refuse(InvalidRequest("binary arguments are not accepted"), packet.id)
        elif packet.type is PacketType.DISCONNECT:
            await self._handle_disconnect(eio_sid, packet.namespace, CloseReason.CLIENT.value)
        elif packet.type is PacketType.ACK:
            await self._handle_ack(eio_sid, packet.namespace, packet.id, packet.data)
        else:
            link.socket.violate(Violation.PACKET_TYPE)

    async def _handle_connect(self, eio_sid: str, namespace: str, data: object) -> None:
        link = self._links[eio_sid]
        if namespace != NAMESPACE:
            refusal = packets.connect_error(namespace, {"message": "Invalid namespace"})
            link.socket.post(packets.message(refusal))
        elif link.peer is not None:
            link.socket.violate(Violation.CONNECTED_TWICE)
        else:
            await self._admit(eio_sid, link, data)

    async def _admit(self, eio_sid: str, link: _Link, auth: object) -> None:
        try:
            peer = Peer(outlet=link.socket, node=self._node, auth=auth)
        except TokenInvalid as error:
            self._node.metrics.admissions.labels("refused").inc()
            link.socket.post(packets.message(packets.connect_error(NAMESPACE, _refusal(error))))
            return
        sid = await self.manager.pre_connect(eio_sid, NAMESPACE)
        await self.manager.connect(sid, NAMESPACE)
        link.peer = peer
        link.socket.admitted = True
        link.socket.post(packets.message(packets.connect(sid)))
        peer.greet()
        self._node.metrics.admissions.labels(peer.outcome).inc()
        logger.info("connection opened", sid=sid, user=peer.user, admission=peer.outcome)

    async def _handle_event(self, eio_sid: str, namespace: str, id: int | None, data: Any) -> None:
        peer = self._links[eio_sid].peer
        if peer is not None:
            await peer.handle(data[0], data[1:], id)

    def _on_disconnect(self, sid: str, reason: str) -> None:
        """Called by the library whenever a client leaves the namespace, for any reason."""
        link = self._links.get(self.manager.eio_sid_from_sid(sid, NAMESPACE))
        if link is None or link.peer is None:
            return
        logger.info("connection closed", sid=sid, user=link.peer.user, reason=reason)
        link.peer.leave()
        link.peer = None
        link.socket.admitted = False

    def _engineio_server_class(self) -> type[EngineServer]:
        return EngineServer


def _correct(link: _Link, peer: Peer, violation: Violation, ack: int | None) -> None:
    """Answer an event that makes no sense, unless its session sends nothing else."""
    link.bad_events += 1
    if link.bad_events < MAX_BAD_EVENTS:
        peer.refuse(InvalidRequest(_WHAT_IS_WRONG[violation]), ack)
    else:
        link.socket.violate(violation)


def _slow_down(link: _Link, packet: Packet) -> None:
    """Answer an event above the rate; other packets have no answer and no excuse."""
    if link.peer is not None and packet.type in packets.EVENTS:
        link.peer.refuse(RateLimited(), packet.id)
    else:
        link.socket.violate(Violation.TOO_MANY)


def _refusal(error: ClientError) -> dict[str, object]:
    """Return the body of a CONNECT_ERROR: clients find our error's body in its `data`."""
    return {"message": str(error), "data": error.body()}
