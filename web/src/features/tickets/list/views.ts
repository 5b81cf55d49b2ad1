/** One's own views, in the settings of the account: the same on every device. */
import { raw } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import type { Query } from "../query";

export interface View {
  name: string;
  query: Query;
}

interface Settings {
  version: number;
  settings: Record<string, unknown>;
}

const PATH = "/api/identity/me/settings";
const KEY = "tickets.views";

async function settings(): Promise<Settings> {
  return (await (await raw(PATH)).json()) as Settings;
}

export async function read(): Promise<View[]> {
  const { settings: kept } = await settings();
  return Array.isArray(kept[KEY]) ? (kept[KEY] as View[]) : [];
}

/** Keeps them; another device may have written meanwhile: then once more on top of that. Raises Problem. */
export async function keep(views: View[], tries = 2): Promise<void> {
  const { version, settings: kept } = await settings();
  const headers = { "content-type": "application/json", "if-match": `"${version}"`, "idempotency-key": crypto.randomUUID() };
  try {
    await raw(PATH, { method: "PUT", headers, body: JSON.stringify({ settings: { ...kept, [KEY]: views } }) });
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 412 || tries <= 1) throw error;
    await keep(views, tries - 1);
  }
}
