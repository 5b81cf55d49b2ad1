/** What the form of a what-if asks for. Pure. */
export interface Form {
  source: "recorded" | "generated";
  /** "": the policy in force. */
  version: string;
  days: number;
  consultants: number;
  tickets: number;
  seed: number;
  /** Times the tickets of a generated weekday. */
  demand: number;
  /** More people (positive) or fewer (negative) with this skill in this territory; "": any. */
  people: number;
  skill: string;
  territory: string;
  /** Hours that all shifts move. */
  shift: number;
  /** Minutes from home at most; null: as they have. */
  travel: number | null;
}

export const START: Form = {
  source: "recorded", version: "", days: 14, consultants: 60, tickets: 200, seed: 1, demand: 1, people: 0, skill: "", territory: "", shift: 0, travel: null,
};

export interface Member {
  id: string;
  skills: Record<string, number>;
  territories: string[];
}

/** Who has the skill and works in the territory, the most skilled first; always in the same order. */
export function matching(team: Member[], skill: string, territory: string): Member[] {
  return team
    .filter((one) => (!skill || (one.skills[skill] ?? 0) > 0) && (!territory || one.territories.length === 0 || one.territories.includes(territory)))
    .sort((a, b) => (b.skills[skill] ?? 0) - (a.skills[skill] ?? 0) || a.id.localeCompare(b.id));
}

export interface Staff {
  add: { id: string; like: string }[];
  change: Record<string, unknown>[];
  remove: string[];
}

/** The changes of staff: new people are like those who match, one after the other; the least skilled are left out. */
export function staffed(form: Form, team: Member[]): Staff {
  const change: Record<string, unknown> = { id: "*", ...(form.shift && { shift_by_h: form.shift }), ...(form.travel !== null && { max_travel_min: form.travel }) };
  const found = form.source === "recorded" && form.people ? matching(team, form.skill, form.territory) : [];
  const like = (at: number) => found[at % found.length]?.id ?? "";
  return {
    change: Object.keys(change).length > 1 ? [change] : [],
    add: form.people > 0 && found.length ? Array.from({ length: form.people }, (_, at) => ({ id: `new-${at + 1}`, like: like(at) })) : [],
    remove: form.people < 0 ? found.slice(form.people).map((one) => one.id) : [],
  };
}

/** The body of POST /api/routing/simulations. */
export function asked(form: Form, team: Member[]) {
  const version = form.version ? { version: Number(form.version) } : {};
  const world = form.source === "generated"
    ? { consultants: form.consultants, tickets: Math.max(1, Math.round(form.tickets * form.demand)), seed: form.seed }
    : {};
  return { source: form.source, days: form.days, staff: staffed(form, team), ...version, ...world };
}

/** Whether anything differs from how it is now: else both runs are the same. */
export function differs(form: Form, team: Member[]): boolean {
  const staff = staffed(form, team);
  return !!form.version || staff.add.length + staff.change.length + staff.remove.length > 0;
}
