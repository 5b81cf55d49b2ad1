"""Imports: every bad row is refused by its line, every good one comes in once."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import zstandard
from click.testing import CliRunner
from litestar import Litestar

from squad.adapters.blobs import files
from squad.adapters.cache import memory
from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.adapters.places import table as places
from squad.adapters.proposer import none
from squad.apps import imports
from squad.apps.cli import main
from squad.apps.imports import report, sender
from squad.apps.imports.mapping import INCIDENTS, Atlas, Fit, fit
from squad.apps.imports.report import Tally
from squad.apps.imports.sender import Client, Failed, Sender
from squad.apps.imports.table import LONGEST, Refused, Row, Unreadable, read
from squad.apps.node import render_error
from squad.contracts.tickets import Ticket
from squad.kernel.access import Actor
from squad.kernel.http import mount
from squad.kernel.service import Kit
from squad.services.tickets import start

INCIDENT = {
    "number": "0000045",
    "opened_at": "2016-02-29T01:16",
    "resolved_at": "2016-02-29T11:29",
    "closed_at": "2016-03-05T12:00",
    "impact_first": "2",
    "urgency_first": "2",
    "priority_first": "3",
    "priority_last": "2",
    "assignment_group_first": "56",
    "contact_type": "Phone",
    "location": "143",
    "category": "55",
    "subcategory": "170",
    "u_symptom": "72",
    "reassignment_count": "0",
    "reopen_count": "0",
    "made_sla": "true",
    "closed_code": "5",
    "resolved_by": "149",
}


def _row(line: int = 2, **changes: str) -> Row:
    return Row(line, {**INCIDENT, **changes})


def _csv(path: Path, *lines: str) -> Path:
    path.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    return path


def _read(path: Path) -> list[Row | Refused]:
    return list(read(path, ("id", "text")))


@pytest.fixture
async def atlas(clock: Frozen) -> Atlas:
    """The product's own table of places."""
    return Atlas(await places.open("table:", clock))


class TestReading:
    """The table reader."""

    def test_gives_rows_with_the_line_they_begin_on(self, tmp_path: Path) -> None:
        """A quoted field may hold commas, quotes and line ends; numbering goes on behind it."""
        path = _csv(tmp_path / "a.csv", "id,text", '1,"a ""b"",', 'c"', "2,é")

        rows = _read(path)

        assert rows == [
            Row(2, {"id": "1", "text": 'a "b",\nc'}),
            Row(4, {"id": "2", "text": "é"}),
        ]

    def test_takes_a_packed_file_of_several_frames_a_bom_and_crlf(self, tmp_path: Path) -> None:
        """What spreadsheets and zstd write is read alike, whatever the file is called."""
        path = tmp_path / "a.csv"
        pack = zstandard.ZstdCompressor().compress
        path.write_bytes(pack(b"\xef\xbb\xbfid,text\r\n1,") + pack(b"one\r\n"))

        assert _read(path) == [Row(2, {"id": "1", "text": "one"})]

    @pytest.mark.parametrize(
        ("bad", "reason"),
        [
            ("2", "another number of fields than the header"),
            ("2,b,c", "another number of fields than the header"),
            ("2,a\0b", "NUL byte"),
            ("2,\udce9", "not UTF-8"),
            ('2,"a', "a quote is opened and never closed"),
            ('2,"a"b', "not CSV"),
            ("2," + "x" * 1_048_576, "too long"),
            ('2,"' + "x\n" * LONGEST, "too long"),
        ],
    )
    def test_refuses_a_bad_row_and_goes_on(self, tmp_path: Path, bad: str, reason: str) -> None:
        """One broken row is refused by its line; the rows around it are taken."""
        path = _csv(tmp_path / "a.csv", "id,text", "1,a", bad, "3,c")

        rows = _read(path)

        assert rows[0] == Row(2, {"id": "1", "text": "a"})
        assert rows[-1] == Row(rows[-1].line, {"id": "3", "text": "c"})
        refused = rows[1]
        assert isinstance(refused, Refused)
        assert refused.line == 3
        if "\n" not in bad:
            assert (refused.reason, len(rows), rows[-1].line) == (reason, 3, 4)

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "empty"),
            (b"id;text\n1;a\n", "does not name id, text"),
            ("id,text\n1,a\n".encode("utf-16"), "CSV in UTF-8"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "Line 1"),
            (zstandard.compress(b"id,text\n" + b"1,a\n" * 9999)[:-9], "ends too early"),
            (zstandard.compress(b"id,text\n1,a\n") + b"garbage", "damaged"),
            (b"\x28\xb5\x2f\xfdgarbage", "damaged"),
        ],
    )
    def test_says_why_a_file_cannot_be_read(
        self, tmp_path: Path, content: bytes, says: str
    ) -> None:
        """A file that is none is refused as a whole, in words that help."""
        path = tmp_path / "a.csv"
        path.write_bytes(content)

        with pytest.raises(Unreadable, match=says):
            _read(path)

    def test_refuses_a_row_that_swells_without_holding_it(self, tmp_path: Path) -> None:
        """A hostile file of 5 kB with a row of 100 MB costs one refusal."""
        path = tmp_path / "a.csv"
        path.write_bytes(zstandard.compress(b"id,text\n1," + b"x" * 100_000_000 + b"\n2,b\n"))

        rows = _read(path)

        assert [row.line for row in rows] == [2, 3]
        assert isinstance(rows[0], Refused)


class TestMapping:
    """What rows become."""

    async def test_makes_the_same_ticket_of_a_row_every_time(self, atlas: Atlas) -> None:
        """Id, category and place derive from the row; the facts are in the text."""
        first = fit(_row(), "incidents", atlas, past=False)
        again = fit(_row(7), "incidents", atlas, past=False)

        assert isinstance(first, Fit)
        assert isinstance(again, Fit)
        assert first.facts == again.facts
        assert first.facts["title"] == "Incident INC0000045: category 55 / 170, symptom 72"
        assert first.facts["priority"] == 3
        assert first.facts["past"] is None

    async def test_brings_the_past_along_when_asked(self, atlas: Atlas) -> None:
        """As history an incident keeps its times, read as UTC, and its last priority."""
        row = fit(_row(), "incidents", atlas, past=True)

        assert isinstance(row, Fit)
        assert row.facts["priority"] == 2
        assert row.facts["past"]["closed_at"] == datetime(2016, 3, 5, 12, tzinfo=UTC)

    async def test_leaves_an_incident_open_that_is(self, atlas: Atlas) -> None:
        """Also as history, what was never closed comes in as new."""
        row = fit(_row(closed_at="", resolved_at=""), "incidents", atlas, past=True)

        assert isinstance(row, Fit)
        assert row.facts["past"] is None

    async def test_gives_a_place_the_same_city(self, atlas: Atlas) -> None:
        """One location of theirs is one postal code of ours, and not all are the same."""
        codes = [atlas.code("location", str(number)) for number in range(50)]

        assert codes == [atlas.code("location", str(number)) for number in range(50)]
        assert len(set(codes)) > 10

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"number": ""}, "the number is not one"),
            ({"number": "../etc"}, "the number is not one"),
            ({"location": ""}, "no location"),
            ({"opened_at": ""}, "no opened_at"),
            ({"opened_at": "31/02/2016 10:00"}, "opened_at is not a time such as 2016-02-29T01:16"),
            ({"closed_at": "soon"}, "closed_at is not a time such as 2016-02-29T01:16"),
            (
                {"resolved_at": "2015-01-01T00:00"},
                "opened_at, resolved_at and closed_at are out of order",
            ),
            ({"priority_first": "0"}, "priority_first is not 1 to 4"),
            ({"priority_first": "٣"}, "priority_first is not 1 to 4"),
            ({"u_symptom": "x" * 300}, "/title: Expected `str` of length <= 200"),
            ({"made_sla": "x", "contact_type": "x" * 30_000}, "/description"),
        ],
    )
    async def test_refuses_what_is_no_incident(
        self, atlas: Atlas, changes: dict[str, str], reason: str
    ) -> None:
        """Every fault has its own reason; the value is kept apart from it."""
        refused = fit(Row(2, {**INCIDENT, **changes}), "incidents", atlas, past=False)

        assert isinstance(refused, Refused)
        assert refused.reason.startswith(reason)
        assert len(refused.detail) <= 60

    async def test_cuts_a_title_out_of_a_text(self, atlas: Atlas) -> None:
        """A text's first words are its title, the whole is its description."""
        text = "please help " * 50
        row = fit(
            Row(2, {"id": "1", "text": text, "category": "HR Support"}),
            "tickets", atlas, past=False,
        )  # fmt: skip

        assert isinstance(row, Fit)
        assert row.facts["title"] == "please help " * 6 + "please …"
        assert row.facts["description"] == text.strip()
        assert row.facts["category"] == "other"

    @pytest.mark.parametrize(("text", "category"), [(" ", "Access"), ("help", "Gardening")])
    async def test_refuses_what_is_no_text(self, atlas: Atlas, text: str, category: str) -> None:
        """Without words or with an unknown category it is refused."""
        row = Row(2, {"id": "1", "text": text, "category": category})

        assert isinstance(fit(row, "tickets", atlas, past=False), Refused)


class Desk(httpx.AsyncBaseTransport):
    """Tickets as it is, reached as over HTTP; the way may lose requests and answers."""

    def __init__(self, app: Any, path: Path) -> None:
        self._app = app
        self._path = path
        self.trouble: list[Callable[[], httpx.Response | None]] = []
        self.lost = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """This will pass a request on, unless trouble comes first; answers may get lost."""
        if self.trouble and (answer := self.trouble.pop(0)()):
            return answer
        answer = await httpx.ASGITransport(self._as_admin).handle_async_request(request)
        if self.lost:
            self.lost -= 1
            raise httpx.ReadTimeout("the answer got lost")
        return answer

    async def _as_admin(self, scope: Any, receive: Any, send: Any) -> None:
        scope["squad.actor"] = Actor("0198c0de-0000-7000-8000-000000000001", ("administrator",))
        await self._app(scope, receive, send)

    def rows(self, sql: str) -> list[Any]:
        """This will read what is stored."""
        with closing(sqlite3.connect(self._path)) as database:
            return database.execute(sql).fetchall()

    async def send(self, *rows: Fit) -> Tally:
        """This will send rows as one import."""
        tally = Tally()

        async def token() -> str:
            return "token"

        async with httpx.AsyncClient(base_url="http://desk", transport=self) as http:
            for row in rows:
                tally.take(row)
            await Sender(Client(http, token), tally).send(rows)
        return tally


@pytest.fixture
async def desk(
    tmp_path: Path, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    """The tickets service on its own files, and no waiting between tries."""
    monkeypatch.setattr(sender, "PAUSE", 0.0)
    kit = Kit(
        "tickets",
        clock=clock,
        database=await sqlite.open(f"sqlite:{tmp_path}/tickets.db", clock),
        cache=await memory.open("memory:?entries=100&bytes=100000", clock),
        blobs=await files.open(f"files:{tmp_path}/blobs", clock),
        places=await places.open("table:", clock),
        proposer=await none.open("none:", clock),
    )
    running = await start(kit)
    assert running.books is not None
    app = Litestar(
        mount(running.rows, running.service, running.books.ledger),
        exception_handlers={Exception: render_error},
        openapi_config=None,
    )
    yield Desk(app, tmp_path / "tickets.db")
    await kit.database.close()


def _fits(atlas: Atlas, count: int, *, past: bool = False) -> list[Fit]:
    rows = [fit(_row(n + 2, number=f"{n:07}"), "incidents", atlas, past=past) for n in range(count)]
    return [row for row in rows if isinstance(row, Fit)]


class TestSending:
    """From rows to tickets."""

    async def test_brings_each_row_in_once(self, desk: Desk, atlas: Atlas) -> None:
        """The second import changes nothing and says so."""
        rows = _fits(atlas, 120)

        first = await desk.send(*rows)
        again = await desk.send(*rows)

        assert first.outcomes == {"created": 120}
        assert again.outcomes == {"there": 120}
        assert desk.rows("select status, count(*) from tickets group by 1") == [("new", 120)]
        assert desk.rows("select count(*) from outbox") == [(120,)]

    async def test_counts_a_lost_answer_right(self, desk: Desk, atlas: Atlas) -> None:
        """What came in by a try whose answer got lost counts as created, and once."""
        desk.lost = 2

        tally = await desk.send(*_fits(atlas, 120))

        assert tally.outcomes == {"created": 120}
        assert desk.rows("select count(*) from tickets") == [(120,)]

    async def test_waits_where_the_node_asks_for_it(self, desk: Desk, atlas: Atlas) -> None:
        """Limited, shed, signed out or not listening: the batch is sent again."""

        def down() -> None:
            raise httpx.ConnectError("refused")

        desk.trouble = [
            lambda: httpx.Response(429, headers={"Retry-After": "0"}),
            lambda: httpx.Response(503, headers={"Retry-After": "0"}),
            down,
            lambda: httpx.Response(401),
        ]

        tally = await desk.send(*_fits(atlas, 3))

        assert tally.outcomes == {"created": 3}

    async def test_gives_up_soon_on_a_node_that_does_not_run(
        self, desk: Desk, atlas: Atlas
    ) -> None:
        """Where nothing ever answered, it says so after three tries and what to do."""

        def down() -> None:
            raise httpx.ConnectError("refused")

        desk.trouble = [down] * 3

        with pytest.raises(Failed, match="Start it"):
            await desk.send(*_fits(atlas, 1))

    async def test_counts_a_number_that_comes_twice_once(self, desk: Desk, atlas: Atlas) -> None:
        """Two rows of one number are one ticket, also within a batch."""
        rows = _fits(atlas, 2)

        tally = await desk.send(*rows, rows[0])

        assert tally.outcomes == {"created": 2, "there": 1}

    async def test_takes_out_the_row_that_the_node_refuses(self, desk: Desk, atlas: Atlas) -> None:
        """A wrong place refuses one row, a wrong type too; the others come in."""
        rows = _fits(atlas, 4)
        nowhere = {**rows[1].facts, "location": {"postal_code": "00000"}}
        untyped = {**rows[2].facts, "priority": 9}
        rows[1] = msgspec.structs.replace(rows[1], facts=nowhere)
        rows[2] = msgspec.structs.replace(rows[2], facts=untyped)

        tally = await desk.send(*rows)

        assert tally.outcomes == {"created": 2}
        assert [(row.line, row.number) for row in tally.rows] == [(4, "0000002"), (3, "0000001")]
        assert set(tally.reasons) == {
            "This postal code is not known.", "/priority: Expected `int` <= 4",
        }  # fmt: skip

    async def test_keeps_the_past_of_what_is_finished(self, desk: Desk, atlas: Atlas) -> None:
        """History comes in closed, with its own times and steps, and is told as no news."""
        tally = await desk.send(*_fits(atlas, 1, past=True))

        assert tally.outcomes == {"created": 1}
        [(facts,)] = desk.rows("select facts from tickets")
        ticket = msgspec.json.decode(facts, type=Ticket)
        assert (ticket.status, ticket.version) == ("closed", 3)
        assert ticket.created_at == datetime(2016, 2, 29, 1, 16, tzinfo=UTC)
        assert ticket.updated_at == datetime(2016, 3, 5, 12, tzinfo=UTC)
        steps = desk.rows("select step, status, version from history order by version")
        assert steps == [("create", "new", 1), ("resolve", "resolved", 2), ("close", "closed", 3)]
        assert desk.rows("select type from outbox") == [("squad.tickets.snapshot.v1",)]

    @pytest.mark.parametrize(
        "changes",
        [
            {"opened_at": "0001-01-01T00:00:00+14:00"},
            {"closed_at": "9999-12-31T23:59:59-14:00"},
            {"resolved_at": "2016-02-28T00:00:00Z"},
            {"opened_at": "2016-02-29T01:16:00"},
        ],
    )
    async def test_refuses_a_past_that_cannot_be(
        self, desk: Desk, atlas: Atlas, changes: dict[str, str]
    ) -> None:
        """Times before 1970, ahead, out of order or without a zone are refused, never a 500."""
        [row] = _fits(atlas, 1, past=True)
        facts = {**row.facts, "past": {**row.facts["past"], **changes}}

        tally = await desk.send(msgspec.structs.replace(row, facts=facts))

        assert tally.outcomes == {}
        assert sum(tally.reasons.values()) == 1
        assert desk.rows("select count(*) from tickets") == [(0,)]


class TestCommand:
    """The command line, without a node."""

    def _file(self, path: Path, *rows: dict[str, str]) -> Path:
        lines = [",".join(row[column] for column in INCIDENTS) for row in rows]
        return _csv(path / "log.csv", ",".join(INCIDENTS), *lines)

    def test_checks_every_row_and_sends_nothing(self, tmp_path: Path, home: Path) -> None:
        """A dry run needs no node; the report lists what is refused, by line."""
        path = self._file(tmp_path, INCIDENT, {**INCIDENT, "location": ""})
        target = tmp_path / "report.md"

        result = CliRunner().invoke(
            main, ["import", "incidents", str(path), "--dry-run", "--report", str(target)]
        )

        assert result.exit_code == 0, result.output
        assert "1  fit, not sent" in result.output
        assert "line 3: no location" in result.output
        assert "| 3 | 0000045 | no location |" in target.read_text()

    def test_prints_json(self, tmp_path: Path, home: Path) -> None:
        """The same as data."""
        path = self._file(tmp_path, INCIDENT)

        result = CliRunner().invoke(main, ["import", "incidents", str(path), "--dry-run", "--json"])

        assert msgspec.json.decode(result.stdout, type=report.Report).unsent == 1

    @pytest.mark.parametrize(
        ("rows", "says"), [([], "no-such"), ([{**INCIDENT, "location": ""}], "no row of")]
    )
    def test_fails_when_nothing_fits(
        self, tmp_path: Path, home: Path, rows: list[dict[str, str]], says: str
    ) -> None:
        """A file without the columns, or without one good row, ends with 1 and the reason."""
        path = self._file(tmp_path, *rows) if rows else _csv(tmp_path / "log.csv", "no-such", "1")

        result = CliRunner().invoke(main, ["import", "incidents", str(path), "--dry-run"])

        assert result.exit_code == 1
        assert ("does not name" if not rows else says) in result.stderr

    def test_refuses_a_report_of_another_kind(self, tmp_path: Path, home: Path) -> None:
        """Wrong use is 2, before anything is read."""
        path = self._file(tmp_path, INCIDENT)

        result = CliRunner().invoke(
            main, ["import", "incidents", str(path), "--report", str(tmp_path / "a.pdf")]
        )

        assert result.exit_code == 2
        assert "ends in .md or .json" in result.stderr

    def test_stops_at_the_limit(self, tmp_path: Path, home: Path, atlas: Atlas) -> None:
        """`--limit` counts rows read, refused ones too."""
        path = self._file(tmp_path, *[{**INCIDENT, "number": str(n)} for n in range(9)])
        plan = imports.Plan(file=path, kind="incidents", dry=True, limit=4)
        tally = Tally()

        rows = list(imports.fits(plan, atlas, tally, lambda read: None))

        assert (len(rows), tally.read) == (4, 4)
