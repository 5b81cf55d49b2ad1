/** Reads about one ticket's routing. Keys begin with ["ticket", id]: the live stream makes them fresh. */
import { queryOptions } from "@tanstack/react-query";

import { api, ok } from "@/sync/api/client";
import { isLanguage } from "@/ui/language";
import { preview } from "./acts";

const spoken = (language: string) => (isLanguage(language) ? language : "en");

export const decision = (id: string, language: string) => queryOptions({
  queryKey: ["ticket", id, "decision", language],
  queryFn: () => ok(api.GET("/api/routing/tickets/{id}/decision", { params: { path: { id }, query: { language: spoken(language) } } })),
});

export const hand = (id: string) => queryOptions({
  queryKey: ["ticket", id, "hand"],
  queryFn: () => ok(api.GET("/api/routing/tickets/{id}/hand", { params: { path: { id } } })),
});

/** consultant: "" is the engine's best. */
export const options = (id: string, language: string, consultant = "") => queryOptions({
  queryKey: ["ticket", id, "candidates", consultant, language],
  queryFn: () => preview(id, spoken(language), consultant || undefined),
  staleTime: 5_000,
});
