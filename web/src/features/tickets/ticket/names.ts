/** Who is who on a ticket, as far as the reader may know. */
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { session } from "@/sync/session";
import { useMe } from "@/sync/useSession";
import type { Decided, Ticket } from "./useTicket";

/** to: it stands in a sentence ("given to a consultant"), not at its beginning. */
export type Namer = (id: string, to?: boolean) => string;

/** Gives a name for a person's id: "you", a name, or the part that they play. */
export function useNames(ids: string[], ticket: Ticket, decision: Decided | null): Namer {
  const { t } = useTranslation("tickets");
  const me = useMe();
  const desk = session.has("receptionist", "dispatcher", "manager", "administrator", "auditor");
  const unknown = [...new Set(ids)].filter((id) => id && id !== me.id);
  const people = useQueries({
    queries: unknown.map((id) => ({
      queryKey: ["person", id],
      queryFn: () => ok(api.GET("/api/identity/people/{id}", { params: { path: { id } } })),
      enabled: desk,
      staleTime: 600_000,
      retry: false,
    })),
  });
  return (id, to) => {
    if (id === me.id) return t("who.you");
    if (!id) return t("who.system");
    const name = people[unknown.indexOf(id)]?.data?.contact?.name;
    if (name) return name;
    if (decision?.consultant === id && decision.name) return decision.name;
    if (id === ticket.requester) return ticket.contact?.name || t("who.customer");
    if (to) return t("who.a_consultant");
    return id === ticket.assignee || id === ticket.previous ? t("who.consultant") : t("who.team");
  };
}
