import { Button, Checkbox, Group, List, Modal, Stack, Text, Textarea } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 as uuid7 } from "uuid";

import { engine } from "@/sync/engine";
import type { Pending, Visit } from "@/sync/model";
import { putTime, resolve } from "@/sync/mutations";
import { done } from "@/ui/toast";
import { span, useLanguage } from "@/ui/when";
import { spent, taken } from "./steps";
import { useAct } from "./useAct";
import classes from "./visits.module.css";

/** Before the end: what is there and what is missing, the time proposed, and what solved it. */
export function Finish({ visit, pending, close }: { visit: Visit; pending: Pending[]; close: () => void }) {
  const { t } = useTranslation("visits");
  const language = useLanguage();
  const act = useAct();
  const { report } = visit;
  const [text, write] = useState(visit.ticket.resolution || report.summary);
  const [work] = useState(() => Math.max(1, spent("work", taken(visit, pending), Date.now())));
  const timed = report.time.some((one) => one.kind === "work");
  const [note, wish] = useState(!timed);
  const checks = { report: !!report.summary, time: timed || note, photos: visit.attachments.length > 0, signature: !!report.signature };
  const send = () => act(async () => {
    if (note && !timed) await engine.act(putTime, visit.id, { id: uuid7(), kind: "work", minutes: work });
    await engine.act(resolve, visit.id, { resolution: text.trim() });
    done(t("finish.done"));
    close();
  });
  return (
    <Modal opened onClose={close} title={t("finish.title")} size="lg" closeButtonProps={{ "aria-label": t("finish.back") }}>
      <form onSubmit={(event) => { event.preventDefault(); if (text.trim()) void send(); }}>
        <Stack>
          <List spacing={6} center listStyleType="none">
            {Object.entries(checks).map(([name, there]) => (
              <List.Item key={name} icon={there ? <IconCheck size={20} color="var(--mantine-color-green-7)" aria-hidden /> : <IconAlertTriangle size={20} color="var(--mantine-color-orange-7)" aria-hidden />}>
                {t(`finish.${there ? "has" : "lacks"}.${name}`)}
              </List.Item>
            ))}
          </List>
          {!checks.report || !checks.photos || !checks.signature ? <Text size="sm">{t("finish.missing")}</Text> : null}
          {!timed && <Checkbox label={t("finish.note", { time: span(work * 60, language) })} checked={note} classNames={{ body: classes["choice"] ?? "", label: classes["choice"] ?? "" }} onChange={(event) => wish(event.currentTarget.checked)} />}
          <Textarea label={t("finish.resolution")} description={t("finish.resolution_hint")} required autosize minRows={3} maxLength={5000} data-autofocus
            value={text} onChange={(event) => write(event.currentTarget.value)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("finish.back")}</Button>
            <Button type="submit" size="md" disabled={!text.trim()}>{t("finish.yes")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
