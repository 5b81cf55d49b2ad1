/** The query string of a list of tickets: the filters of `GET /api/tickets`, and `q` for words. */
export const FIELDS = [
  "status", "priority", "category", "territory", "store", "organisation", "mode", "assignee", "requester", "logged_by",
  "created_from", "created_to", "due_before", "open", "figure", "consultant", "from", "to", "sort",
] as const;
export type Field = (typeof FIELDS)[number];
export type Query = Partial<Record<Field | "q", string>>;

const known = new Set<string>([...FIELDS, "q"]);

/** Keeps what lists know of; everything is text, several values with commas. */
export function read(raw: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(raw).filter(([name, value]) => known.has(name) && value !== "" && value !== undefined && value !== null);
  return Object.fromEntries(kept.map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : plain(value)]));
}

/** Numbers and yes/no stay what they are: the router writes text that looks like them in quotes. */
const plain = (value: unknown) => (typeof value === "number" || typeof value === "boolean" ? value : String(value));

/** As text, for controls. */
export function texts(search: Record<string, unknown>): Query {
  return Object.fromEntries(Object.entries(search).map(([name, value]) => [name, String(value)]));
}

/** For the address: "1" as a number, "true" as yes, so that it reads as people would write it. */
export function written(query: Query): Record<string, unknown> {
  const value = (text: string) => (/^\d{1,6}$/.test(text) ? Number(text) : text === "true" ? true : text === "false" ? false : text);
  return Object.fromEntries(Object.entries(query).filter(([, text]) => text).map(([name, text]) => [name, value(text)]));
}

/** For the API; `more`: limit, cursor, count. Without `q`. */
export function asked(query: Query, more: Record<string, string> = {}): string {
  const filters = Object.entries(query as Record<string, string>).filter(([name]) => name !== "q");
  return new URLSearchParams({ ...Object.fromEntries(filters), ...more }).toString();
}
