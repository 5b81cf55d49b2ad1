import { Button, Group } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Visit } from "@/sync/model";
import { Decline } from "./Decline";
import { next, take } from "./steps";
import { useAct } from "./useAct";

/** The one next thing to do, as a large button; beside it declining, while that is possible. finish: opens the sheet here. */
export function Action({ visit, finish }: { visit: Visit; finish?: () => void }) {
  const { t } = useTranslation("visits");
  const act = useAct();
  const navigate = useNavigate();
  const [declining, decline] = useState(false);
  const step = next(visit.ticket);
  if (visit.gone || !step) return null;
  const press = () => {
    if (step !== "finish") return void act(() => take(visit.id, step));
    if (finish) return finish();
    void navigate({ to: "/visits/$id", params: { id: visit.id }, search: { finish: true } as never });
  };
  const label = visit.ticket.mode === "remote" && step === "arrive" ? t("do.connect") : t(`do.${step}`);
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="lg" flex={1} onClick={press}>{label}</Button>
      {step === "accept" && <Button size="lg" variant="default" onClick={() => decline(true)}>{t("do.decline")}</Button>}
      {declining && <Decline visit={visit} close={() => decline(false)} />}
    </Group>
  );
}
