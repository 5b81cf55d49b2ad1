"""Endpoints about one's own settings."""

from typing import Any

import msgspec

from squad.kernel.http import Call, Empty
from squad.services.identity.api.rows import ENDPOINTS
from squad.services.identity.model.settings import Settings
from squad.services.identity.service import Identity


class NewSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them: what is left out is gone. The keys are the app's own."""

    settings: dict[str, Any]


@ENDPOINTS.get("/me/settings", action="identity.self", answer=Settings)
async def show_settings(identity: Identity, call: Call[None, Empty]) -> Settings:
    """Show one's own settings; version 0 where none were kept."""
    return await identity.settings.get(actor=call.actor)


@ENDPOINTS.put(
    "/me/settings", action="identity.self", body=NewSettings, answer=Settings, problems=(412,)
)
async def replace_settings(identity: Identity, call: Call[NewSettings, Empty]) -> Settings:
    """Replace one's own settings, 32 KiB at most."""
    return await identity.settings.put(
        actor=call.actor, settings=call.body.settings, version=call.version(), cause=call.cause
    )
