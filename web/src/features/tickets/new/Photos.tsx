import { ActionIcon, FileButton, Button, Group, Image, Input, Stack, Text } from "@mantine/core";
import { IconCamera, IconFile, IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { failed } from "@/ui/toast";
import { LARGEST, shrink } from "../shrink";
import classes from "./photos.module.css";
import { bytes, drop, keep, type Photo } from "./draft";

const MOST = 10; // photos with a new ticket

/** Photos of the trouble: made small, kept on this device until they are sent. */
export function Photos({ person, value, change }: { person: string; value: Photo[]; change: (photos: Photo[]) => void }) {
  const { t } = useTranslation("tickets");
  const [busy, work] = useState(false);
  const add = async (files: File[]) => {
    work(true);
    const added: Photo[] = [];
    for (const file of files.slice(0, MOST - value.length)) {
      const small = await shrink(file);
      if (small.size > LARGEST) {
        failed(t("new.too_large", { name: file.name }));
        continue;
      }
      const name = small === file ? file.name : file.name.replace(/\.\w+$/, ".jpg");
      const photo = { id: v7(), name, media: small.type, size: small.size, sent: false };
      await keep(person, photo.id, small);
      added.push(photo);
    }
    change([...value, ...added]);
    work(false);
  };
  const remove = (photo: Photo) => {
    change(value.filter((one) => one.id !== photo.id));
    void drop(person, photo.id);
  };
  return (
    <Input.Wrapper label={t("new.photos")} description={t("new.photos_hint")} labelElement="div">
      <Group gap="sm" mt={8}>
        {value.map((photo) => <Thumb key={photo.id} person={person} photo={photo} remove={() => remove(photo)} />)}
        <FileButton multiple accept="image/*,.heic,.heif,application/pdf" onChange={(files) => void add(files)} inputProps={{ "aria-label": t("new.add_photo") }}>
          {(props) => <Button {...props} variant="default" leftSection={<IconCamera size={20} />} loading={busy} disabled={value.length >= MOST}>{t("new.add_photo")}</Button>}
        </FileButton>
      </Group>
    </Input.Wrapper>
  );
}

function Thumb({ person, photo, remove }: { person: string; photo: Photo; remove: () => void }) {
  const { t } = useTranslation("tickets");
  const [url, show] = useState("");
  useEffect(() => {
    let made = "";
    if (!/^image\/(jpeg|png|webp|gif)$/.test(photo.media)) return;
    let here = true;
    void bytes(person, photo.id).then((content) => {
      if (content && here) show((made = URL.createObjectURL(content)));
    });
    return () => {
      here = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [person, photo.id, photo.media]);
  return (
    <div className={classes["thumb"]}>
      {url ? <Image src={url} alt={photo.name} w={96} h={96} fit="cover" radius="md" /> : (
        <Stack gap={2} align="center" justify="center" className={classes["file"]}><IconFile size={28} aria-hidden /><Text size="xs" lineClamp={2} ta="center">{photo.name}</Text></Stack>
      )}
      <ActionIcon className={classes["remove"]} variant="filled" color="dark" radius="xl" size={44} onClick={remove} aria-label={t("new.remove_photo", { name: photo.name })}><IconX size={18} /></ActionIcon>
    </div>
  );
}
