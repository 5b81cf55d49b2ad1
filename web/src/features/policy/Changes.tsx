import { Stack, Text, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Edit } from "./data";

/** What differs, as it was and as it is, in sentences. */
export function Changes({ changes }: { changes: readonly Edit[] }) {
  const { t } = useTranslation("policy");
  if (!changes.length) return <Text c="dimmed" size="sm">{t("same")}</Text>;
  return (
    <Stack gap="sm">
      {changes.map(({ field, old, new: now }) => (
        <div key={field}>
          <Text size="sm" fw={600}>{t(`weight.${field}`)}</Text>
          <Text size="sm" c="dimmed"><VisuallyHidden>{t("before")} </VisuallyHidden><del>{old}</del></Text>
          <Text size="sm"><VisuallyHidden>{t("after")} </VisuallyHidden>{now}</Text>
        </div>
      ))}
    </Stack>
  );
}
