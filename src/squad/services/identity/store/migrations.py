"""The schema of identity, step by step; append only."""

MIGRATIONS = (
    """
create table people(
    id text primary key, version integer not null, active integer not null,
    erased integer not null, organisation text not null, tier text not null,
    facts bytea not null, contact bytea not null
);
create index people_organisation on people(organisation, tier) where organisation <> '';
create table tags(
    kind text not null, value text not null, person text not null,
    primary key(kind, value, person)
);
create index tags_person on tags(person);
create table guards(name text primary key, version integer not null);
insert into guards values ('administrators', 1);
create table schedules(
    person text primary key, version integer not null, availability integer not null,
    since double precision not null, until double precision not null, body bytea not null
);
create table entries(
    shelf text not null, id text not null, version integer not null, active integer not null,
    body bytea not null, primary key(shelf, id)
);
create table grants(
    digest text primary key, family text not null, person text not null,
    expires double precision not null, used integer not null, body bytea not null
);
create index grants_family on grants(family);
create index grants_person on grants(person);
create index grants_expires on grants(expires);
""",
    """
create table handles(
    stem text not null, kind text not null, value text not null, person text not null,
    primary key(stem, kind, value, person)
);
create index handles_person on handles(person);
insert into guards values ('handles', 0);
""",
    """
create table settings(person text primary key, version integer not null, body bytea not null);
""",
)
