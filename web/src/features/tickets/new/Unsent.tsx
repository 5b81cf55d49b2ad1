import { Alert, Button } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useMe } from "@/sync/useSession";
import { begun, load } from "./draft";

/** Reminds of a report that was begun and never sent, or whose photos are not all there. */
export function Unsent() {
  const { t } = useTranslation("tickets");
  const me = useMe();
  const { data: draft } = useQuery({ queryKey: ["draft", me.id], queryFn: () => load(me.id), staleTime: 0, gcTime: 0 });
  if (!draft || !begun(draft)) return null;
  const photos = draft.photos.filter((photo) => !photo.sent).length;
  if (draft.reference && !photos) return null;
  return (
    <Alert icon={<IconPencil />} color="orange" title={draft.reference ? t("unsent.photos", { count: photos }) : t("unsent.title")}>
      {draft.title && <p>{draft.title}</p>}
      <Button component={Link} to="/tickets/new" variant="default">{t("unsent.on")}</Button>
    </Alert>
  );
}
