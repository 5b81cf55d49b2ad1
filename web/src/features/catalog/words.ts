import { useTranslation } from "react-i18next";

import { type ShelfName, type Shelves, useShelf } from "@/sync/catalog";
import type { Entry } from "./shelves";

/** An entry in a line, by names rather than ids. */
export function useWords(): (name: ShelfName, entry: Entry) => string {
  const { t } = useTranslation("catalog");
  const organisations = useShelf("organisations");
  const territories = useShelf("territories");
  const called = (all: { id: string; name: string }[] | undefined, id: string | undefined) => (id ? (all?.find((one) => one.id === id)?.name ?? id) : "");
  return (name, entry) => {
    const parts = {
      organisations: () => [t(`tier.${(entry as Shelves["organisations"]).tier ?? "bronze"}`)],
      stores: () => {
        const store = entry as Shelves["stores"];
        return [called(organisations.data, store.organisation), called(territories.data, store.territory), store.postal_code, store.zone];
      },
      skills: () => {
        const skill = entry as Shelves["skills"];
        return [skill.id, skill.french, skill.spanish, skill.description];
      },
      territories: () => {
        const territory = entry as Shelves["territories"];
        return [territory.id, t(`country.${territory.country}`)];
      },
    };
    return parts[name]().filter(Boolean).join(" · ");
  };
}
