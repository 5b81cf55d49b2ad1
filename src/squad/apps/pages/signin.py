"""Signing in with a browser, to get an access token for the API."""

import json

from squad.apps.pages.html import join, page, prose, tag
from squad.apps.pages.landing import footer, header, texts

_SAID = ("signedin", "signedin_more", "copied", "failed")


def render(lang: str) -> str:
    """This will write the page, but for its nonce; its script asks identity for a token."""
    words = texts()[lang]
    said = json.dumps({name: words[name] for name in _SAID})
    names = ("name", "roles", "until")
    facts = [tag("div", tag("dt", words[name]), tag("dd", id=name)) for name in names]
    done = tag(
        "div",
        tag("dl", *facts, class_="facts"),
        tag("h2", words["token"]),
        tag("div", tag("pre", id="token"), tag("button", words["copy"], id="copy", type="button"),
            class_="example"),
        id="done", hidden=True,
    )  # fmt: skip
    box = tag(
        "section",
        tag("div", tag("h1", words["starting"], id="title"), tag("p", id="more"), role="status"),
        tag("noscript", tag("p", prose(words["script"]), class_="warn note")),
        done,
        tag("p", tag("a", words["again"], href="/sign-in"), id="again", hidden=True),
        id="box", class_="card signin", data_words=said,
    )  # fmt: skip
    body = join(header(words, here="/sign-in"), tag("main", box, id="main"), footer(words))
    return page(body, title=f"{words['signin']} · Sysops Squad", script="signin.js", lang=lang)
