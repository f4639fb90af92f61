"""`notifications.created` to `user:notifications`."""

from vezta_stream.core.channels import Channel
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord
from vezta_stream.core.times import Instant
from vezta_stream.ingestor.normalisers.backend import Id, UserReader, UserRecord, given
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.notifications import Notification, NotificationType


class NotificationRecord(UserRecord, frozen=True, rename="camel", kw_only=True):
    """What the backend sends; whatever it says about `read` is not looked at."""

    id: Id
    type: NotificationType
    title: str
    message: str
    market_id: Id | None = None
    action_url: str | None = None
    created_at: Instant


class NotificationNormaliser:
    """Stateless; every notification leaves unread."""

    def __init__(self) -> None:
        self._reader = UserReader(NotificationRecord)

    def normalise(self, record: RawRecord) -> list[Publication]:
        """Return the one publication of `record`, or raise `Rejected`."""
        said = self._reader.read(record)
        data = encode(_notification(said))
        return [Publication(Channel.USER_NOTIFICATIONS, said.id, data, said.user_id)]


def _notification(said: NotificationRecord) -> Notification:
    return Notification(
        id=said.id,
        type=said.type,
        title=said.title,
        message=said.message,
        read=False,
        market_id=given(said.market_id),
        action_url=given(said.action_url),
        created_at=said.created_at,
    )
