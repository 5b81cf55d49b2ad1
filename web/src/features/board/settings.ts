/** Saved views and the panes' sizes: a part of the person's settings on the server, the same on every device. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";

import { raw } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import type { View } from "./data";

export interface Layout {
  /** Width of the queue and height of the map, percent. */
  queue: number;
  map: number;
  closed: Pane[];
  hours: number;
}
export type Pane = "queue" | "map" | "timeline";

export interface Settings {
  views: View[];
  layout: Layout;
}

interface Kept {
  version: number;
  settings: Record<string, unknown> & { board?: Partial<Settings> };
}

export const LAYOUT: Layout = { queue: 36, map: 42, closed: [], hours: 24 };
const PATH = "/api/identity/me/settings";
const KEY = ["settings"];
const CALM = 800; // ms after the last change before it is sent
const TRIES = 3;

const fetchKept = async (): Promise<Kept> => (await raw(PATH)).json() as Promise<Kept>;

/** Puts our part in, whatever other screens keep there; somebody else's change in between is merged. */
async function put(board: Settings): Promise<Kept> {
  for (let tries = 1; ; tries++) {
    const { version, settings } = await fetchKept();
    try {
      const answer = await raw(PATH, {
        method: "PUT",
        headers: { "content-type": "application/json", "if-match": `"${version}"`, "idempotency-key": crypto.randomUUID() },
        body: JSON.stringify({ settings: { ...settings, board } }),
      });
      return (await answer.json()) as Kept;
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412 || tries === TRIES) throw error;
    }
  }
}

/** What is kept, and how to change it: shown at once, sent a moment later. failed: told when it could not be kept. */
export function useSettings(failed: (error: unknown) => void) {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: KEY, queryFn: fetchKept, staleTime: 300_000, retry: 1 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = useRef(failed);
  useEffect(() => {
    told.current = failed;
  });
  const board = data?.settings.board;
  const settings: Settings = useMemo(() => ({ views: board?.views ?? [], layout: { ...LAYOUT, ...board?.layout } }), [board]);
  const change = useCallback((next: (now: Settings) => Settings) => {
    const kept = client.getQueryData<Kept>(KEY) ?? { version: 0, settings: {} };
    const now = { views: kept.settings.board?.views ?? [], layout: { ...LAYOUT, ...kept.settings.board?.layout } };
    const board = next(now);
    client.setQueryData<Kept>(KEY, { ...kept, settings: { ...kept.settings, board } });
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      put(board).catch((error: unknown) => told.current(error));
    }, CALM);
  }, [client]);
  return { settings, change, ready: data !== undefined };
}
