"""python-socketio's bookkeeping of rooms, without its searches."""

from socketio import AsyncManager


class IndexedManager(AsyncManager):  # type: ignore[misc]  # the library has no types
    """Knows each client's rooms, so that leaving costs these and no others.

    The library looks through all rooms of the namespace, and every client has one.
    """

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._rooms_of: dict[tuple[str, str], dict[str | None, None]] = {}

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        """Put a client into a room."""
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._rooms_of.setdefault((sid, namespace), {})[room] = None

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Take a client out of a room."""
        super().basic_leave_room(sid, namespace, room)
        rooms = self._rooms_of.get((sid, namespace))
        if rooms is not None:
            rooms.pop(room, None)

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """Return the rooms that a client is in."""
        return [room for room in self._rooms_of.get((sid, namespace), ()) if room is not None]

    def basic_disconnect(self, sid: str, namespace: str, **_options: object) -> None:
        """Forget a client."""
        for room in self._rooms_of.pop((sid, namespace), ()):
            super().basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]
