/** What an administrator does about dead letters. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { ask } from "@/ui/ask";
import { useReason } from "@/ui/Failure";
import { done, failed } from "@/ui/toast";

export function useActs() {
  const { t } = useTranslation("operations");
  const reason = useReason();
  const client = useQueryClient();
  const work = useMutation({
    mutationFn: (asked: () => Promise<{ count: number }>) => asked(),
    onError: (error) => failed(reason(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["operations"] }),
  });
  const run = async (act: () => Promise<{ count: number }>, said: "replayed" | "discarded") => {
    const answer = await work.mutateAsync(act).catch(() => null); // told already
    if (answer) done(t(`letters.${said}`, { count: answer.count }));
    return !!answer;
  };
  const path = (id: string) => ({ params: { path: { id } } });
  return {
    busy: work.isPending,
    replay: (id: string) => run(() => ok(api.POST("/api/monitoring/letters/{id}/replay", path(id))), "replayed"),
    replayAll: async (queue: string) => {
      const said = await ask({ title: t("letters.all_title"), text: t("letters.all_text"), yes: t("letters.replay"), no: t("no") });
      return !!said && run(() => ok(api.POST("/api/monitoring/letters/replay", { body: { queue } })), "replayed");
    },
    discard: async (id: string) => {
      const why = await ask({
        title: t("letters.discard_title"), text: t("letters.discard_text"), yes: t("letters.discard"), no: t("no"), danger: true,
        reason: { label: t("letters.why"), placeholder: t("letters.why_placeholder") },
      });
      return !!why && run(() => ok(api.POST("/api/monitoring/letters/{id}/discard", { ...path(id), body: { reason: why } })), "discarded");
    },
  };
}
