import { ActionIcon, Group, Text, VisuallyHidden } from "@mantine/core";
import { IconAlertTriangle, IconBell, IconCar, IconCheck, IconCircleX, IconMailOpened, IconMessage, IconPlayerPause, IconStar, IconUser } from "@tabler/icons-react";
import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, ok, type Schemas } from "@/sync/api/client";
import { When } from "@/ui/When";
import classes from "./notifications.module.css";

type Shown = Schemas["Shown"];
type Pages = InfiniteData<Schemas["Notifications"]>;

const ICONS: Record<string, typeof IconBell> = {
  assignment: IconUser, assigned: IconUser, accepted: IconCheck, travelling: IconCar, waiting: IconPlayerPause, resolved: IconCheck, closed: IconCheck, survey: IconStar,
  cancelled: IconCircleX, withdrawn: IconCircleX, message: IconMessage, stalled: IconAlertTriangle, delayed: IconAlertTriangle, interrupted: IconAlertTriangle,
};
const SURVEYS = "/api/engagement/surveys/";

/** Where it leads inside the app: a survey's link in mails is a page of its own. */
const target = (link: string): string => (link.startsWith(SURVEYS) ? `/survey/${link.slice(SURVEYS.length)}` : link || "/notifications");

/** One notification: opens what it is about, and counts as read then. */
export function One({ told }: { told: Shown }) {
  const { t } = useTranslation("notifications");
  const read = useRead();
  const Icon = ICONS[told.kind] ?? IconBell;
  return (
    <div className={classes["one"]} data-unread={!told.read || undefined}>
      <Link to={target(told.link)} className={classes["link"]} onClick={() => { if (!told.read) void read(told.id); }}>
        <Icon size={22} aria-hidden className={classes["icon"]} />
        <span className={classes["words"]}>
          <Text component="span" display="block" fw={told.read ? 400 : 650}>{told.title}{!told.read && <VisuallyHidden> ({t("new")})</VisuallyHidden>}</Text>
          {told.text && <Text component="span" display="block" size="sm">{told.text}</Text>}
          <Text component="span" display="block" size="xs" c="dimmed"><When at={told.at} /></Text>
        </span>
      </Link>
      <Group>{!told.read && <ActionIcon variant="subtle" color="gray" size={44} onClick={() => void read(told.id)} aria-label={t("read", { title: told.title })} title={t("mark_read")}><IconMailOpened size={20} /></ActionIcon>}</Group>
    </div>
  );
}

/** Marks one as read at once on the screen, and then on the server; what failed is unread again. */
function useRead(): (id: string) => Promise<void> {
  const queries = useQueryClient();
  return async (id) => {
    queries.setQueriesData<Pages>({ queryKey: ["notifications", "list"] }, (now) =>
      now && { ...now, pages: now.pages.map((page, n) => ({ ...page, unread: n ? page.unread : Math.max(0, (page.unread ?? 0) - 1), items: page.items.map((one) => (one.id === id ? { ...one, read: true } : one)) })) });
    await ok(api.POST("/api/engagement/notifications/{id}/read", { params: { path: { id } }, body: {} as never })).catch(() => undefined);
    await queries.invalidateQueries({ queryKey: ["notifications"] });
  };
}
