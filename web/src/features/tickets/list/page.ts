/** A page of the list: by filters, or by words through the search. */
import { api, ok, raw, type Schemas } from "@/sync/api/client";
import { asked, type Query } from "../query";

export interface Row {
  id: string;
  reference: string;
  title: string;
  status: string;
  priority: number;
  category: string;
  created_at: string;
  due_at?: string;
  place: string;
  assignee: string | null;
}

export interface Rowed {
  items: Row[];
  next: string | null;
  total: number | null;
}

interface Hit {
  found: Omit<Row, "place"> & { territory: string };
}

const SIZE = 100; // rows fetched at once

export async function fetchPage(query: Query, cursor: string): Promise<Rowed> {
  if (query.q) return search(query, cursor);
  const more = { limit: String(SIZE), ...(cursor ? { cursor } : { count: "true" }) };
  const page = (await (await raw(`/api/tickets?${asked(query, more)}`)).json()) as Schemas["TicketViewPage"];
  const items = page.items.map((ticket) => ({ ...ticket, place: `${ticket.spot.place}, ${ticket.spot.region}` }));
  return { items, next: page.next ?? null, total: page.total ?? null };
}

/** Words go through the search; of the filters those that it knows count, the others are off then. */
async function search(query: Query, cursor: string): Promise<Rowed> {
  const { q = "", status, priority, category, territory, assignee } = query;
  const single = (text?: string) => (text && !text.includes(",") ? text : undefined);
  const asking = { q, type: "ticket" as const, limit: SIZE, status: single(status), priority: single(priority), category: single(category), territory, assignee, cursor: cursor || undefined };
  const hits = await ok(api.GET("/api/search", { params: { query: JSON.parse(JSON.stringify(asking)) } }));
  const items = (hits.items as unknown as Hit[]).map(({ found }) => ({ ...found, place: found.territory }));
  return { items: items.filter(fits(query)), next: hits.next ?? null, total: hits.total ?? null };
}

/** Filters with several values are sifted here: the search takes one of each. */
const fits = ({ status, priority, category }: Query) => (row: Row) =>
  (!status || status.split(",").includes(row.status)) &&
  (!priority || priority.split(",").includes(String(row.priority))) &&
  (!category || category.split(",").includes(row.category));
