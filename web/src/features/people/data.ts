/** What the screens read. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { api, ok, type Schemas } from "@/sync/api/client";
import { type Filters, worth } from "./filters";

export type Person = Schemas["Person"];
export type Plan = Schemas["Plan"];
export type Place = Schemas["Found"];

export const usePeople = ({ q, role, territory, organisation }: Filters) =>
  useInfiniteQuery({
    queryKey: ["people", q, role, territory, organisation], initialPageParam: "", placeholderData: keepPreviousData,
    enabled: !q || worth(q),
    queryFn: ({ pageParam: cursor }) =>
      ok(api.GET("/api/identity/people", { params: { query: { role, territory, organisation, ...(q ? { q } : { limit: 50, cursor }) } } })),
    getNextPageParam: ({ next }) => next || undefined,
  });

export const usePerson = (id: string) =>
  useQuery({ queryKey: ["person", id], queryFn: () => ok(api.GET("/api/identity/people/{id}", { params: { path: { id } } })) });

export const usePlan = (id: string) =>
  useQuery({ queryKey: ["person", id, "schedule"], queryFn: () => ok(api.GET("/api/identity/people/{id}/schedule", { params: { path: { id } } })), retry: false });

export const usePlaces = (text: string) =>
  useQuery({
    queryKey: ["places", text], enabled: text.trim().length >= 2, staleTime: Infinity, placeholderData: keepPreviousData,
    queryFn: () => ok(api.GET("/api/tickets/places", { params: { query: { q: text.trim(), limit: 8 } } })),
  });

/** The header that lets a change pass only where nobody was quicker. */
export const match = (version: number) => ({ headers: { "if-match": `"${version}"` } });
