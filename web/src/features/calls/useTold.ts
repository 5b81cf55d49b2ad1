import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import type { Ticket } from "@/sync/model";
import { absolute, clock } from "@/ui/when";
import type { Draft } from "./draft";

const SOON = 2_000; // ms between looks while nobody is chosen; the live stream is quicker
const UNDECIDED = ["new"];

export interface Told {
  number: string;
  facts: string[];
  who: string[];
  decided: boolean;
  bye: string;
}

/** The sentences to say, as the ticket stands at this moment. */
export function useTold(draft: Draft, { id, reference }: { id: string; reference: string }, language: string): Told {
  const { t } = useTranslation("calls", { lng: language });
  const found = useQuery({
    queryKey: ["ticket", id],
    queryFn: () => ok(api.GET("/api/tickets/{id}", { params: { path: { id } } })) as Promise<Ticket>,
    refetchInterval: ({ state }) => (state.data && !UNDECIDED.includes(state.data.status) ? false : SOON),
  });
  const ticket = found.data;
  const decision = useQuery({
    queryKey: ["ticket", id, "decision", language],
    queryFn: () => ok(api.GET("/api/routing/tickets/{id}/decision", { params: { path: { id }, query: { language: language as "en" } } })),
    enabled: !!ticket?.assignee,
    retry: 2,
  });
  const booked = useQuery({
    queryKey: ["ticket", id, "appointment"],
    queryFn: () => ok(api.GET("/api/routing/tickets/{id}/appointment", { params: { path: { id } } })),
    enabled: !!ticket?.assignee,
    retry: false,
  });
  const due = ticket ? absolute(ticket.due_at, language, ticket.spot.zone) : "";
  const name = decision.data?.consultant === ticket?.assignee ? decision.data?.name : "";
  const who = !ticket ? [t("say.wait")] : said(ticket, name ?? "", due);
  if (ticket && booked.data) {
    const { start, end, zone } = booked.data;
    who.push(t("say.booked", { when: `${absolute(start, language, zone)} – ${clock(end, language, zone)}` }));
  }
  return {
    number: t(draft.joins ? "say.joined" : "say.number", { reference }),
    facts: ticket
      ? [t("say.what", { title: ticket.title, kind: t(`category.${ticket.category}`) }), t("say.where", { place: [ticket.address, ticket.spot.place, ticket.spot.region].filter(Boolean).join(", "), code: ticket.spot.postal_code })]
      : [],
    who,
    decided: !!ticket?.assignee,
    bye: t("say.bye", { name: draft.caller?.name ?? "" }),
  };

  function said({ status, assignee }: Ticket, consultant: string, by: string): string[] {
    if (status === "new") return [t("say.choosing"), t("say.by", { due: by })];
    if (status === "needs_dispatcher") return [t("say.dispatcher"), t("say.by", { due: by })];
    if (!assignee) return [t("say.over")];
    const someone = consultant ? t("say.who", { name: consultant }) : t("say.someone");
    return ["on_site", "resolved", "closed"].includes(status) ? [someone] : [someone, t("say.by", { due: by })];
  }
}
