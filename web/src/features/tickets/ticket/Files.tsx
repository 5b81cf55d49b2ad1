import { Button, Card, FileButton, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { session } from "@/sync/session";
import { upload } from "@/sync/upload";
import { useMe } from "@/sync/useSession";
import { useReason } from "@/ui/Failure";
import { failed } from "@/ui/toast";
import { LARGEST, shrink } from "../shrink";
import { OVER } from "../words";
import { Thumb } from "./Thumb";
import classes from "./ticket.module.css";
import { type Attachment, type Ticket, useRefresh } from "./useTicket";

interface Sending {
  id: string;
  name: string;
  bytes: Blob;
  share: number;
  /** Why it stopped; trying again goes on from the same byte. */
  stuck: string;
}

/** Photos and files of the ticket, and more of them. */
export function Files({ ticket, files }: { ticket: Ticket; files: Attachment[] }) {
  const { t } = useTranslation("tickets");
  const { sending, add, send } = useUploads(ticket.id);
  const may = session.has("customer", "store", "receptionist", "consultant", "dispatcher", "manager", "administrator") && !OVER.includes(ticket.status);
  if (!may && !files.length) return null;
  return (
    <Card withBorder padding="md" component="section" aria-label={t("files.title")}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">{t("files.title")}</Title>
        {may && (
          <FileButton multiple onChange={(chosen) => void add(chosen)} inputProps={{ "aria-label": t("files.add") }}>
            {(props) => <Button {...props} variant="light" size="compact-md" leftSection={<IconCamera size={18} />}>{t("files.add")}</Button>}
          </FileButton>
        )}
      </Group>
      {files.length === 0 && sending.length === 0 && <Text size="sm" c="dimmed">{t("files.none")}</Text>}
      <ul className={classes["grid"]} aria-label={t("files.title")}>{files.map((file) => <li key={file.id}><Thumb ticket={ticket.id} file={file} /></li>)}</ul>
      <Stack gap="xs" mt={sending.length ? "sm" : 0}>
        {sending.map((one) => (
          <div key={one.id} role="status">
            <Text size="sm">{one.name}</Text>
            {one.stuck ? (
              <Group gap="xs"><Text size="sm" c="red">{one.stuck}</Text><Button size="compact-sm" variant="default" onClick={() => void send(one)}>{t("sent.retry")}</Button></Group>
            ) : <Progress value={Math.max(4, one.share * 100)} animated aria-label={one.name} />}
          </div>
        ))}
      </Stack>
    </Card>
  );
}

function useUploads(ticket: string) {
  const { t } = useTranslation("tickets");
  const reason = useReason();
  const refresh = useRefresh(ticket);
  const me = useMe();
  const [sending, set] = useState<Sending[]>([]);
  const note = (id: string, part: Partial<Sending>) => set((now) => now.map((one) => (one.id === id ? { ...one, ...part } : one)));
  const send = async (one: Sending) => {
    note(one.id, { stuck: "" });
    try {
      await upload({ person: me.id, signal: new AbortController().signal }, { id: one.id, ticket, name: one.name, media: one.bytes.type, bytes: one.bytes }, "public", (share) => note(one.id, { share }));
      set((now) => now.filter(({ id }) => id !== one.id));
      refresh();
    } catch (error) {
      note(one.id, { stuck: reason(error) });
    }
  };
  const add = async (chosen: File[]) => {
    for (const file of chosen) {
      const bytes = await shrink(file);
      if (bytes.size > LARGEST) {
        failed(t("new.too_large", { name: file.name }));
        continue;
      }
      const one: Sending = { id: v7(), name: bytes === file ? file.name : file.name.replace(/\.\w+$/, ".jpg"), bytes, share: 0, stuck: "" };
      set((now) => [...now, one]);
      await send(one);
    }
  };
  return { sending, add, send };
}
