import { Button, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { engine } from "@/sync/engine";
import type { Visit } from "@/sync/model";
import { decline } from "@/sync/mutations";
import { useAct } from "./useAct";
import classes from "./visits.module.css";

const ROW = { body: classes["choice"] ?? "", label: classes["choice"] ?? "" };
const REASONS = ["time", "far", "skill", "parts", "away"] as const;

/** Asks why: one of the usual reasons, own words, or both. */
export function Decline({ visit, close }: { visit: Visit; close: () => void }) {
  const { t } = useTranslation("visits");
  const act = useAct();
  const [choice, choose] = useState("");
  const [words, write] = useState("");
  const reason = [choice && t(`decline.why.${choice}`), words.trim()].filter(Boolean).join(". ");
  const send = async () => {
    if (await act(() => engine.act(decline, visit.id, { reason }))) close();
  };
  return (
    <Modal opened onClose={close} title={t("decline.title")} closeButtonProps={{ "aria-label": t("decline.keep") }}>
      <form onSubmit={(event) => { event.preventDefault(); if (reason) void send(); }}>
        <Stack>
          <Text size="sm">{t("decline.text", { title: visit.ticket.title })}</Text>
          <Radio.Group label={t("decline.reason")} value={choice} onChange={choose}>
            <Stack gap={0} mt="xs">{REASONS.map((one) => <Radio key={one} value={one} label={t(`decline.why.${one}`)} classNames={ROW} />)}</Stack>
          </Radio.Group>
          <Textarea label={t("decline.words")} autosize minRows={2} maxLength={900} value={words} onChange={(event) => write(event.currentTarget.value)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("decline.keep")}</Button>
            <Button type="submit" color="red" disabled={!reason}>{t("decline.yes")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
