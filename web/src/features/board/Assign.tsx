import { Alert, Badge, Button, Group, Modal, Radio, Select, Skeleton, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { Failure } from "@/ui/Failure";
import { clock, span, useLanguage } from "@/ui/when";
import { type Candidacy, useActs } from "./acts";
import type { Person, Ticket } from "./data";
import { decision, options } from "./decision";

const NEAR = 5; // people shown where nobody is eligible

interface Props {
  ticket: Ticket;
  /** Whom it was dropped on; "": to be chosen. */
  onto: string;
  people: Person[];
  close: () => void;
}

/** Who is to do it: what that costs and breaks, who would be better, and a reason where a constraint breaks. */
export default function Assign({ ticket, onto, people, close }: Props) {
  const { t, i18n } = useTranslation("board");
  const acts = useActs();
  const [picked, pick] = useState(onto);
  const [intent, renew] = useState(() => v7());
  const [reason, write] = useState("");
  const [busy, work] = useState(false);
  const ranked = useQuery(options(ticket.id, i18n.language));
  const told = useQuery({ ...decision(ticket.id, i18n.language), enabled: ranked.data?.candidates.length === 0 });
  const best = ranked.data?.engine ?? "";
  const chosen = picked || best || "";
  const one = useQuery({ ...options(ticket.id, i18n.language, chosen), enabled: !!chosen });
  const it = one.data?.candidates[0];
  const name = it?.name ?? people.find(({ id }) => id === chosen)?.name ?? "";
  const better = ranked.data?.candidates[0];
  const near = (told.data?.near ?? []).slice(0, NEAR);
  const choose = (id: string) => {
    pick(id);
    renew(v7());
  };
  const breaks = it?.warnings.length ?? 0;
  const assign = async () => {
    work(true);
    const well = await acts.assign(ticket, { id: chosen, name }, intent, breaks ? reason.trim() : "");
    work(false);
    if (well) close();
  };
  return (
    <Modal opened onClose={close} size="lg" title={t("assign.title", { title: ticket.title })}>
      <form onSubmit={(event) => { event.preventDefault(); void assign(); }}>
        <Stack gap="sm">
          {ranked.isPending && <Skeleton height={120} />}
          {ranked.isError && <Failure error={ranked.error} retry={() => void ranked.refetch()} />}
          {ranked.data && (
            <Radio.Group label={t(ranked.data.candidates.length ? "assign.ranked" : "assign.nobody")} value={chosen} onChange={choose}>
              <Stack gap={6} mt={6}>
                {ranked.data.candidates.map((each) => (
                  <Radio key={each.consultant} value={each.consultant} label={each.name} description={<Facts it={each} holder={each.consultant === ticket.assignee} />} />
                ))}
                {near.map((each) => <Radio key={each.consultant} value={each.consultant} label={each.name} description={t("assign.away", { count: Math.round(each.travel_min) })} />)}
              </Stack>
            </Radio.Group>
          )}
          <Select searchable clearable limit={60} label={t("assign.other")} placeholder={t("assign.search")} value={picked || null} onChange={(id) => choose(id ?? "")}
            data={people.map(({ id, name: label }) => ({ value: id, label }))} nothingFoundMessage={t("timeline.none")} />
          {chosen && one.isError && <Failure error={one.error} retry={() => void one.refetch()} />}
          {it && <Outcome it={it} better={better && better.consultant !== chosen ? better : undefined} choose={choose} />}
          {breaks > 0 && (
            <Textarea label={t("assign.reason")} description={t("assign.reason_text")} required autosize minRows={2} maxLength={500} value={reason}
              onChange={(event) => write(event.currentTarget.value)} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("cancel")}</Button>
            <Button type="submit" color={breaks ? "red" : undefined} loading={busy} disabled={!it || (breaks > 0 && !reason.trim()) || chosen === ticket.assignee}>
              {name ? t(breaks ? "assign.anyway" : "assign.do", { name }) : t("assign.to")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Facts({ it, holder }: { it: Candidacy; holder: boolean }) {
  const { t } = useTranslation("board");
  const language = useLanguage();
  const extra = it.extra ?? 0;
  return (
    <>
      {[
        holder && t("assign.has"),
        extra < 0.5 ? t("assign.best") : t("assign.extra", { time: span(extra * 60, language) }),
        it.arrival && t("assign.arrives", { when: clock(it.arrival, language) }),
        it.position !== null && t("assign.position", { count: it.position + 1 }),
      ].filter(Boolean).join(" · ")}
    </>
  );
}

function Outcome({ it, better, choose }: { it: Candidacy; better?: Candidacy; choose: (id: string) => void }) {
  const { t } = useTranslation("board");
  const language = useLanguage();
  const extra = it.extra ?? 0;
  return (
    <>
      {it.warnings.length > 0 && (
        <Alert color="red" title={t("assign.breaks", { name: it.name, count: it.warnings.length })}>
          {it.warnings.map((one) => <Text key={one.constraint + one.name} size="sm">{one.text}</Text>)}
        </Alert>
      )}
      {it.cost !== null && (
        <Text size="sm">
          <b>{it.name}</b>{": "}{t("assign.cost", { time: span(it.cost * 60, language) })}{" · "}<Facts it={it} holder={false} />
        </Text>
      )}
      {better && extra >= 0.5 && (
        <Alert color="blue" title={t("assign.better", { name: better.name, time: span(extra * 60, language) })}>
          <Button size="compact-sm" variant="light" onClick={() => choose(better.consultant)}>{t("assign.instead", { name: better.name })}</Button>
        </Alert>
      )}
      {it.warnings.length > 0 && <Badge color="red" variant="light" styles={{ root: { textTransform: "none" } }}>{t("assign.override")}</Badge>}
    </>
  );
}
