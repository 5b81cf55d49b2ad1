/** Closing, reopening and cancelling a ticket, with what is asked before and said after. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok } from "@/sync/api/client";
import { session } from "@/sync/session";
import { ask } from "@/ui/ask";
import { useReason } from "@/ui/Failure";
import { done, failed } from "@/ui/toast";
import { type Ticket, useRefresh } from "./useTicket";

const CANCELLABLE = ["new", "needs_dispatcher", "assigned", "accepted", "travelling", "waiting"];

export function useSteps(ticket: Ticket) {
  const { t } = useTranslation("tickets");
  const reason = useReason();
  const refresh = useRefresh(ticket.id);
  const [busy, work] = useState(false);
  const own = session.has("customer", "store", "receptionist", "dispatcher", "manager");
  const may = {
    close: ticket.status === "resolved" && (own || session.has("consultant")),
    reopen: ["resolved", "closed"].includes(ticket.status) && own,
    cancel: CANCELLABLE.includes(ticket.status) && own,
  };
  const path = () => ({ params: { path: { id: ticket.id }, header: { "Idempotency-Key": v7() } } });
  const attempt = async (act: () => Promise<unknown>, said: string, undo?: () => unknown) => {
    work(true);
    try {
      refresh((await act()) as Ticket);
      done(said, undo && { label: t("undo"), act: undo });
    } catch (error) {
      failed(reason(error));
      refresh();
    } finally {
      work(false);
    }
  };
  const again = (why: string) => attempt(() => ok(api.POST("/api/tickets/{id}/reopen", { ...path(), body: { reason: why } })), t("do.reopened"));
  return {
    busy,
    may,
    close: () => attempt(() => ok(api.POST("/api/tickets/{id}/close", { ...path(), body: {} as never })), t("do.closed"), may.reopen ? () => again(t("do.by_mistake")) : undefined),
    reopen: async () => {
      const why = await ask({ title: t("do.reopen"), text: t("do.reopen_text"), yes: t("do.reopen"), no: t("no"), reason: { label: t("do.reopen_why"), placeholder: t("do.reopen_hint") } });
      if (why) await again(why);
    },
    cancel: async () => {
      const why = await ask({ title: t("do.cancel_title"), text: t("do.cancel_text"), yes: t("do.cancel"), no: t("do.keep"), danger: true, reason: { label: t("do.cancel_why"), placeholder: t("do.cancel_hint") } });
      if (why) await attempt(() => ok(api.POST("/api/tickets/{id}/cancel", { ...path(), body: { reason: why } })), t("do.cancelled"));
    },
  };
}
