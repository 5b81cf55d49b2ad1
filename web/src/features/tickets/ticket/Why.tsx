import { Card, List, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { When } from "@/ui/When";
import type { Decided } from "./useTicket";

/** For staff: why this consultant and not another. The whole of it is on the dispatcher's board. */
export function Why({ decision }: { decision: Decided }) {
  const { t } = useTranslation("tickets");
  if (!decision.text.length) return null;
  return (
    <Card withBorder padding="md" component="section" aria-label={t("why.title")}>
      <Title order={2} size="h5" mb={6}>{t("why.title")}</Title>
      <List size="sm" spacing={4}>{decision.text.map((line) => <List.Item key={line}>{line}</List.Item>)}</List>
      <Text size="xs" c="dimmed" mt="xs">{t("why.policy", { policy: decision.policy })} · <When at={decision.at} /></Text>
    </Card>
  );
}
