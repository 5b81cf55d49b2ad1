import { Alert, Button, Group, List, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** What sync/api/problem raises, as far as a screen needs it. */
interface Told {
  kind?: string;
  message: string;
  retryAfter?: number;
  body?: { errors?: { path: string; message: string }[] | null; trace?: string };
}

/** An error in words: what happened, what happens next, and a button where trying again helps. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation("ui");
  const told = (error ?? {}) as Told;
  const kind = told.kind ?? "broken";
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={t(`failure.${kind}.title`)} role="alert">
      <Text size="sm">{t(`failure.${kind}.text`)}</Text>
      {["conflict", "invalid", "forbidden", "missing"].includes(kind) && told.message && <Text size="sm" mt={4}>{told.message}</Text>}
      {!!told.body?.errors?.length && (
        <List size="sm" mt={4}>
          {told.body.errors.map((fault) => <List.Item key={fault.path + fault.message}>{`${fault.path}: ${fault.message}`}</List.Item>)}
        </List>
      )}
      <Group mt="sm" gap="sm">
        {retry && <Button size="xs" variant="default" onClick={retry}>{t("failure.retry")}</Button>}
        {told.body?.trace && <Text size="xs" c="dimmed">{t("failure.trace", { trace: told.body.trace.slice(0, 8) })}</Text>}
      </Group>
    </Alert>
  );
}

/** The title of an error, for toasts. */
export function useReason(): (error: unknown) => string {
  const { t } = useTranslation("ui");
  return (error) => {
    const told = (error ?? {}) as Told;
    const kind = told.kind ?? "broken";
    const detail = ["conflict", "invalid", "forbidden", "missing"].includes(kind) && told.message ? ` ${told.message}` : "";
    return `${t(`failure.${kind}.title`)}. ${t(`failure.${kind}.text`)}${detail}`;
  };
}
