import { Alert, Button, Group, Kbd, Text } from "@mantine/core";
import { IconSend, IconWifiOff } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "@/sync/api/problem";
import { useMe } from "@/sync/useSession";
import { ask } from "@/ui/ask";
import { Failure } from "@/ui/Failure";
import { type Lack, lacks } from "./draft";
import { aim, flow } from "./flow";
import { Step } from "./Step";
import { Caller } from "./steps/Caller";
import { Urgency } from "./steps/Urgency";
import { What } from "./steps/What";
import { Where } from "./steps/Where";
import type { Work } from "./useDesk";

interface Asked {
  work: Work;
  error: unknown;
  offline: boolean;
  busy: boolean;
  /** Whether sending was tried while something was missing. */
  pressed: boolean;
  submit: () => void;
}

/** The steps of a call, from the caller to sending; Enter leads through them. */
export function Intake({ work, error, offline, busy, pressed, submit }: Asked) {
  const { t } = useTranslation("calls");
  const me = useMe();
  const { draft, change, next } = work;
  const missing = lacks(draft);
  const lack = (...some: Lack[]) => (pressed && some.some((one) => missing.includes(one)) ? t("lacks") : undefined);
  const fault = (field: string) => (error instanceof Problem ? error.fault(field) : undefined);
  useEffect(() => aim(draft.caller ? (draft.title ? "description" : "title") : "search"), [draft.id]); // eslint-disable-line react-hooks/exhaustive-deps
  const scrap = async () => {
    if (await ask({ title: t("scrap.title"), text: t("scrap.text"), yes: t("scrap.yes"), no: t("scrap.no"), danger: true })) next();
  };
  return (
    <form noValidate onKeyDown={flow} onSubmit={(event) => { event.preventDefault(); submit(); }} aria-label={t("intake")}>
      <Step number={1} title={t("step.caller")} done={!!draft.caller?.name.trim()}><Caller draft={draft} change={change} fault={fault} lack={lack("caller", "name")} /></Step>
      <Step number={2} title={t("step.what")} done={!!draft.title.trim()}><What draft={draft} change={change} fault={fault} lack={lack("title")} /></Step>
      {!draft.joins && <Step number={3} title={t("step.where")} done={!!draft.place}><Where draft={draft} change={change} fault={fault} lack={lack("place")} /></Step>}
      {!draft.joins && <Step number={4} title={t("step.when")} done={!!draft.priority || !!draft.window}><Urgency draft={draft} change={change} fault={fault} zone={me.zone} /></Step>}
      {offline ? (
        <Alert color="orange" icon={<IconWifiOff />} title={t("offline.title")} role="status" my="sm">
          <Text size="sm">{t("offline.text")}</Text>
          <Group mt="xs" gap="xs">
            <Button size="sm" variant="default" onClick={submit}>{t("offline.retry")}</Button>
            <Button size="sm" variant="default" onClick={() => next({ keep: true })}>{t("offline.next")}</Button>
          </Group>
        </Alert>
      ) : error ? <Failure error={error} /> : null}
      <Group mt="md">
        <Button type="submit" size="lg" data-stop leftSection={<IconSend size={20} />} rightSection={<Kbd aria-hidden>Ctrl ⏎</Kbd>} loading={busy}>
          {draft.joins ? t("send_message", { reference: draft.joins.reference }) : t("send")}
        </Button>
        {draft.began > 0 && <Button variant="subtle" color="gray" onClick={() => void scrap()}>{t("scrap.button")}</Button>}
      </Group>
    </form>
  );
}
