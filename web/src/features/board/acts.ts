/** What a dispatcher does to a ticket: shown at once, undone where the API has an inverse. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok, type Schemas } from "@/sync/api/client";
import { useReason } from "@/ui/Failure";
import { done, failed } from "@/ui/toast";
import type { Person, Ticket } from "./data";
import { store } from "./store";

export type Hold = "pin" | "unpin" | "lock" | "unlock";
export type Preview = Schemas["Preview"];
export type Candidacy = Schemas["Candidacy"];

/** Parameters of a command: the ticket, and the key that stays the same for the same intent. */
const on = (id: string, intent: string) => ({ path: { id }, header: { "Idempotency-Key": intent } });

const HOLDS = {
  pin: "/api/routing/tickets/{id}/pin", unpin: "/api/routing/tickets/{id}/unpin",
  lock: "/api/routing/tickets/{id}/lock", unlock: "/api/routing/tickets/{id}/unlock",
} as const;

/** Gives a ticket to somebody. reason: why a constraint may break; it is kept as an internal note. key: of this intent. */
export async function assign(id: string, consultant: string, intent: string, reason = "", note = ""): Promise<void> {
  const back = store.guess(id, { assignee: consultant, status: "assigned" });
  try {
    await ok(api.POST("/api/routing/tickets/{id}/assign", { params: on(id, intent), body: { consultant, override: !!reason } }));
  } catch (error) {
    back();
    throw error;
  }
  store.later(id);
  if (reason)
    await ok(api.POST("/api/tickets/{id}/messages", {
      params: on(id, `${intent}-note`), body: { id: null, text: note, visibility: "internal" },
    }));
}

export async function undo(id: string, intent: string = v7()): Promise<void> {
  await ok(api.POST("/api/routing/tickets/{id}/undo", { params: on(id, intent), body: {} }));
  store.later(id);
}

export async function hold(id: string, what: Hold, intent: string = v7()): Promise<void> {
  await ok(api.POST(HOLDS[what], { params: on(id, intent), body: {} }));
  store.later(id);
}

export async function prioritise(id: string, priority: number, intent: string = v7()): Promise<void> {
  store.take([await ok(api.PATCH("/api/tickets/{id}", { params: on(id, intent), body: { priority } }))]);
}

export async function wait(id: string, reason: string, waiting: "customer" | "parts", intent: string = v7()): Promise<void> {
  store.take([await ok(api.POST("/api/tickets/{id}/wait", {
    params: on(id, intent), body: { reason, waiting_for: waiting },
  }))]);
}

export async function cancel(id: string, reason: string, intent: string = v7()): Promise<void> {
  store.take([await ok(api.POST("/api/tickets/{id}/cancel", { params: on(id, intent), body: { reason } }))]);
}

/** What it would mean to give somebody the ticket; without somebody: the engine's best. */
export const preview = (id: string, language: "en" | "fr" | "es", consultant?: string): Promise<Preview> =>
  ok(api.GET("/api/routing/tickets/{id}/candidates", {
    params: { path: { id }, query: { language, ...(consultant && { consultant }) } },
  }));

/** Moves a ticket between plans on the screen before the server's roster says so. */
function replan(client: QueryClient, id: string, consultant: string): void {
  client.setQueryData<Person[]>(["roster"], (people) =>
    people?.map((one) => {
      const plan = one.plan.filter((other) => other !== id);
      if (one.id === consultant) return { ...one, plan: [...plan, id] };
      return plan.length === one.plan.length ? one : { ...one, plan };
    }));
}

export interface Acts {
  assign: (ticket: Ticket, to: { id: string; name: string }, intent: string, reason?: string) => Promise<boolean>;
  hold: (ticket: Ticket, what: Hold) => Promise<void>;
  undo: (id: string) => Promise<void>;
}

/** The same with toasts; assign gives whether it went well. */
export function useActs(): Acts {
  const { t } = useTranslation("board");
  const client = useQueryClient();
  const reason = useReason();
  return useMemo(() => {
    const look = (id: string) => {
      void client.invalidateQueries({ queryKey: ["ticket", id] });
      void client.invalidateQueries({ queryKey: ["roster"] });
    };
    const back = async (id: string) => {
      try {
        await undo(id);
        done(t("done.undone"));
      } catch (error) {
        failed(reason(error));
      }
      look(id);
    };
    return {
      undo: back,
      assign: async (ticket, to, intent, why = "") => {
        replan(client, ticket.id, to.id);
        try {
          await assign(ticket.id, to.id, intent, why, t("assign.note", { name: to.name, reason: why }));
        } catch (error) {
          failed(reason(error));
          look(ticket.id);
          return false;
        }
        done(t("done.assigned", { reference: ticket.reference, name: to.name }), { label: t("undo"), act: () => back(ticket.id) });
        look(ticket.id);
        return true;
      },
      hold: async (ticket, what) => {
        try {
          await hold(ticket.id, what);
          done(t(`done.${what}`, { reference: ticket.reference }), { label: t("undo"), act: () => back(ticket.id) });
        } catch (error) {
          failed(reason(error));
        }
        look(ticket.id);
      },
    };
  }, [client, t, reason]);
}
