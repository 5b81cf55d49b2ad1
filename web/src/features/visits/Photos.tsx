import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconCamera, IconPaperclip } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { raw } from "@/sync/api/client";
import { engine } from "@/sync/engine";
import type { Attachment } from "@/sync/model";
import { useSyncStatus } from "@/sync/useSync";
import { made } from "./photo";
import { about, type Shared } from "./shared";
import { Unsent } from "./Unsent";
import { useAct } from "./useAct";
import classes from "./visits.module.css";

/** Photos from the camera and other files; those that are not sent yet are shown from the device. */
export function Photos({ visit, pending, closed }: Shared) {
  const { t } = useTranslation("visits");
  const act = useAct();
  const [said, say] = useState<string[]>([]);
  const [busy, work] = useState(false);
  const add = async (files: FileList | null) => {
    const told: string[] = [];
    work(true);
    for (const file of files ?? []) {
      const one = await made(file);
      if (one.kind === "huge" || one.kind === "empty") told.push(t(`photos.${one.kind}`, { name: file.name }));
      else if ((await act(() => engine.attach(visit.id, one.bytes, one.name))) && one.kind === "same") told.push(t("photos.same", { name: file.name }));
    }
    work(false);
    say(told);
  };
  return (
    <Stack>
      {!closed && (
        <Group gap="xs">
          <Pick label={t("photos.take")} icon={<IconCamera size={20} aria-hidden />} busy={busy} camera add={add} />
          <Pick label={t("photos.choose")} icon={<IconPaperclip size={20} aria-hidden />} busy={busy} add={add} />
        </Group>
      )}
      {said.map((text) => <Alert key={text} color="orange" role="alert">{text}</Alert>)}
      {visit.attachments.length === 0 && <Text size="sm">{t("photos.none")}</Text>}
      <ul className={classes["gallery"]}>
        {visit.attachments.map((one) => (
          <li key={one.id}>
            <Picture ticket={visit.id} file={one} unsent={about(pending, one.id).length > 0} />
            <Text size="sm" truncate>{one.name || t("photos.unnamed")}</Text>
            <Unsent of={about(pending, one.id)} />
          </li>
        ))}
      </ul>
    </Stack>
  );
}

function Pick({ label, icon, camera, busy, add }: { label: string; icon: React.ReactNode; camera?: boolean; busy: boolean; add: (files: FileList | null) => Promise<void> }) {
  return (
    <Button component="div" size="md" variant={camera ? "filled" : "default"} leftSection={icon} loading={busy} className={classes["file"]} role={undefined} tabIndex={undefined}>
      {label}
      <input type="file" aria-label={label} accept={camera ? "image/*" : undefined} capture={camera ? "environment" : undefined} multiple={!camera} disabled={busy}
        onChange={(event) => { const field = event.currentTarget; void add(field.files).finally(() => { field.value = ""; }); }} />
    </Button>
  );
}

const fetched = new Map<string, Promise<Blob>>();

/** A picture fetched once a session; one that failed is asked for again. */
function fetchOnce(ticket: string, id: string): Promise<Blob> {
  const found = fetched.get(id) ?? raw(`/api/tickets/${ticket}/attachments/${id}`).then((answer) => answer.blob());
  fetched.set(id, found);
  found.catch(() => fetched.delete(id));
  return found;
}

function Picture({ ticket, file, unsent }: { ticket: string; file: Attachment; unsent: boolean }) {
  const { t } = useTranslation("visits");
  const { online } = useSyncStatus();
  const [url, show] = useState<string | null>(null);
  const picture = /^image\/(jpeg|png|gif|webp)$/.test(file.media);
  useEffect(() => {
    if (!picture) return;
    let [here, made]: [boolean, string | null] = [true, null];
    engine.bytes(file.id).then((kept) => kept ?? (unsent ? undefined : fetchOnce(ticket, file.id))).then(
      (blob) => {
        if (here && blob) show((made = URL.createObjectURL(blob)));
      },
      () => undefined,
    );
    return () => {
      here = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [ticket, file.id, picture, unsent, online]);
  if (url) return <img src={url} alt={file.name || t("photos.unnamed")} />;
  return <div className={classes["blank"]}><Text size="sm">{picture && !online ? t("photos.away") : t("photos.file")}</Text></div>;
}
