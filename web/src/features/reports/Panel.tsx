import { Card, Group, Switch, Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

/** A part of the dashboard with a heading; table: the same as figures in rows, for who prefers that. */
export function Panel({ title, lead, children, table }: { title: string; lead?: ReactNode; children: ReactNode; table?: ReactNode }) {
  const { t } = useTranslation("reports");
  const [asTable, show] = useState(false);
  return (
    <Card withBorder component="section" aria-label={title}>
      <Group justify="space-between" align="flex-start" mb="xs">
        <div>
          <Title order={2} size="h4">{title}</Title>
          {lead && <Text size="sm" c="dimmed" component="div">{lead}</Text>}
        </div>
        {table && <Switch label={t("as_table")} checked={asTable} onChange={(event) => show(event.currentTarget.checked)} data-no-print />}
      </Group>
      {asTable ? table : children}
    </Card>
  );
}
