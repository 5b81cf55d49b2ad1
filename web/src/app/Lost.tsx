import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Empty } from "@/ui/Empty";

export function Lost() {
  const { t } = useTranslation();
  return (
    <Empty title={t("lost.title")} text={t("lost.text")}>
      <Anchor component={Link} to="/">{t("lost.home")}</Anchor>
    </Empty>
  );
}
