import type { Visit } from "../model";

/** One kind of change: its name, what it needs, and what is shown at once. One file each. */
export interface Mutation<Args extends object> {
  name: string;
  /** The visit after it; pure. id: the mutation's own. */
  apply: (visit: Visit, args: Args, at: string, id: string) => Visit;
  /** Waiting ones of the same ticket with the same key are replaced: only the last counts. */
  key?: (args: Args) => string;
}

export function mutation<Args extends object>(name: string, apply: Mutation<Args>["apply"], key?: Mutation<Args>["key"]): Mutation<Args> {
  return { name, apply, key };
}

/** A step of the ticket's life. */
export function step<Args extends object>(name: string, status: Visit["ticket"]["status"], extra?: (args: Args) => Partial<Visit["ticket"]>): Mutation<Args> {
  return mutation<Args>(name, (visit, args, at) => ({
    ...visit,
    ticket: { ...visit.ticket, ...extra?.(args), status, updated_at: at },
  }));
}

/** An entry with the same id is replaced, another is added. */
export function put<T extends { id: string }>(list: T[], entry: T): T[] {
  return list.some((one) => one.id === entry.id) ? list.map((one) => (one.id === entry.id ? entry : one)) : [...list, entry];
}
