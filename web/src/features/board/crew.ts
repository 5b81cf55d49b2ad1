/** Consultants with their hours and plans. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { api, ok } from "@/sync/api/client";
import type { Person } from "./data";
import { store } from "./store";

const PAGE = 200;
const PAGES = 50; // 10,000 people; more than a person can look at
const CALM = 3_000; // ms between two fetches, however much changes

async function roster(): Promise<Person[]> {
  const found: Person[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const answer = await ok(api.GET("/api/routing/roster", { params: { query: { limit: PAGE, ...(cursor && { cursor }) } } }));
    found.push(...answer.items);
    cursor = answer.next ?? undefined;
    if (!cursor) break;
  }
  return found;
}

const NOBODY: Person[] = [];
let known: ReadonlyMap<string, string> = new Map();

/** Names by id; the same map as long as nobody comes, goes or is renamed: plans change often. */
function named(people: Person[]): ReadonlyMap<string, string> {
  if (people.length !== known.size || people.some((one) => known.get(one.id) !== one.name)) known = new Map(people.map((one) => [one.id, one.name]));
  return known;
}

/** Fetched again, at most every few seconds, when tickets change. */
export function useCrew() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: ["roster"], queryFn: roster, refetchInterval: 120_000 });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: ["roster"] });
      }, CALM);
    };
    store.addEventListener("change", soon);
    return () => {
      clearTimeout(timer);
      store.removeEventListener("change", soon);
    };
  }, [client]);
  const people = query.data ?? NOBODY;
  const names = useMemo(() => named(people), [people]);
  const { isPending, isError, error, refetch } = query;
  return useMemo(() => ({ people, names, query: { isPending, isError, error, refetch } }), [people, names, isPending, isError, error, refetch]);
}

export type Crew = ReturnType<typeof useCrew>;
