import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** The shape of a list while it is fetched. */
export function Waiting({ rows = 5, height = 64 }: { rows?: number; height?: number }) {
  const { t } = useTranslation("ui");
  return (
    <Stack role="status" aria-busy="true" gap="sm" py="sm">
      <VisuallyHidden>{t("waiting")}</VisuallyHidden>
      {Array.from({ length: rows }, (_, row) => <Skeleton key={row} height={height} />)}
    </Stack>
  );
}
