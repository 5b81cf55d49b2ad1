"""Who may do what: one table, role by action. What is not in it is denied."""

from collections.abc import Iterable, Mapping

import msgspec

from squad.kernel.problem import Forbidden

PUBLIC = "public"  # the action of routes that need no token

_CUSTOMER, _STORE, _DESK = "customer", "store", "receptionist"
_FIELD, _DISPATCH, _MANAGE, _ADMIN, _AUDIT = (
    "consultant", "dispatcher", "manager", "administrator", "auditor",
)  # fmt: skip
_ALL = (_CUSTOMER, _STORE, _DESK, _FIELD, _DISPATCH, _MANAGE, _ADMIN, _AUDIT)
_STAFF = (_DESK, _FIELD, _DISPATCH, _MANAGE, _ADMIN, _AUDIT)
_LOGGERS = (_CUSTOMER, _STORE, _DESK, _DISPATCH, _MANAGE, _ADMIN)

TABLE: Mapping[str, tuple[str, ...]] = {
    "tickets.create": _LOGGERS,
    "tickets.read": _ALL,
    "tickets.change": (_CUSTOMER, _STORE, _DESK, _DISPATCH, _MANAGE, _ADMIN),
    "tickets.work": (_FIELD,),
    "tickets.wait": (_FIELD, _DISPATCH),
    "tickets.close": (_CUSTOMER, _STORE, _DESK, _FIELD, _DISPATCH, _MANAGE),
    "tickets.reopen": (_CUSTOMER, _STORE, _DESK, _DISPATCH, _MANAGE),
    "tickets.cancel": (_CUSTOMER, _STORE, _DESK, _DISPATCH, _MANAGE),
    "tickets.write": (_CUSTOMER, _STORE, _DESK, _FIELD, _DISPATCH, _MANAGE, _ADMIN),
    "tickets.figures": (_DISPATCH, _MANAGE, _ADMIN, _AUDIT),
    "tickets.import": (_ADMIN,),
    "tickets.sync": _ALL,
    "routing.explain": (_CUSTOMER, _STORE, *_STAFF),
    "routing.assign": (_DISPATCH, _MANAGE),
    "routing.policy": (_DISPATCH, _MANAGE, _ADMIN, _AUDIT),
    "routing.promote": (_MANAGE, _ADMIN),
    "routing.book": (_CUSTOMER, _STORE, _DESK, _DISPATCH, _MANAGE),
    "routing.order": (_FIELD, _DISPATCH, _MANAGE),
    "routing.load": (_FIELD,),
    "routing.simulate": (_DISPATCH, _MANAGE, _ADMIN),
    "routing.roster": (_DISPATCH, _MANAGE, _ADMIN, _AUDIT),
    "search.find": _ALL,
    "search.rebuild": (_ADMIN,),
    "engagement.own": _ALL,
    "engagement.surveys": (_MANAGE, _ADMIN, _AUDIT),
    "identity.self": _ALL,
    "identity.people.read": (_DESK, _DISPATCH, _MANAGE, _ADMIN, _AUDIT),
    "identity.stores.read": (_STORE, _DESK, _DISPATCH, _MANAGE, _ADMIN, _AUDIT),
    "identity.people.write": (_ADMIN,),
    "identity.customers.write": (_DESK, _MANAGE, _ADMIN),
    "identity.shifts.read": (_FIELD, _DISPATCH, _MANAGE, _ADMIN, _AUDIT),
    "identity.shifts.write": (_DISPATCH, _MANAGE, _ADMIN),
    "monitoring.read": (_DISPATCH, _MANAGE, _ADMIN, _AUDIT),
    "monitoring.letters": (_ADMIN,),
    "monitoring.audit": (_ADMIN, _AUDIT),
}


class Actor(msgspec.Struct, frozen=True):
    """Who asks, as the verified token says. id "" is the system itself. session: the sign-in."""

    id: str
    roles: tuple[str, ...] = ()
    organisation: str = ""
    store: str = ""
    territories: tuple[str, ...] = ()
    language: str = "en"
    session: str = ""

    def has(self, *roles: str) -> bool:
        """This will tell whether the person has one of the roles."""
        return any(role in self.roles for role in roles)

    @property
    def staff(self) -> bool:
        """Whether the person works for the operation (customers and store staff do not)."""
        return self.has(*_STAFF)


def allowed(roles: Iterable[str], action: str) -> bool:
    """This will tell whether one of the roles may take the action."""
    holders = TABLE.get(action, ())
    return any(role in holders for role in roles)


def require(actor: Actor, action: str) -> None:
    """This will raise Forbidden unless the actor may take the action."""
    if not allowed(actor.roles, action):
        raise Forbidden(f"Your role does not allow {action}. Ask an administrator for it.")


def sees(actor: Actor, *, requester: str, assignee: str | None, store: str, territory: str) -> bool:
    """This will tell whether the actor may know of a ticket: own, assigned, store's or area's.

    Dispatchers and managers with territories see those; without any, all.
    """
    if actor.id == requester or (assignee is not None and actor.id == assignee):
        return True
    if actor.has(_DESK, _ADMIN, _AUDIT):
        return True
    if actor.has(_DISPATCH, _MANAGE):
        return not actor.territories or territory in actor.territories
    return actor.has(_STORE) and bool(actor.store) and actor.store == store
