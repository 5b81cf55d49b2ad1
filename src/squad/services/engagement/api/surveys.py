"""Endpoints about surveys and their results, and the page behind a survey's link."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

import msgspec
from msgspec import Meta

from squad.contracts.people import Language
from squad.kernel.access import PUBLIC
from squad.kernel.http import Answer, Call, Empty
from squad.kernel.ids import uuid7
from squad.kernel.page import Cursor, Limit, Page, cursor, paged, parts
from squad.kernel.problem import Impossible, Missing, Oversize
from squad.ports.unit import Cause
from squad.services.engagement import model
from squad.services.engagement.api.rows import ENDPOINTS
from squad.services.engagement.model import Receipt, Survey
from squad.services.engagement.model.surveys import OwnSurveys
from squad.services.engagement.service import Engagement

FORM = 65_536  # bytes of the survey's form: 2,000 characters, spelled with percent signs
COMMENT = 2_000  # characters

URLENCODED = "application/x-www-form-urlencoded"
_ACCEPTED = ["application/json", "text/html"]


class Paged(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which page, newest first."""

    limit: Limit = 50
    cursor: Cursor = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question of a survey. labels: of the answers from min to max."""

    name: Literal["rating", "comment"]
    text: str
    type: Literal["scale", "text"]
    required: bool
    min: int = 0
    max: int = 0
    labels: Sequence[str] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A survey in the person's language. answered: nothing more is asked."""

    reference: str
    language: str
    title: str
    intro: str
    questions: Sequence[Question]
    answered: bool
    until: datetime


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An answer: 1 (very poor) to 5 (very good), and a comment."""

    rating: Annotated[int, Meta(ge=1, le=5)]
    comment: Annotated[str, Meta(max_length=COMMENT)] = ""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """An answered survey. consultant: person id."""

    ticket: str
    reference: str
    consultant: str
    rating: int
    comment: str
    answered_at: datetime


class Results(Page, frozen=True, kw_only=True):
    """Answered surveys, newest first. average: of all, or null. ratings: how many 1 … 5."""

    items: Sequence[Result]
    average: float | None = None
    ratings: Sequence[int] = ()


@ENDPOINTS.get("/surveys", action="engagement.surveys", query=Paged, answer=Results)
async def results(engagement: Engagement, call: Call[None, Paged]) -> Answer:
    """List answered surveys, newest first, with the average of all of them."""
    query = call.query
    after = parts(query.cursor, str)[0] if query.cursor else ""
    ratings, surveys, last = await engagement.results(after=after, limit=query.limit)
    total = sum(ratings)
    average = sum(n * count for n, count in enumerate(ratings, 1)) / total if total else None
    items = [_result(survey) for survey in surveys]
    after = cursor(last) if last else None
    page = Results(items=items, next=after, average=average, ratings=ratings)
    return paged(page, call.request.url.path, query)


@ENDPOINTS.get("/surveys/mine", action="engagement.own", answer=OwnSurveys)
async def own_surveys(engagement: Engagement, call: Call[None, Empty]) -> OwnSurveys:
    """List the surveys that wait for you or that you answered, the newest tickets first."""
    return OwnSurveys(tuple(await engagement.surveys.mine(person=call.actor.id)))


@ENDPOINTS.get("/surveys/{token}", action=PUBLIC, answer=Asked, criticality="sheddable")
async def survey(engagement: Engagement, call: Call[None, Empty]) -> Any:
    """Show the questions behind a survey's link; as a page with a form where HTML is preferred."""
    html = call.request.accept.best_match(_ACCEPTED, "application/json") == "text/html"
    try:
        found, language = await engagement.survey(token=call.id("token"))
    except Missing:
        if html:
            return _gone(engagement)
        raise
    if html:
        said = "" if found.rating is None else "answered"
        return _page(engagement, call, found, language, said=said)
    return _asked(engagement, found, language)


@ENDPOINTS.post(
    "/surveys/{token}", action=PUBLIC, body=Given, answer=Receipt, criticality="sheddable",
    problems=(409,),
)  # fmt: skip
async def answer(engagement: Engagement, call: Call[Given, Empty]) -> Receipt:
    """Answer a survey, once; the same answer again is confirmed again."""
    body = call.body
    answered = await engagement.answer(
        token=call.id("token"), rating=body.rating, comment=body.comment, cause=call.cause
    )
    return model.receipt(answered)


@ENDPOINTS.post(
    "/surveys/{token}/form", action=PUBLIC, criticality="sheddable", command=False, stream=True,
    takes=URLENCODED, media="text/html", problems=(409,),
)  # fmt: skip
async def form(engagement: Engagement, call: Call[None, Empty]) -> Answer:
    """Answer a survey by the form of its page."""
    try:
        found, language = await engagement.survey(token=call.id("token"))
        rating, comment = await _form(call)
        if rating is None or len(comment) > COMMENT:
            wrong = "missing" if rating is None else "long"
            return _page(engagement, call, found, language, wrong=wrong, written=comment)
        await engagement.answer(
            token=call.id("token"), rating=rating, comment=comment, cause=Cause(uuid7())
        )
    except Missing:
        return _gone(engagement)
    except Impossible:
        return _page(engagement, call, found, language, said="answered", status=409)
    return _page(engagement, call, found, language, said="thanks")


async def _form(call: Call[None, Empty]) -> tuple[int | None, str]:
    """The rating, None where it is not 1 to 5, and the comment. Raises Oversize."""
    raw = bytearray()
    async for chunk in call.request.stream():
        raw += chunk
        if len(raw) > FORM:
            raise Oversize(f"The form may have {FORM} bytes.")
    given = parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    rating, comment = given.get("rating", [""])[0], given.get("comment", [""])[0]
    comment = comment.replace("\r\n", "\n").strip()  # browsers send line ends of their own
    return (int(rating) if rating in ("1", "2", "3", "4", "5") else None), comment


def _result(survey: Survey) -> Result:
    given = msgspec.structs.asdict(survey)
    return Result(**{name: given[name] for name in Result.__struct_fields__})


def _asked(engagement: Engagement, survey: Survey, language: Language) -> Asked:
    words = engagement.voice.words
    labels = [words.phrase(language, f"rating{n}") for n in range(1, 6)]
    rating, comment = words.phrase(language, "question"), words.phrase(language, "comment")
    return Asked(
        reference=survey.reference,
        language=words.code(language),
        title=words.phrase(language, "title"),
        intro=words.phrase(language, "intro", reference=survey.reference),
        questions=(
            Question(
                name="rating", text=rating, type="scale", required=True, min=1, max=5, labels=labels
            ),
            Question(name="comment", text=comment, type="text", required=False, max=COMMENT),
        ),
        answered=survey.rating is not None,
        until=survey.until,
    )


def _page(
    engagement: Engagement, call: Call[Any, Any], survey: Survey, language: Language, *,
    said: str = "", wrong: str = "", written: str = "", status: int = 200,
) -> Answer:  # fmt: skip
    """The survey's form with what is wrong, or one sentence instead of it."""
    tongue = engagement.voice.words.tongues[language]
    texts = {name: escape(text) for name, text in tongue.phrases.items()}
    if said:
        return _framed(tongue.code, texts["title"], f'<p role="status">{texts[said]}</p>', status)
    texts |= {
        "intro": texts["intro"].format(reference=escape(survey.reference)),
        "token": escape(call.id("token")),
        "written": escape(written),
        "error": f'<p class="error" role="alert">{texts[wrong]}</p>' if wrong else "",
    }
    content = _file("form.html").substitute(texts)
    return _framed(tongue.code, texts["title"], content, 422 if wrong else status)


def _gone(engagement: Engagement) -> Answer:
    """A link that does not work: nobody knows whose it was, so in every language."""
    tongues = engagement.voice.words.tongues.values()
    said = [f'<p lang="{t.code}">{escape(t.phrases["gone"])}</p>' for t in tongues]
    return _framed("en", "404", "\n".join(said), 404)


def _framed(code: str, title: str, content: str, status: int) -> Answer:
    style = _file("survey.css").template
    html = _file("survey.html").substitute(code=code, title=title, content=content, style=style)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    headers = {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "same-origin",  # the address is the key
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(html.encode(), status, headers, "text/html")


@cache
def _file(name: str) -> Template:
    return Template(files(__package__).joinpath(name).read_text("utf-8"))
