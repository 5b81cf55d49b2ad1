import { useQueries, useQuery } from "@tanstack/react-query";

import { api, ok, raw, type Schemas } from "@/sync/api/client";
import { useNow } from "@/ui/when";
import { before, bucket, type Filters, pieces, stretch } from "./filters";
import type { Answer } from "./surveys";

export type Figures = Schemas["Figures"];

const FRESH = 60_000; // ms
const PAGES = 20; // of surveys, 200 each

async function fetched(query: Record<string, string | undefined>, signal: AbortSignal): Promise<Figures> {
  const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  const response = await raw(`/api/tickets/figures?${new URLSearchParams(given)}`, { signal });
  return (await response.json()) as Figures;
}

const only = ({ territory, category, priority }: Filters) => ({ territory, category, priority });

/** Figures of the span and of the one before; fresh every minute. */
export function useFigures(filters: Filters, zone: string) {
  const now = useQuery({
    queryKey: ["figures", filters, zone],
    queryFn: ({ signal }) => {
      const span = stretch(filters, Date.now(), zone);
      return fetched({ from: span.from, to: span.to ?? undefined, bucket: bucket(span.days), zone, ...only(filters) }, signal);
    },
    refetchInterval: FRESH,
    placeholderData: (kept) => kept,
  });
  const then = useQuery({
    queryKey: ["figures", "before", filters, zone],
    queryFn: ({ signal }) => fetched({ ...before(stretch(filters, Date.now(), zone), Date.now()), bucket: "week", zone, ...only(filters) }, signal),
    staleTime: 5 * FRESH,
  });
  return { now, then: then.data };
}

/** Figures of each piece of the span, for the trend of promises kept. */
export function useTrend(filters: Filters, zone: string, ready: boolean): Figures[] {
  const minute = Math.floor(useNow() / (5 * FRESH)) * 5 * FRESH;
  const cut = pieces(stretch(filters, minute, zone), minute);
  return useQueries({
    queries: cut.map((piece) => ({
      queryKey: ["figures", "trend", piece, only(filters), zone],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetched({ ...piece, bucket: "week", zone, ...only(filters) }, signal),
      staleTime: 5 * FRESH,
      enabled: ready,
    })),
    combine: (results) => results.flatMap(({ data }) => data ?? []),
  });
}

/** Everybody's name and capacity, by id. */
export function useTeam() {
  return useQuery({
    queryKey: ["roster", "names"],
    staleTime: 10 * FRESH,
    queryFn: async () => {
      const names = new Map<string, string>();
      let cursor: string | undefined;
      do {
        const page = await ok(api.GET("/api/routing/roster", { params: { query: { limit: 200, ...(cursor && { cursor }) } } }));
        for (const one of page.items) names.set(one.id, one.name);
        cursor = page.next ?? undefined;
      } while (cursor);
      return names;
    },
  });
}

export function useTerritories() {
  return useQuery({
    queryKey: ["territories"],
    staleTime: 10 * FRESH,
    queryFn: async () => {
      const found: Schemas["Territory"][] = [];
      let cursor: string | undefined;
      do {
        const page = await ok(api.GET("/api/identity/territories", { params: { query: { limit: 200, ...(cursor && { cursor }) } } }));
        found.push(...page.items);
        cursor = page.next ?? undefined;
      } while (cursor);
      return found;
    },
  });
}

/** Answers to surveys in the span, the newest first. */
export function useSurveys(filters: Filters, zone: string, allowed: boolean) {
  return useQuery({
    queryKey: ["surveys", filters.span, filters.since, filters.until, zone],
    enabled: allowed,
    refetchInterval: 5 * FRESH,
    queryFn: async () => {
      const span = stretch(filters, Date.now(), zone);
      const [from, to] = [Date.parse(span.from), span.to ? Date.parse(span.to) : Infinity];
      const found: Answer[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < PAGES; page += 1) {
        const answer = await ok(api.GET("/api/engagement/surveys", { params: { query: { limit: 200, ...(cursor && { cursor }) } } }));
        found.push(...answer.items);
        cursor = answer.next ?? undefined;
        if (!cursor || Date.parse(answer.items.at(-1)?.answered_at ?? "") < from) break;
      }
      return found.filter(({ answered_at: at }) => Date.parse(at) >= from && Date.parse(at) < to);
    },
  });
}
