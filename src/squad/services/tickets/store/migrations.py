"""The schema of tickets, step by step; append only."""

MIGRATIONS = (
    """
create table tickets(
    id text primary key, version integer not null, status text not null,
    priority integer not null, assignee text, requester text not null,
    organisation text not null, store text not null, territory text not null,
    created_at double precision not null, updated_at double precision not null,
    facts blob not null, extra blob not null
);
create index tickets_created on tickets(created_at, id);
create index tickets_status on tickets(status, created_at, id);
create index tickets_assignee on tickets(assignee, created_at, id) where assignee is not null;
create index tickets_requester on tickets(requester, created_at, id);
create index tickets_store on tickets(store, created_at, id) where store <> '';
create index tickets_territory on tickets(territory, created_at, id);
create table history(
    ticket text not null, version integer not null, at double precision not null,
    actor text not null, step text not null, status text not null, assignee text,
    note text not null, cause text not null, primary key(ticket, version)
);
create table messages(
    id text primary key, ticket text not null, at double precision not null,
    author text not null, visibility text not null, text text not null
);
create index messages_ticket on messages(ticket, at, id);
create table attachments(
    id text primary key, ticket text not null, at double precision not null,
    author text not null, visibility text not null, name text not null, media text not null,
    size integer not null, sha256 text not null, blob text not null
);
create index attachments_ticket on attachments(ticket, at, id);
create table people(id text primary key, version integer not null, facts blob not null);
""",
    """
create table spans(
    ticket text primary key, version integer not null, status text not null,
    open integer not null, priority integer not null, category text not null, mode text not null,
    territory text not null, organisation text not null, store text not null,
    requester text not null, logged_by text not null, assignee text, holder text, done_by text,
    created integer not null, due integer not null, accepted integer, onsite integer,
    begun integer, resolved integer, closed integer, hands integer not null,
    declines integer not null, reopens integer not null
);
create index spans_created on spans(created, ticket);
create index spans_due on spans(due, ticket);
create index spans_priority on spans(priority, due, ticket);
create index spans_open on spans(due, ticket, priority, status, territory, assignee) where open = 1;
create index spans_category on spans(category, created, ticket);
create index spans_logged on spans(logged_by, created, ticket);
create index spans_organisation on spans(organisation, created, ticket) where organisation <> '';
create index spans_resolved on spans(resolved) where resolved is not null;
""",
    # Offline work: when a row last changed by our clock, who lost sight of what, reports, uploads.
    """
alter table tickets add column touched double precision not null default 0;
update tickets set touched = updated_at;
create index tickets_touched on tickets(touched, id);
create index tickets_worked on tickets(assignee, touched, id) where assignee is not null;
alter table history add column received_at double precision;
alter table history add column corrected integer not null default 0;
create table departures(
    ticket text not null, kind text not null, value text not null,
    at double precision not null, primary key(ticket, kind, value)
);
create index departures_value on departures(kind, value, at);
create index departures_at on departures(at);
create table registers(
    ticket text not null, field text not null, entry text not null,
    at double precision not null, mutation text not null, value blob not null,
    primary key(ticket, field, entry)
);
create table uploads(
    id text primary key, ticket text not null, at double precision not null,
    author text not null, visibility text not null, name text not null, size integer not null,
    sha256 text not null, held integer not null
);
create index uploads_at on uploads(at);
create table chunks(
    upload text not null, start integer not null, size integer not null, sha256 text not null,
    blob text not null, primary key(upload, start)
);
""",
)
