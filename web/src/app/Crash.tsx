import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Empty } from "@/ui/Empty";

/** A screen that failed. A file of an older version that is gone is the usual cause: reloading helps. */
export function Crash({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <Empty title={t("crash.title")} text={`${t("crash.text")} (${error instanceof Error ? error.message : String(error)})`}>
      <Button onClick={() => location.reload()}>{t("crash.reload")}</Button>
    </Empty>
  );
}
