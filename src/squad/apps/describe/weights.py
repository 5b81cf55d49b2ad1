"""The page about the routing policy: docs/policy.md."""

from squad.services.routing import document, wording
from squad.services.routing.policy import DEFAULT

_HEAD = """\
# The routing policy

Made by `make docs` from `src/squad/services/routing/policy.py` and `phrases`; do not edit.

Who gets a ticket is the consultant with the least **cost in minutes of paid consultant time**. The
policy has all the weights of that cost and the limits of routing. It is a document with versions;
every decision names the version that it was made by, and can be computed again with it.

## How a manager changes it

1. Get the document that is in force: `GET /api/routing/policy` (`?language=en|fr|es` tells it in
   words), or begin with the default one: `squad policy show --toml > policy.toml`.
2. Change weights, and raise `version` by one over the newest (`GET /api/routing/policies`).
3. Check it: `squad policy check policy.toml` names every field that is wrong and what it must be;
   `squad policy compare old.toml policy.toml` says in words what differs.
4. Rehearse it: `squad simulate` replays tickets under both and compares them.
5. Put it up as a draft: `POST /api/routing/policies` with `{"document": {…}, "note": "why"}`. A bad
   or missing weight is refused with its path; nothing changes.
6. Promote it: `POST /api/routing/policies/{version}/promote` with `{"note": "why"}` and the version
   that you saw in force as `If-Match`. If somebody else promoted one meanwhile it is refused (412):
   look again. It holds from the next decision on, in every process, and after a restart. Who did
   it, when and why is in `GET /api/routing/policies` and in `GET /api/monitoring/audit`.

To go back, promote the earlier version again; documents are never changed or removed. Only
managers and administrators may do 5 and 6. `squad policy schema` prints the JSON Schema.

## Every weight
"""


def write() -> str:
    """This will write the page: each weight with unit, default, words and reason."""
    said = {one.field: one.text for one in wording.tell(DEFAULT, "en")}
    rows = [
        f"| `{field}` | {one.unit} | `{one.default}` | {one.means}. {said[field]} | {one.why} |"
        for field in said
        for one in (document.weight(field),)
    ]
    head = ["| Weight | Unit | Default | What it means | Why |", "|---|---|---|---|---|"]
    return "\n".join((_HEAD, *head, *rows)) + "\n"
