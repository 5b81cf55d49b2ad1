import { Badge, Button, Card, Group, Text, Timeline as Line, Title } from "@mantine/core";
import { IconAlertTriangle, IconCalendar, IconCar, IconCheck, IconCircleX, IconLock, IconMessage, IconPaperclip, IconPlayerPause, IconRefresh, IconTicket, IconTool, IconUser, IconUserOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { useMe } from "@/sync/useSession";
import { clock, useLanguage } from "@/ui/when";
import { When } from "@/ui/When";
import { Thumb } from "./Thumb";
import classes from "./ticket.module.css";
import { merge, type Moment } from "./merge";
import type { Namer } from "./names";
import type { Attachment, Entry, Message, Ticket } from "./useTicket";

const ICONS: Record<string, typeof IconTicket> = {
  create: IconTicket, assign: IconUser, accept: IconCheck, decline: IconUserOff, unassign: IconUserOff, stall: IconAlertTriangle, travel: IconCar, arrive: IconTool,
  wait: IconPlayerPause, answer: IconMessage, resolve: IconCheck, close: IconLock, reopen: IconRefresh, cancel: IconCircleX, interrupt: IconAlertTriangle, change: IconTicket,
};
const SHOWN = 30; // moments before "show earlier ones"

/** What happened, the newest first: steps in words, what was written, photos. */
export function Timeline({ ticket, history, messages, files, name }: { ticket: Ticket; history: Entry[]; messages: Message[]; files: Attachment[]; name: Namer }) {
  const { t } = useTranslation("tickets");
  const [all, show] = useState(false);
  const staff = session.has("receptionist", "consultant", "dispatcher", "manager", "administrator", "auditor");
  const moments = merge(history, messages, files, staff);
  const shown = all ? moments : moments.slice(0, SHOWN);
  return (
    <Card withBorder padding="md" component="section" aria-label={t("line.title")}>
      <Title order={2} size="h5" mb="md">{t("line.title")}</Title>
      <Line bulletSize={30} lineWidth={2} active={-1} aria-live="polite">
        {shown.map((moment) => (
          <Line.Item key={moment.key} bullet={<Picture moment={moment} />} title={<Head moment={moment} ticket={ticket} name={name} />}>
            <Body moment={moment} ticket={ticket} staff={staff} />
          </Line.Item>
        ))}
      </Line>
      {moments.length > shown.length && <Button variant="subtle" mt="sm" onClick={() => show(true)}>{t("line.earlier", { count: moments.length - shown.length })}</Button>}
    </Card>
  );
}

function Picture({ moment }: { moment: Moment }) {
  const Icon = moment.kind === "step" ? (ICONS[moment.entry.step] ?? IconCalendar) : moment.kind === "message" ? IconMessage : IconPaperclip;
  return <Icon size={16} aria-hidden />;
}

function Head({ moment, ticket, name }: { moment: Moment; ticket: Ticket; name: Namer }) {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  const me = useMe();
  const time = <Text span size="xs" c="dimmed"> · <When at={moment.at} zone={ticket.spot.zone} /> ({clock(moment.at, language)})</Text>;
  if (moment.kind === "message")
    return <Group gap={6}><Text span fw={600} size="sm">{name(moment.message.author)}</Text>{moment.message.visibility === "internal" && <Badge color="yellow" size="sm" variant="light" styles={{ root: { textTransform: "none" } }}>{t("talk.internal")}</Badge>}{moment.message.sending ? <Text span size="xs" c="dimmed">{t("talk.sending")}</Text> : time}</Group>;
  if (moment.kind === "files") return <Text span size="sm">{t("line.file", { count: moment.files.length, name: name(moment.files[0]?.author ?? "") })}{time}</Text>;
  const { step, assignee, actor } = moment.entry;
  const own = actor === me.id && t(`step.you.${step}`, { defaultValue: "", who: name(assignee ?? "", true) });
  return <Text span size="sm">{own || t(`step.${step}`, { who: name(assignee ?? "", true), actor: name(actor), defaultValue: t("step.other", { step, actor: name(actor) }) })}{time}</Text>;
}

function Body({ moment, ticket, staff }: { moment: Moment; ticket: Ticket; staff: boolean }) {
  const { t } = useTranslation("tickets");
  const me = useMe();
  if (moment.kind === "files") return <Group gap="xs" mt={6}>{moment.files.map((file) => <Thumb key={file.id} ticket={ticket.id} file={file} size={84} />)}</Group>;
  if (moment.kind === "message") {
    const { author, visibility, text } = moment.message;
    const look = visibility === "internal" ? classes["internal"] : author === me.id ? classes["mine"] : "";
    return <Text size="sm" mt={4} className={`${classes["bubble"]} ${classes["said"]} ${look}`}>{text}</Text>;
  }
  const { note, received_at: received, corrected } = moment.entry;
  return (
    <>
      {note && <Text size="sm" className={classes["said"]}>{note}</Text>}
      {staff && received && <Text size="xs" c="dimmed">{t("line.later")} <When at={received} />{corrected ? ` · ${t("line.corrected", { count: Math.abs(corrected) })}` : ""}</Text>}
    </>
  );
}
