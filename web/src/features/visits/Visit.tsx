import { Accordion, Alert, Anchor, Badge, Group, Text } from "@mantine/core";
import { IconArrowLeft, IconUserOff } from "@tabler/icons-react";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Pending, Visit as Kept } from "@/sync/model";
import { useVisit } from "@/sync/useSync";
import { Empty } from "@/ui/Empty";
import { Page } from "@/ui/Page";
import { Promised } from "@/ui/Promise";
import { Priority, Status } from "@/ui/Status";
import { Waiting } from "@/ui/Waiting";
import { Action } from "./Action";
import { Bar } from "./Bar";
import { Facts } from "./Facts";
import { Finish } from "./Finish";
import { Hold } from "./Hold";
import { Line } from "./Line";
import { Notes } from "./Notes";
import { Parts } from "./Parts";
import { Photos } from "./Photos";
import { Report } from "./Report";
import { Times } from "./Times";
import { Unsent } from "./Unsent";

const Signature = lazy(() => import("./Signature"));

/** Everything that a visit needs, on one screen, whether there is a network or not. */
export default function Visit() {
  const { t } = useTranslation("visits");
  const { id } = useParams({ strict: false }) as { id: string };
  const { ready, visit, pending } = useVisit(id);
  if (!ready) return <Page title={t("visit")}><Waiting /></Page>;
  if (!visit)
    return (
      <Page title={t("visit")}>
        <Empty title={t("missing.title")} text={t("missing.text")}><Back /></Empty>
        <Line />
      </Page>
    );
  return <Shown key={id} visit={visit} pending={pending} />;
}

function Back() {
  const { t } = useTranslation("visits");
  return (
    <Anchor component={Link} to="/visits" inline mih={44}>
      <Group gap={4}><IconArrowLeft size={18} aria-hidden />{t("back")}</Group>
    </Anchor>
  );
}

function Shown({ visit, pending }: { visit: Kept; pending: Pending[] }) {
  const { t } = useTranslation("visits");
  const { finish } = useSearch({ strict: false }) as { finish?: unknown };
  const [finishing, sheet] = useState(!!finish && visit.ticket.status === "on_site" && !visit.gone);
  const { ticket } = visit;
  const steps = pending.filter((one) => ["accept", "decline", "travel", "arrive", "wait", "resolve"].includes(one.name));
  return (
    <Page title={ticket.title} lead={<Group gap={6} mt={4}><Text span>{ticket.reference}</Text><Priority priority={ticket.priority} /><Status status={ticket.status} /><Promised due={ticket.due_at} status={ticket.status} /></Group>}>
      <Back />
      {visit.gone && <Alert color="orange" icon={<IconUserOff />} title={t("gone.title")}>{t(pending.length ? "gone.unsent" : "gone.text")}</Alert>}
      <Bar visit={visit} />
      <Group gap="xs"><Unsent of={steps} /></Group>
      <Action visit={visit} finish={() => sheet(true)} />
      {!visit.gone && <Hold visit={visit} />}
      <Facts visit={visit} />
      <Sections visit={visit} pending={pending} />
      <Line />
      {finishing && <Finish visit={visit} pending={pending} close={() => sheet(false)} />}
    </Page>
  );
}

const MARKS: Record<string, string[]> = {
  notes: ["note"], photos: ["file"], parts: ["part.put", "part.remove"], time: ["time.put", "time.remove"], report: ["report.set"], signature: ["sign"],
};

/** What is written down of a visit, a section each; its number and what is unsent stand in the heading. */
function Sections({ visit, pending }: { visit: Kept; pending: Pending[] }) {
  const { t } = useTranslation("visits");
  const { report } = visit;
  const closed = !!visit.gone || ["closed", "cancelled"].includes(visit.ticket.status);
  const shared = { visit, pending, closed };
  const sections: [string, number, React.ReactNode][] = [
    ["report", [report.summary, report.root_cause, report.recommendation].filter(Boolean).length, <Report key="report" {...shared} />],
    ["photos", visit.attachments.length, <Photos key="photos" {...shared} />],
    ["notes", visit.messages.length, <Notes key="notes" {...shared} />],
    ["parts", report.parts.length, <Parts key="parts" {...shared} />],
    ["time", report.time.length, <Times key="time" {...shared} />],
    ["signature", report.signature ? 1 : 0, <Suspense key="signature" fallback={<Waiting rows={1} />}><Signature {...shared} /></Suspense>],
  ];
  return (
    <Accordion multiple defaultValue={["report", "photos", "notes"]} order={2} variant="separated" keepMounted={false}>
      {sections.map(([name, count, content]) => (
        <Accordion.Item key={name} value={name}>
          <Accordion.Control>
            <Group gap="xs">
              <Text fw={600}>{t(`section.${name}`)}</Text>
              {count > 0 && <Badge variant="light" color="gray" circle={count < 10}>{count}</Badge>}
              <Waits of={pending.filter((one) => MARKS[name]?.includes(one.name))} />
            </Group>
          </Accordion.Control>
          <Accordion.Panel>{content}</Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

/** In a heading, which is a button itself, the mark is words only. */
function Waits({ of }: { of: Pending[] }) {
  const { t } = useTranslation("visits");
  if (of.length === 0) return null;
  const refused = of.some((one) => one.state === "refused");
  return <Badge variant="light" color={refused ? "red" : "orange"} styles={{ root: { textTransform: "none" } }}>{t(refused ? "refused" : "unsent")}</Badge>;
}
