"""Endpoints about push messages to one's own browsers."""

from squad.kernel.http import Call, Empty
from squad.kernel.ids import is_uuid
from squad.kernel.problem import Missing
from squad.services.engagement.api.rows import ENDPOINTS
from squad.services.engagement.model.devices import Devices, NewDevice, PushKey, Subscribed
from squad.services.engagement.service import Engagement


@ENDPOINTS.get("/push/key", action="engagement.own", answer=PushKey)
async def push_key(engagement: Engagement, call: Call[None, Empty]) -> PushKey:
    """Give the public key that a browser subscribes with (VAPID, RFC 8292)."""
    return PushKey(engagement.devices.key())


@ENDPOINTS.get("/push/subscriptions", action="engagement.own", answer=Devices)
async def list_subscriptions(engagement: Engagement, call: Call[None, Empty]) -> Devices:
    """List your devices that get push messages, the oldest first."""
    return Devices(tuple(await engagement.devices.page(person=call.actor.id)))


@ENDPOINTS.put(
    "/push/subscriptions/{id}", action="engagement.own", body=NewDevice, answer=Subscribed,
    problems=(409,),
)  # fmt: skip
async def save_subscription(engagement: Engagement, call: Call[NewDevice, Empty]) -> Subscribed:
    """Subscribe this browser to push messages; of more than five, the oldest ends."""
    return await engagement.devices.save(
        person=call.actor.id, id=_id(call), new=call.body, cause=call.cause
    )


@ENDPOINTS.delete("/push/subscriptions/{id}", action="engagement.own")
async def drop_subscription(engagement: Engagement, call: Call[None, Empty]) -> Empty:
    """End push messages to one of your devices."""
    await engagement.devices.drop(person=call.actor.id, id=_id(call), cause=call.cause)
    return Empty()


@ENDPOINTS.post("/push/subscriptions/{id}/test", action="engagement.own", problems=(404, 409))
async def test_subscription(engagement: Engagement, call: Call[None, Empty]) -> Empty:
    """Send a push message to one of your devices, to see that it arrives."""
    await engagement.attempt(person=call.actor.id, id=_id(call), cause=call.cause)
    return Empty()


def _id(call: Call[NewDevice, Empty] | Call[None, Empty]) -> str:
    if not is_uuid(id := call.id()):
        raise Missing("A device is named by a UUID that the browser makes.")
    return id
