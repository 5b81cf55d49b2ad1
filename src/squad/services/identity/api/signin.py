"""Endpoints of signing in: OAuth 2.0 and OpenID Connect."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from msgspec import UNSET
from msgspec.structs import replace

from squad.kernel.access import PUBLIC
from squad.kernel.http import Answer, Call, Empty
from squad.kernel.problem import Limited
from squad.ports.directory import Forged
from squad.ports.unit import Unavailable
from squad.services.identity.api import cookie
from squad.services.identity.api.door import Passage, Returned
from squad.services.identity.api.page import Form
from squad.services.identity.api.people import address
from squad.services.identity.api.rows import ENDPOINTS
from squad.services.identity.model import grants
from squad.services.identity.model.grants import CLIENTS, Ask, Refused, Tokens
from squad.services.identity.model.sessions import device
from squad.services.identity.service import Identity

FORM = "application/x-www-form-urlencoded"
LARGEST = 16_384  # bytes of a form
FRESH = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749, 5.1


@ENDPOINTS.get("/oauth2/authorize", action=PUBLIC, query=Ask, criticality="core", media="text/html")
async def authorize(identity: Identity, call: Call[None, Ask]) -> Answer:
    """Show the sign-in page of an authorization request (code with PKCE S256)."""
    form = _form(identity, call)
    try:
        identity.grants.client(call.query)
    except Refused:
        return form.refuse()
    try:
        grants.vet(call.query)
    except Refused as refused:
        return _back(identity, call.query, error=refused.error, about=refused.description)
    if identity.directory.door is not None:
        return _passage(identity, call).leave(identity.directory.door, call.query)
    return form.show(mail=call.query.login_hint)


@ENDPOINTS.post(
    "/oauth2/authorize", action=PUBLIC, query=Ask, criticality="core", media="text/html",
    command=False, stream=True, takes=FORM,
)  # fmt: skip
async def sign_in(identity: Identity, call: Call[None, Ask]) -> Answer:
    """Take mail and password, and send the browser back with a code."""
    form, ask, sent = _form(identity, call), call.query, {}
    if identity.directory.door is not None:
        return await authorize(identity, call)
    try:
        identity.grants.client(ask)
        sent = await _fields(call)
    except Refused:
        return form.refuse()
    mail, password = sent.get("mail", "")[:254], sent.get("password", "")[:256]
    if not form.ours(sent.get("token", "")):
        return form.show(mail=mail, problem="stale", status=403)
    try:
        code = await identity.grants.sign_in(
            ask=ask, mail=mail, password=password, address=address(call)
        )
    except Refused as refused:
        return _back(identity, ask, error=refused.error, about=refused.description)
    except Limited as limited:
        wait = limited.retry_after or 1.0
        return form.show(mail=mail, problem="slow", status=429, wait=wait)
    except Unavailable:
        return form.show(mail=mail, problem="busy", status=503, wait=2.0)
    if code is None:
        return form.show(mail=mail, problem="wrong", status=422)
    return _back(identity, ask, code=code)


@ENDPOINTS.get(
    "/oauth2/callback", action=PUBLIC, query=Returned, criticality="core", media="text/html"
)
async def callback(identity: Identity, call: Call[None, Returned]) -> Answer:
    """Take a browser back from the directory's own sign-in page, and on to its application."""
    passage, door = _passage(identity, call), identity.directory.door
    found = passage.come(call.query.state) if door is not None else None
    if found is None or door is None:
        return passage.lost()
    ask, code = found.ask, None
    try:
        identity.grants.client(ask)
        if call.query.code:
            account = await door.arrival(
                back=passage.back, code=call.query.code, nonce=found.nonce,
                verifier=found.verifier,
            )  # fmt: skip
            code = await identity.grants.enter(ask=ask, account=account)
    except Refused as refused:
        return _back(identity, ask, error=refused.error, about=refused.description)
    except Forged:
        code = None
    except Unavailable:
        return _back(identity, ask, error="temporarily_unavailable")
    return _back(identity, ask, code=code) if code else _back(identity, ask, error="access_denied")


@ENDPOINTS.post(
    "/oauth2/token", action=PUBLIC, answer=Tokens, criticality="core", command=False, stream=True,
    takes=FORM,
)  # fmt: skip
async def token(identity: Identity, call: Call[None, Empty]) -> Answer:
    """Exchange a code or a refresh token for tokens; errors are those of RFC 6749, 5.2.

    The client `squad-app` gets its refresh token as a cookie that no script reads, and leaves it
    out when it renews.
    """
    jar = cookie.Jar(call.request, identity.origin)
    try:
        form = await _fields(call)
        client = CLIENTS.get(form.get("client_id", ""))
        if client is not None and client.browser:
            jar.guard()
            if form.get("grant_type") == "refresh_token" and not form.get("refresh_token"):
                form["refresh_token"] = jar.token
        agent = call.request.headers.get("user-agent", "")
        tokens, to = await identity.grants.exchange(form=form, device=device(agent))
    except Refused as refused:
        return _refusal(refused)
    if not to.browser:
        return Answer(tokens, 200, FRESH)
    if form["grant_type"] == "authorization_code" and jar.token:
        await identity.grants.revoke(token=jar.token, client=to.id)
    kept = jar.keep(str(tokens.refresh_token))
    return Answer(replace(tokens, refresh_token=UNSET), 200, {**FRESH, **kept})


@ENDPOINTS.post("/oauth2/revoke", action=PUBLIC, command=False, stream=True, takes=FORM)
async def revoke(identity: Identity, call: Call[None, Empty]) -> Answer:
    """End a refresh token and everything of its sign-in (RFC 7009); without one, the cookie's."""
    jar, headers = cookie.Jar(call.request, identity.origin), FRESH
    try:
        form = await _fields(call)
        name, given = form.get("client_id", ""), form.get("token", "")
        if not given and name in CLIENTS and CLIENTS[name].browser:
            jar.guard()
            given, headers = jar.token, {**FRESH, **jar.drop()}
    except Refused as refused:
        return _refusal(refused)
    await identity.grants.revoke(token=given, client=name)
    return Answer(None, 200, headers)


@ENDPOINTS.get("/oauth2/userinfo", action="identity.self")
async def userinfo(identity: Identity, call: Call[None, Empty]) -> Answer:
    """Tell a client about the person whose token it has (OpenID Connect Core, 5.3)."""
    person = await identity.people.get(id=call.actor.id)
    return Answer(grants.profile(person, grants.SCOPES), 200, FRESH)


@ENDPOINTS.get("/.well-known/openid-configuration", action=PUBLIC)
async def configuration(identity: Identity, call: Call[None, Empty]) -> Mapping[str, Any]:
    """Describe the provider (OpenID Connect Discovery, 3; RFC 8414)."""
    base = f"{identity.origin}/api/identity"
    return {
        "issuer": identity.directory.issuer,
        "authorization_endpoint": f"{base}/oauth2/authorize",
        "token_endpoint": f"{base}/oauth2/token",
        "revocation_endpoint": f"{base}/oauth2/revoke",
        "userinfo_endpoint": f"{base}/oauth2/userinfo",
        "jwks_uri": f"{base}/.well-known/jwks.json",
        "scopes_supported": grants.SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": ["en", "fr", "es"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce",
            "name", "locale", "zoneinfo", "email", "phone_number",
        ],
    }  # fmt: skip


@ENDPOINTS.get("/.well-known/jwks.json", action=PUBLIC)
async def jwks(identity: Identity, call: Call[None, Empty]) -> Mapping[str, Any]:
    """Publish the keys that verify our tokens (RFC 7517)."""
    return identity.directory.keys()


def _form(identity: Identity, call: Call[None, Ask]) -> Form:
    return Form(
        call.request,
        call.query,
        secret=identity.secret,
        secure=identity.origin.startswith("https:"),
        now=identity.now(),
        guests=identity.guests,
    )


def _passage(identity: Identity, call: Call[Any, Any]) -> Passage:
    return Passage(
        call.request,
        base=f"{identity.origin}/api/identity",
        secret=identity.secret,
        now=identity.now(),
    )


def _back(
    identity: Identity, ask: Ask, *, code: str = "", error: str = "", about: str = ""
) -> Answer:
    """Sends the browser to the client, with our name against mix-ups (RFC 9207)."""
    told = {"code": code, "error": error, "error_description": about, "state": ask.state}
    target = grants.answer_to(ask.redirect_uri, **told, iss=identity.directory.issuer)
    return Answer(None, 303, {"Location": target, "Referrer-Policy": "no-referrer", **FRESH})


def _refusal(refused: Refused) -> Answer:
    told = {"error": refused.error, "error_description": refused.description}
    return Answer(told, 400, FRESH)


async def _fields(call: Call[Any, Any]) -> dict[str, str]:
    """Reads a form, each field once. Raises Refused."""
    kind = call.request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != FORM:
        raise Refused("invalid_request", f"Send {FORM}.")
    raw = b""
    async for chunk in call.request.stream():
        raw += chunk
        if len(raw) > LARGEST:
            raise Refused("invalid_request", f"A form may have {LARGEST} bytes.")
    try:
        found = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=30)
    except ValueError as error:
        raise Refused("invalid_request", "The form is not readable.") from error
    if any(len(values) > 1 for values in found.values()):
        raise Refused("invalid_request", "A field came twice.")
    return {name: values[0] for name, values in found.items()}
