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
)
