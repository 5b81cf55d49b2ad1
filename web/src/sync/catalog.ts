/** What people's records refer to: organisations, stores, skills and territories. */
import { useQuery } from "@tanstack/react-query";

import { raw, type Schemas } from "./api/client";

export interface Shelves {
  organisations: Schemas["Organisation"];
  stores: Schemas["Store"];
  skills: Schemas["Skill"];
  territories: Schemas["Territory"];
}
export type ShelfName = keyof Shelves;

const LIMIT = 200; // rows a page, the most that the server gives
const PAGES = 50;

/** Every entry of a shelf, by name. Raises Problem. */
export async function shelf<N extends ShelfName>(name: N): Promise<Shelves[N][]> {
  const found: Shelves[N][] = [];
  let cursor: string | null = "";
  for (let page = 0; page < PAGES && cursor !== null; page += 1) {
    const query = new URLSearchParams({ limit: String(LIMIT), ...(cursor && { cursor }) });
    const answer = (await (await raw(`/api/identity/${name}?${query}`)).json()) as { items: Shelves[N][]; next: string | null };
    found.push(...answer.items);
    cursor = answer.next;
  }
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

/** Every entry of a shelf; the same list for all screens. */
export const useShelf = <N extends ShelfName>(name: N, enabled = true) =>
  useQuery({ queryKey: ["catalog", name], queryFn: () => shelf(name), enabled, staleTime: 300_000 });

/** A skill's name in a language; its English one where there is no other. */
export function skilled(skill: Schemas["Skill"], language: string): string {
  return (language === "fr" && skill.french) || (language === "es" && skill.spanish) || skill.name;
}
