import { Button, Drawer, Group, List, Select, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowBackUp, IconExternalLink, IconLock, IconLockOpen, IconPin, IconPinnedOff, IconRoute, IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memo, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { Failure } from "@/ui/Failure";
import { Promised } from "@/ui/Promise";
import { Priority, Status } from "@/ui/Status";
import { When } from "@/ui/When";
import { useActs } from "./acts";
import type { Person, Ticket } from "./data";
import { decision, hand, options } from "./decision";
import { Recompute } from "./Recompute";
import { Terms } from "./Terms";

interface Props {
  ticket: Ticket;
  people: Person[];
  names: ReadonlyMap<string, string>;
  close: () => void;
  onAssign: (id: string) => void;
  onPerson: (id: string) => void;
}

/** Why this consultant, why not the others, what would change it, and how the ticket is held. */
export default memo(function Why({ ticket, people, names, close, onAssign, onPerson }: Props) {
  const { t, i18n } = useTranslation("board");
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const told = useQuery(decision(ticket.id, i18n.language));
  const held = useQuery(hand(ticket.id));
  const name = names.get(ticket.assignee ?? "");
  return (
    <Drawer opened onClose={close} position="right" size={phone ? "100%" : 520} title={ticket.title} withOverlay={phone} lockScroll={phone} trapFocus={phone}
      closeOnClickOutside={false} closeButtonProps={{ "aria-label": t("close") }} returnFocus>
      <Stack key={ticket.id} gap="md">
        <Group gap={6}>
          <Priority priority={ticket.priority} />
          <Status status={ticket.status} />
          <Promised due={ticket.due_at} status={ticket.status} />
          <Text size="sm" c="dimmed">{[ticket.reference, ticket.spot.place, name].filter(Boolean).join(" · ")}</Text>
        </Group>
        <Actions ticket={ticket} hold={held.data?.hold ?? ""} undoable={!!held.data?.undo} onAssign={() => onAssign(ticket.id)} onPerson={onPerson} />
        <Part title={t("why.title")}>
          {told.isPending && <Skeleton height={90} />}
          {told.isError && <Failure error={told.error} retry={() => void told.refetch()} />}
          {told.data && (
            <>
              {told.data.text.map((line) => <Text key={line} size="sm">{line}</Text>)}
              <Text size="xs" c="dimmed">{t("why.made", { policy: told.data.policy })} <When at={told.data.at} span /></Text>
              <Recompute id={told.data.id} names={names} />
            </>
          )}
        </Part>
        {told.data && told.data.candidates.length > 0 && <Part title={t("why.terms")}><Terms decided={told.data} /></Part>}
        <Part title={t("why.not")}><WhyNot ticket={ticket} people={people} texts={told.data?.counterfactuals ?? []} /></Part>
        {!!told.data?.counterfactuals.length && (
          <Part title={t("why.would")}>
            <List size="sm">{told.data.counterfactuals.map((one) => <List.Item key={one.consultant + one.kind + one.about}>{one.text}</List.Item>)}</List>
          </Part>
        )}
        <Part title={t("why.history")}>
          {held.data && !held.data.log.length && !told.data?.earlier.length && <Text size="sm" c="dimmed">{t("why.no_history")}</Text>}
          <List size="sm">
            {held.data?.log.map((one) => (
              <List.Item key={one.at + one.action}>
                {t(`hand.${one.action}`, { name: names.get(one.consultant ?? "") ?? t("nobody"), by: names.get(one.by) ?? t("why.dispatcher") })} <When at={one.at} span c="dimmed" size="xs" />
              </List.Item>
            ))}
            {told.data?.earlier.map((id) => <List.Item key={id}>{t("why.earlier", { id: id.slice(0, 8) })}<Recompute id={id} names={names} /></List.Item>)}
          </List>
        </Part>
      </Stack>
    </Drawer>
  );
});

function Part({ title, children }: { title: string; children: ReactNode }) {
  return <Stack gap={6} component="section"><Title order={3} size="h5">{title}</Title>{children}</Stack>;
}

interface ActionsProps {
  ticket: Ticket;
  hold: string;
  undoable: boolean;
  onAssign: () => void;
  onPerson: (id: string) => void;
}

function Actions({ ticket, hold, undoable, onAssign, onPerson }: ActionsProps) {
  const { t } = useTranslation("board");
  const acts = useActs();
  const button = (label: string, icon: ReactNode, act: () => void) => <Button size="compact-md" variant="default" leftSection={icon} onClick={act}>{label}</Button>;
  return (
    <Group gap={6}>
      <Button size="compact-md" leftSection={<IconUserPlus size={16} />} onClick={onAssign}>{t("assign.to")}</Button>
      {hold === "pinned" && button(t("act.unpin"), <IconPinnedOff size={16} />, () => void acts.hold(ticket, "unpin"))}
      {hold !== "pinned" && ticket.assignee && button(t("act.pin"), <IconPin size={16} />, () => void acts.hold(ticket, "pin"))}
      {hold === "locked" && button(t("act.unlock"), <IconLockOpen size={16} />, () => void acts.hold(ticket, "unlock"))}
      {hold !== "locked" && button(t("act.lock"), <IconLock size={16} />, () => void acts.hold(ticket, "lock"))}
      {undoable && button(t("act.undo"), <IconArrowBackUp size={16} />, () => void acts.undo(ticket.id))}
      {ticket.assignee && button(t("act.order"), <IconRoute size={16} />, () => onPerson(ticket.assignee ?? ""))}
      <Button size="compact-md" variant="subtle" component={Link} to={`/tickets/${ticket.id}`} leftSection={<IconExternalLink size={16} />}>{t("act.open")}</Button>
    </Group>
  );
}

function WhyNot({ ticket, people, texts }: { ticket: Ticket; people: Person[]; texts: { consultant: string; text: string }[] }) {
  const { t, i18n } = useTranslation("board");
  const [id, pick] = useState("");
  const asked = useQuery({ ...options(ticket.id, i18n.language, id), enabled: !!id });
  const it = asked.data?.candidates[0];
  return (
    <>
      <Select searchable clearable limit={60} aria-label={t("why.pick")} placeholder={t("why.pick")} value={id || null} onChange={(value) => pick(value ?? "")}
        data={people.map(({ id: value, name: label }) => ({ value, label }))} nothingFoundMessage={t("timeline.none")} />
      {id && asked.isPending && <Skeleton height={40} />}
      {asked.isError && <Failure error={asked.error} retry={() => void asked.refetch()} />}
      {it && (
        <Stack gap={2} role="status">
          {it.warnings.map((one) => <Text key={one.constraint + one.name} size="sm">{one.text}</Text>)}
          {!it.warnings.length && (
            <Text size="sm">{t((it.extra ?? 0) < 0.5 ? "why.is_best" : "why.dearer", { name: it.name, count: Math.round(it.extra ?? 0) })}</Text>
          )}
          {texts.filter((one) => one.consultant === id).map((one) => <Text key={one.text} size="sm">{one.text}</Text>)}
        </Stack>
      )}
    </>
  );
}
