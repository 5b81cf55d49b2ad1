import { ActionIcon, Indicator } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";

/** Unread notifications; leads to all of them. */
export function Bell() {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["notifications", "unread"],
    queryFn: () => ok(api.GET("/api/engagement/notifications", { params: { query: { limit: 20 } } })),
    refetchInterval: 60_000,
  });
  const unread = data?.unread ?? 0;
  const label = t("shell.notifications", { count: unread });
  return (
    <ActionIcon component={Link} to="/notifications" variant="subtle" color="gray" size={44} style={{ overflow: "visible" }} aria-label={label} title={label}>
      <Indicator disabled={!unread} label={Math.min(unread, 99)} size={16} offset={3} color="red" styles={{ indicator: { paddingInline: 3 } }}><IconBell size={22} /></Indicator>
    </ActionIcon>
  );
}
