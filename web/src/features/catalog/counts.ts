/** Figures of territories, and the steps of their colours. Pure. */
export interface Counts {
  consultants: number;
  open: number;
}

export const NOTHING: Counts = { consultants: 0, open: 0 };

/** Puts consultants and open tickets together, by territory. */
export function counted(roster: { territories: readonly string[] }[], backlog: readonly { key: string; count: number }[]): Map<string, Counts> {
  const found = new Map<string, Counts>();
  const add = (id: string, more: Partial<Counts>) => {
    const { consultants, open } = found.get(id) ?? NOTHING;
    found.set(id, { consultants: consultants + (more.consultants ?? 0), open: open + (more.open ?? 0) });
  };
  for (const { territories } of roster) for (const id of territories) add(id, { consultants: 1 });
  for (const { key, count } of backlog) add(key, { open: count });
  return found;
}

/** Upper ends of up to four steps, even in number of territories: [2, 5, 9, 40]. Nothing is a step of its own. */
export function steps(values: number[]): number[] {
  const some = values.filter((value) => value > 0).sort((one, other) => one - other);
  const ends = [0.25, 0.5, 0.75, 1].map((share) => some[Math.ceil(some.length * share) - 1] ?? 0);
  return [...new Set(ends)].filter((end) => end > 0);
}

/** Which step: 0 is nothing. */
export const step = (value: number, ends: number[]): number => (value <= 0 ? 0 : 1 + Math.max(0, ends.findIndex((end) => value <= end)));
