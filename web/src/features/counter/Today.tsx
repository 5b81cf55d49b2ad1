import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { raw } from "@/sync/api/client";
import type { Ticket } from "@/sync/model";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Promised } from "@/ui/Promise";
import { Priority, Status } from "@/ui/Status";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import classes from "./counter.module.css";
import { midnight } from "./today";

const fetchAll = async (query: string) => ((await (await raw(`/api/tickets?${query}`)).json()) as { items: Ticket[] }).items;

/** The store's tickets of today, and older ones that are still open. */
export function Today({ zone }: { zone: string }) {
  const { t } = useTranslation("counter");
  const since = midnight(zone);
  const found = useQuery({
    queryKey: ["tickets", "counter", since],
    queryFn: async () => {
      const [today, open] = await Promise.all([
        fetchAll(new URLSearchParams({ created_from: since, limit: "100" }).toString()),
        fetchAll("open=true&limit=100"),
      ]);
      const known = new Set(today.map((ticket) => ticket.id));
      return [...today, ...open.filter((ticket) => !known.has(ticket.id))];
    },
  });
  if (found.isPending) return <Waiting rows={3} />;
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data.length) return <Empty title={t("today.empty")} text={t("today.empty_text")} />;
  return (
    <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
      {found.data.map((ticket) => (
        <li key={ticket.id}>
          <Link to={`/tickets/${ticket.id}`} className={classes["row"]}>
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <div>
                <Text fw={600}>{ticket.title}</Text>
                <Text size="sm" c="dimmed">{ticket.reference} · <When at={ticket.created_at} /></Text>
              </div>
              <Group gap="xs" justify="flex-end">
                <Priority priority={ticket.priority} />
                <Promised due={ticket.due_at} status={ticket.status} />
                <Status status={ticket.status} />
              </Group>
            </Group>
          </Link>
        </li>
      ))}
    </Stack>
  );
}
