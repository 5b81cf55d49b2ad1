import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "@/sync/api/problem";
import { done } from "@/ui/toast";
import { lacks } from "./draft";
import { send } from "./send";
import type { Work } from "./useDesk";

const AGAIN = 5_000; // ms between tries without a network

/** Sends the call of the moment when asked; without a network again and again by itself, always as the same ticket. */
export function useSending({ draft, change }: Work) {
  const queries = useQueryClient();
  const [failure, fail] = useState<{ id: string; error: unknown } | null>(null);
  const [busy, work] = useState(false);
  const running = useRef(false);
  const submit = async () => {
    if (running.current || draft.sent || lacks(draft).length) return;
    running.current = true;
    work(true);
    try {
      const { id, reference } = await send(draft, change);
      fail(null);
      change({ sent: { id, reference, took: Date.now() - draft.began } });
      void queries.invalidateQueries({ queryKey: ["tickets"] });
    } catch (error) {
      fail({ id: draft.id, error });
    } finally {
      running.current = false;
      work(false);
    }
  };
  const error = failure?.id === draft.id ? failure.error : draft.refused ? new Problem(draft.refused.status ?? 422, draft.refused) : null;
  const offline = error instanceof Problem && error.kind === "offline";
  useTries(offline, submit);
  return { error, offline, busy, submit };
}

/** Sends what waits in the outbox, one after the other, as soon as there is a network. */
export function useOutbox({ outbox, settle }: Work): { retry: () => void } {
  const { t } = useTranslation("calls");
  const queries = useQueryClient();
  const running = useRef(false);
  const waiting = outbox.filter((one) => !one.refused);
  const flush = async () => {
    if (running.current) return;
    running.current = true;
    try {
      for (const draft of waiting) {
        try {
          const { reference } = await send(draft, (part) => settle(draft.id, part));
          settle(draft.id, null);
          done(t("outbox.sent", { reference }));
          void queries.invalidateQueries({ queryKey: ["tickets"] });
        } catch (error) {
          if (!(error instanceof Problem) || error.transient) break;
          settle(draft.id, { refused: { ...error.body, status: error.status } });
        }
      }
    } finally {
      running.current = false;
    }
  };
  useTries(waiting.length > 0, flush);
  return { retry: () => void flush() };
}

/** Tries while something waits: at times, and at once when the network is back. */
function useTries(waits: boolean, act: () => Promise<void>): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    if (!waits) return;
    const again = () => void latest.current();
    const timer = setInterval(again, AGAIN);
    addEventListener("online", again);
    return () => {
      clearInterval(timer);
      removeEventListener("online", again);
    };
  }, [waits]);
}
