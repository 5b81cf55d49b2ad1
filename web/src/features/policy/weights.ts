/** A policy's document as single weights, with what the schema says of each. Pure. */
export type Value = number | boolean;
export type Document = Record<string, unknown>;

/** path: "/waiting/0", as problems name it. part: "P1", "gold", or "" where a field is one number. */
export interface Weight {
  path: string;
  field: string;
  part: string;
  unit: string;
  why: string;
  kind: "number" | "integer" | "boolean";
  least?: number;
  most?: number;
}

interface Node {
  type?: string;
  unit?: string;
  why?: string;
  minimum?: number;
  maximum?: number;
  prefixItems?: Node[];
  properties?: Record<string, Node>;
  $ref?: string;
}

export const GROUPS: [string, string[]][] = [
  ["promises", ["waiting", "breach", "lateness", "tiers", "spread_min", "spread_share"]],
  ["travel", ["detour", "trip_min", "near_km", "near_kmh", "far_kmh"]],
  ["people", ["overtime", "fairness_min", "fairness_from", "language_required", "language_min", "continuity_min", "on_call_priority", "look_ahead_min", "overrun_min"]],
  ["work", ["level_saves", "known_saves", "rework_min", "rework_chance", "rework_level", "rework_rating"]],
  ["moves", ["offer_min", "escalate_min", "preempt_priority", "preempt_min", "relocate_min", "relocate_again", "frozen_min"]],
];

/** Every weight of the schema but the version. */
export function weights(schema: { $ref?: string; $defs?: Record<string, Node> }): Weight[] {
  const defs = schema.$defs ?? {};
  const at = (node: Node): Node => (node.$ref ? { ...defs[node.$ref.split("/").pop() ?? ""], ...node } : node);
  const root = at(schema as Node);
  return Object.entries(root.properties ?? {}).flatMap(([field, raw]) => {
    if (field === "version") return [];
    const node = at(raw);
    const leaf = (path: string, part: string, one: Node): Weight => ({
      path, field, part, unit: node.unit ?? "", why: node.why ?? "", least: one.minimum, most: one.maximum,
      kind: one.type === "boolean" ? "boolean" : one.type === "integer" ? "integer" : "number",
    });
    if (node.prefixItems) return node.prefixItems.map((one, index) => leaf(`/${field}/${index}`, `P${index + 1}`, one));
    if (node.properties) return Object.entries(node.properties).map(([name, one]) => leaf(`/${field}/${name}`, name, one));
    return [leaf(`/${field}`, "", node)];
  });
}

/** What a document says at a path. */
export function get(document: Document, path: string): Value | undefined {
  return path.slice(1).split("/").reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document) as Value | undefined;
}

/** The document with another value at a path; the old one stays as it is. */
export function put(document: Document, path: string, value: Value): Document {
  const [name = "", ...rest] = path.slice(1).split("/");
  if (!rest.length) return { ...document, [name]: value };
  const inner = document[name];
  const copy = Array.isArray(inner) ? [...(inner as unknown[])] : { ...(inner as object) };
  (copy as Record<string, unknown>)[rest.join("/")] = value;
  return { ...document, [name]: copy };
}

/** What was typed, as far as it differs, put into the document. */
export const written = (document: Document, typed: Record<string, Value>, version: number): Document =>
  Object.entries(typed).reduce<Document>((made, [path, value]) => put(made, path, value), { ...document, version });

/** Whether a value is outside of what the schema allows. */
export function outside({ least, most, kind }: Weight, value: Value | undefined): boolean {
  if (kind === "boolean") return typeof value !== "boolean";
  if (typeof value !== "number" || !Number.isFinite(value)) return true;
  return (least !== undefined && value < least) || (most !== undefined && value > most) || (kind === "integer" && !Number.isInteger(value));
}
