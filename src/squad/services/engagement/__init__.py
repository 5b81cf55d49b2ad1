"""Engagement: who is told what, in their words and hours; and how customers found the service."""

from functools import partial

from squad.contracts import tickets
from squad.contracts.people import (
    UserCreated,
    UserDeactivated,
    UserErased,
    UserSnapshot,
    UserUpdated,
)
from squad.contracts.routing import (
    RoutingStalled,
    TicketAssigned,
    TicketUnassigned,
    TripInterrupted,
)
from squad.kernel.post import SHARDS, Post
from squad.kernel.service import Kit, Running, Service
from squad.kernel.unit import Books
from squad.ports.notifier import Notifier
from squad.services.engagement.api import ENDPOINTS
from squad.services.engagement.handlers import handlers
from squad.services.engagement.model import Channel
from squad.services.engagement.service import Engagement
from squad.services.engagement.service.voice import Voice
from squad.services.engagement.store import Store


async def start(kit: Kit) -> Running:
    """This will open the service on its kit."""
    books = Books("engagement", kit.documents, kit.clock)
    store = Store(kit.documents, kit.clock)
    voice = Voice(store, kit.origin, kit.secret)
    given: dict[Channel, Notifier | None] = {
        "mail": kit.notifier, "push": kit.push, "sms": kit.sms,
    }  # fmt: skip
    notifiers = {channel: one for channel, one in given.items() if one is not None}
    engagement = Engagement(
        books=books, store=store, voice=voice, key=kit.secret, notifiers=notifiers, pusher=kit.push
    )
    channels = engagement.channels
    post = Post(books, kit.documents, channels, write=engagement.write, lost=engagement.lost)
    return Running(
        rows=ENDPOINTS.rows,
        service=engagement,
        books=books,
        handlers=handlers(engagement),
        tasks=(engagement.begin, *(partial(post.run, shard) for shard in SHARDS)),
    )


SERVICE = Service(
    "engagement",
    needs=("documents", "notifier", "push", "sms", "clock"),
    consumes=(
        UserCreated,
        UserUpdated,
        UserDeactivated,
        UserSnapshot,
        UserErased,
        TicketAssigned,
        TicketUnassigned,
        TripInterrupted,
        RoutingStalled,
        tickets.TicketAccepted,
        tickets.TravelStarted,
        tickets.TicketWaiting,
        tickets.TicketResolved,
        tickets.TicketClosed,
        tickets.TicketCancelled,
        tickets.MessageAdded,
    ),
    rows=ENDPOINTS.rows,
    start=start,
)
