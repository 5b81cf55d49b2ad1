import type { Pending, Visit } from "@/sync/model";

/** What every section of a visit gets. closed: it can only be read. */
export interface Shared {
  visit: Visit;
  pending: Pending[];
  closed: boolean;
}

/** What waits of one entry: of the mutations with its id in their arguments. */
export const about = (pending: Pending[], id: string): Pending[] => pending.filter((one) => one.args["id"] === id || one.id === id);
