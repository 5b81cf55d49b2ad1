"""The API reference: the OpenAPI document as one page, readable and searchable, offline."""

from collections.abc import Iterator, Mapping
from typing import Any

from squad.apps.pages.example import curl, sample
from squad.apps.pages.fields import Fields, kind
from squad.apps.pages.html import Html, join, page, prose, tag
from squad.apps.pages.landing import Words, header

Object = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
_SHORT = {"delete": "del"}


def render(doc: Object, words: Words, origin: str) -> str:
    """This will write the page, but for its nonce. origin: for the examples."""
    reference = Reference(doc, origin)
    body = join(
        tag("a", "Skip to the content", class_="skip", href="#main"),
        header(words, here="/api/docs"),
        tag("div", reference.side(), reference.main(), class_="reference"),
    )
    return page(body, title="API reference · Sysops Squad", script="reference.js")


class Reference:
    """One OpenAPI document, to be written as HTML."""

    def __init__(self, doc: Object, origin: str) -> None:
        self._doc = doc
        self._origin = origin
        self._fields = Fields(doc)

    def side(self) -> Html:
        """This will write the search and the list of everything."""
        find = tag(
            "input", id="find", type="search", placeholder="Find an endpoint…  /",
            aria_label="Find an endpoint", autocomplete="off", spellcheck="false",
        )  # fmt: skip
        return tag(
            "aside",
            find,
            tag("p", "Nothing matches.", class_="none", hidden=True, role="status"),
            tag("nav", *(self._index(t) for t in self._doc["tags"]), aria_label="Endpoints"),
        )

    def _index(self, about: Object) -> Html:
        rows = [
            tag("li", tag("a", verb(method), op["summary"], href=f"#{op['operationId']}"),
                data_op=op["operationId"])
            for method, _, op in self._operations(about["name"])
        ]  # fmt: skip
        link = tag("a", about["name"], href=f"#service-{about['name']}")
        return tag("section", tag("h2", link), tag("ul", *rows))

    def main(self) -> Html:
        """This will write the introduction and every endpoint."""
        sections = [self._service(about) for about in self._doc["tags"]]
        return tag("main", self._intro(), *sections, id="main")

    def _intro(self) -> Html:
        info = self._doc["info"]
        count = sum(1 for about in self._doc["tags"] for _ in self._operations(about["name"]))
        return tag(
            "section",
            tag("h1", info["title"], " API ", tag("span", info["version"], class_="pill")),
            tag("p", prose(info["description"]), class_="lead"),
            tag(
                "p",
                f"{count} endpoints of {len(self._doc['tags'])} services. Send a bearer token;"
                " get one by ",
                tag("a", "signing in", href="/sign-in"),
                " or, on the machine itself, by ",
                tag("code", "squad token USER"),
                ". Programs read ",
                tag("a", "openapi.json", href="/api/openapi.json"),
                ".",
            ),
            class_="intro",
        )

    def _service(self, about: Object) -> Html:
        return tag(
            "section",
            tag("h2", about["name"]),
            tag("p", _after(about.get("description", "")), class_="lead"),
            *(self._operation(*found) for found in self._operations(about["name"])),
            id=f"service-{about['name']}",
            class_="service",
        )

    def _operations(self, service: str) -> Iterator[tuple[str, str, Object]]:
        for path, methods in self._doc["paths"].items():
            for method in METHODS:
                if service in methods.get(method, {}).get("tags", ()):
                    yield method, path, methods[method]

    def _operation(self, method: str, path: str, op: Object) -> Html:
        words = f"{method} {path} {op['summary']} {op['operationId']}".lower()
        return tag(
            "details",
            tag(
                "summary",
                verb(method),
                tag("code", _path(path), class_="path"),
                tag("span", op["summary"], class_="says"),
            ),
            tag(
                "div",
                tag("p", prose(op["description"])) if op.get("description") else None,
                _access(op),
                self._parameters(op),
                self._body(op),
                self._answers(op),
                self._example(method, path, op),
                class_="inside",
            ),
            id=op["operationId"],
            class_="op",
            data_find=words,
        )

    def _parameters(self, op: Object) -> Html | None:
        found = [self._fields.resolve(one) for one in op.get("parameters", ())]
        if not found:
            return None
        rows = [
            self._fields.row(
                one["name"],
                {**one["schema"], **({"description": d} if (d := one.get("description")) else {})},
                required=one.get("required", False),
                place=one["in"],
            )
            for one in found
        ]
        return join(tag("h3", "Parameters"), tag("ul", *rows, class_="fields"))

    def _body(self, op: Object) -> Html | None:
        body = op.get("requestBody")
        if body is None:
            return None
        return join(
            *(
                self._content(join("Body"), media, content["schema"], asked=True)
                for media, content in body["content"].items()
            )
        )

    def _content(self, title: Html, media: str, schema: Object, *, asked: bool) -> Html:
        return join(
            tag("h3", title, " ", tag("span", media, class_="media")),
            self._fields.all(schema, asked=asked) or tag("p", kind(schema), class_="type"),
        )

    def _answers(self, op: Object) -> Html:
        good, problems = [], []
        for status, response in op["responses"].items():
            found = self._fields.resolve(response)
            if "application/problem+json" in found.get("content", {}):
                problems.append(_refusal(status, found))
                continue
            title = join("Answer ", _status(status), " ", found["description"])
            if "content" not in found:
                good.append(tag("h3", title))
            for media, content in found.get("content", {}).items():
                good.append(self._content(title, media, content["schema"], asked=False))
        more = tag("summary", f"{len(problems)} problems (RFC 9457)")
        return join(*good, tag("details", more, tag("ul", *problems), class_="problems"))

    def _example(self, method: str, path: str, op: Object) -> Html:
        content = op.get("requestBody", {}).get("content", {}).get("application/json")
        body = sample(content["schema"], self._fields.resolve) if content else None
        text = curl(method, self._origin + path, body, secure=op.get("security") != [])
        button = tag("button", "Copy", type="button", class_="copy")
        return join(tag("h3", "Example"), tag("div", tag("pre", text), button, class_="example"))


def verb(method: str) -> Html:
    """This will write a method as a colored mark."""
    shown = _SHORT.get(method, method).upper()
    return tag("span", shown, class_=f"verb {method}")


def _path(path: str) -> Html:
    parts = path.replace("{", "\0{").replace("}", "}\0").split("\0")
    return join(*(tag("em", part) if part.startswith("{") else part for part in parts))


def _access(op: Object) -> Html:
    if op.get("security") == []:
        who: Any = tag("span", "anybody, no token", class_="pill good")
    else:
        who = join(*(tag("span", role, class_="pill") for role in op.get("x-roles", ())))
    level = op.get("x-criticality", "normal")
    return tag("p", "For ", who, tag("span", f"under load: {level}", class_="level"), class_="who")


def _status(code: str) -> Html:
    return tag("span", code, class_=f"pill {'good' if code < '400' else 'bad'}")


def _refusal(status: str, response: Object) -> Html:
    return tag("li", _status(status), tag("span", prose(response["description"])))


def _after(said: str) -> Html:
    """Without the name in front: the heading says it."""
    said = said.split(": ", 1)[-1]
    return prose(said[:1].upper() + said[1:])
