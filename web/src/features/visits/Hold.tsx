import { Button, Group, Modal, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { engine } from "@/sync/engine";
import type { Visit } from "@/sync/model";
import { wait } from "@/sync/mutations";
import { useAct } from "./useAct";

/** Puts the work on hold: for the customer, or for parts. */
export function Hold({ visit }: { visit: Visit }) {
  const { t } = useTranslation("visits");
  const act = useAct();
  const [open, ask] = useState(false);
  const [whose, choose] = useState<"customer" | "parts">("parts");
  const [reason, write] = useState("");
  if (visit.ticket.status === "waiting") return <Text size="sm">{t(`hold.now.${visit.ticket.waiting_for === "parts" ? "parts" : "customer"}`)}</Text>;
  if (!["accepted", "travelling", "on_site"].includes(visit.ticket.status)) return null;
  const send = async () => {
    if (!(await act(() => engine.act(wait, visit.id, { reason: reason.trim(), waiting_for: whose })))) return;
    ask(false);
    write("");
  };
  return (
    <>
      <Button variant="subtle" leftSection={<IconPlayerPause size={18} aria-hidden />} onClick={() => ask(true)}>{t("hold.do")}</Button>
      <Modal opened={open} onClose={() => ask(false)} title={t("hold.title")} closeButtonProps={{ "aria-label": t("cancel") }}>
        <form onSubmit={(event) => { event.preventDefault(); if (reason.trim()) void send(); }}>
          <Stack>
            <SegmentedControl fullWidth value={whose} onChange={(value) => choose(value as typeof whose)} aria-label={t("hold.for")}
              data={[{ value: "parts", label: t("hold.parts") }, { value: "customer", label: t("hold.customer") }]} />
            <Textarea label={t("hold.reason")} required autosize minRows={2} maxLength={1000} value={reason} onChange={(event) => write(event.currentTarget.value)} data-autofocus />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => ask(false)}>{t("cancel")}</Button>
              <Button type="submit" disabled={!reason.trim()}>{t("hold.yes")}</Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
