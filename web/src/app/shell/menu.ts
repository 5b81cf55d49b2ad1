import type { Icon } from "@tabler/icons-react";

import { session } from "@/sync/session";
import { useSession } from "@/sync/useSession";
import { features } from "../features";

export interface Item {
  feature: string;
  path: string;
  label: string;
  icon: Icon;
  order: number;
}

/** What the person's roles let them open, in order. */
export function useMenu(): Item[] {
  useSession();
  return features
    .flatMap(({ name, screens }) =>
      screens.flatMap(({ path, roles, menu }) => {
        const holders = menu?.roles ?? roles;
        const mine = holders === "public" || holders.length === 0 || session.has(...holders);
        return menu && mine ? [{ feature: name, path, ...menu }] : [];
      }),
    )
    .sort((one, other) => one.order - other.order);
}
