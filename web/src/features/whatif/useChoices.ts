import { useQuery } from "@tanstack/react-query";

import { api, ok } from "@/sync/api/client";
import { useLanguage } from "@/ui/when";
import type { Member } from "./form";

interface Page<T> {
  items: T[];
  next?: string | null;
}

/** Every page of a list, one after the other. */
async function everything<T>(page: (query: { limit: number; cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const answer = await page({ limit: 200, ...(cursor && { cursor }) });
    found.push(...answer.items);
    cursor = answer.next ?? undefined;
  } while (cursor);
  return found;
}

const KEPT = 600_000; // ms

/** Who works here, and the skills and territories to choose from. */
export function useChoices() {
  const language = useLanguage();
  const team = useQuery({
    queryKey: ["roster", "everybody"],
    staleTime: KEPT,
    queryFn: () => everything<Member & { name: string }>((query) => ok(api.GET("/api/routing/roster", { params: { query } })) as Promise<Page<Member & { name: string }>>),
  });
  const skills = useQuery({ queryKey: ["skills"], staleTime: KEPT, queryFn: () => everything((query) => ok(api.GET("/api/identity/skills", { params: { query } }))) });
  const territories = useQuery({ queryKey: ["territories"], staleTime: KEPT, queryFn: () => everything((query) => ok(api.GET("/api/identity/territories", { params: { query } }))) });
  const named = (one: { name: string; french?: string; spanish?: string }) => (language === "fr" && one.french) || (language === "es" && one.spanish) || one.name;
  return {
    team,
    skills: (skills.data ?? []).map((one) => ({ value: one.id, label: named(one) })),
    territories: (territories.data ?? []).map((one) => ({ value: one.id, label: one.name })),
  };
}
