import { Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDownload, IconFile, IconPhoto } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Failure, useReason } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { failed } from "@/ui/toast";
import { useLanguage } from "@/ui/when";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import classes from "./ticket.module.css";
import { download, drawn, light, useFile } from "./useFile";
import type { Attachment } from "./useTicket";

/** A photo to tap, or a file to save. */
export function Thumb({ ticket, file, size }: { ticket: string; file: Attachment; size?: number }) {
  const { t } = useTranslation("tickets");
  const reason = useReason();
  const [open, box] = useDisclosure(false);
  const image = drawn(file.media);
  const { url } = useFile(ticket, file.id, image && light(file.size));
  const save = () => download(ticket, file.id, file.name).catch((error: unknown) => failed(reason(error)));
  const style = size ? { width: size, height: size } : undefined;
  if (!image)
    return (
      <button type="button" className={`${classes["thumb"]} ${classes["file"]}`} style={style} onClick={() => void save()} aria-label={t("files.save", { name: file.name })}>
        <IconFile size={24} aria-hidden /><Text span size="xs" lineClamp={2}>{file.name}</Text>
      </button>
    );
  return (
    <>
      <button type="button" className={classes["thumb"]} style={style} onClick={box.open} aria-label={t("files.open", { name: file.name })}>
        {url ? <img src={url} alt="" loading="lazy" /> : <IconPhoto size={28} aria-hidden />}
      </button>
      {open && <Box ticket={ticket} file={file} close={box.close} save={() => void save()} />}
    </>
  );
}

function Box({ ticket, file, close, save }: { ticket: string; file: Attachment; close: () => void; save: () => void }) {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  const { url, error } = useFile(ticket, file.id);
  const size = new Intl.NumberFormat(locale(language), { maximumFractionDigits: 1 }).format(file.size / 1_000_000);
  return (
    <Modal opened onClose={close} size="auto" title={file.name}>
      {error ? <Failure error={error} /> : url ? <img src={url} alt={file.name} className={classes["full"]} /> : <Waiting rows={1} height={300} />}
      <Group justify="space-between" mt="md">
        <Text size="sm" c="dimmed"><When at={file.at} /> · {size} MB</Text>
        <Button variant="default" leftSection={<IconDownload size={18} />} onClick={save}>{t("files.download")}</Button>
      </Group>
    </Modal>
  );
}
