import type { Schemas } from "@/sync/api/client";
import { v7 } from "uuid";

import type { Caller } from "../draft";
import { begin } from "../search";

export function known(person: Schemas["Person"]): Caller {
  return {
    id: person.id, fresh: false,
    name: person.contact?.name ?? "", phone: person.contact?.phone ?? "", mail: person.contact?.mail ?? "",
    language: person.language ?? "en", organisation: person.organisation ?? "", store: person.store ?? "", tier: person.tier ?? "bronze",
  };
}

export const fresh = (typed: string, language: string): Caller => ({
  id: v7(), fresh: true, ...begin(typed), language, organisation: "", store: "", tier: "bronze",
});
