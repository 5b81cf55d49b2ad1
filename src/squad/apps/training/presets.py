"""Mappings that come with the product."""

from collections.abc import Mapping

from squad.apps.imports.mapping import TOPICS
from squad.apps.training.rows import Columns

# Fields of the audit log that are known when an incident is logged (its first row).
# Left out: sys_created_by. It repeats opened_by where it is filled, but is blank where the service
# desk closed the incident itself: a trace of the outcome (docs/proposals.md).
_KNOWN = ("category", "subcategory", "u_symptom", "location", "caller_id", "opened_by")
_REMEMBER = (
    (),
    ("category",),
    ("subcategory",),
    ("u_symptom",),
    ("location",),
    ("caller_id",),
    ("opened_by",),
    ("category", "subcategory"),
    ("subcategory", "u_symptom"),
    ("category", "subcategory", "u_symptom"),
    ("opened_by", "subcategory"),
    ("opened_by", "category"),
    ("location", "subcategory"),
    ("location", "category"),
    ("caller_id", "category"),
    ("category", "subcategory", "location"),
    ("opened_by", "location"),
    ("opened_by", "category", "subcategory"),
    ("when",),
    ("when", "location"),
    ("category", "subcategory", "u_symptom", "location"),
    ("caller_id", "subcategory"),
)

PRESETS: Mapping[str, Columns] = {
    "incidents": Columns(
        id="number",
        targets={"group": "assignment_group"},
        fields=_KNOWN,
        opened="opened_at",
        done="resolved_at",
        updated="sys_updated_at",
        remember=_REMEMBER,
    ),
    "tickets": Columns(
        id="id",
        targets={"category": "category"},
        text=("text",),
        labels={"category": TOPICS},
    ),
}

OWN = (
    (),
    ("requester",),
    ("store",),
    ("organisation",),
    ("territory",),
    ("organisation", "territory"),
)
"""What is remembered together of our own tickets."""
