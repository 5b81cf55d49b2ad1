/** What the screens read. */
import { useQuery } from "@tanstack/react-query";

import { api, ok, raw, type Schemas } from "@/sync/api/client";
import { session } from "@/sync/session";
import { kept, read, type Reading } from "./watch";

export type Journey = Schemas["Journey"];
export type Step = Schemas["Step"];
export type Dead = Schemas["Dead"];
export type Act = Schemas["Act"];
export type Depth = Schemas["Depth"];

const OFTEN = 5000; // ms between looks
const READINGS = ["operations", "readings"];

export const useHealth = () =>
  useQuery({ queryKey: ["operations", "health"], queryFn: () => ok(api.GET("/api/monitoring/health")), refetchInterval: OFTEN, staleTime: 0 });

export const useQueues = () =>
  useQuery({ queryKey: ["operations", "queues"], queryFn: async () => (await ok(api.GET("/api/monitoring/queues"))).items, refetchInterval: OFTEN, staleTime: 0 });

/** The node's figures since the screen was opened; nothing is kept after it is closed. */
export const useReadings = () =>
  useQuery({
    queryKey: READINGS,
    queryFn: async ({ client, signal }) => {
      const text = await (await raw("/api/monitoring/metrics", { signal })).text();
      return kept(client.getQueryData<Reading[]>(READINGS) ?? [], read(text, Date.now()));
    },
    refetchInterval: OFTEN, staleTime: 0, gcTime: 0, structuralSharing: false,
  });

/** Consultants whose record or hours routing could not use. */
export const useRefused = () =>
  useQuery({ queryKey: ["operations", "refused"], queryFn: async () => (await ok(api.GET("/api/routing/roster", { params: { query: { limit: 1 } } }))).refused ?? [] });

export const useRebuild = (allowed: boolean) =>
  useQuery({
    queryKey: ["operations", "rebuild"], enabled: allowed,
    queryFn: () => ok(api.GET("/api/search/rebuild")),
    refetchInterval: (query) => (query.state.data?.state === "running" ? 1000 : 15_000),
  });

export const useJourney = (ticket: string) =>
  useQuery({ queryKey: ["ticket", ticket, "journey"], queryFn: () => ok(api.GET("/api/monitoring/journey/{ticket}", { params: { path: { ticket } } })) });

/** Whom an id is of; "" while it is not known, or may not be. */
export function useName(id: string): string {
  const allowed = !!id && session.has("dispatcher", "manager", "administrator", "auditor");
  const found = useQuery({
    queryKey: ["person", id, "name"], enabled: allowed, staleTime: 3_600_000, retry: false,
    queryFn: async () => (await ok(api.GET("/api/identity/people/{id}", { params: { path: { id } } }))).contact?.name ?? "",
  });
  return found.data ?? "";
}
