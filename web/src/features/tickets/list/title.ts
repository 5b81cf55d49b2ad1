import { useTranslation } from "react-i18next";

import { locale } from "@/ui/language";
import { useLanguage } from "@/ui/when";
import type { Query } from "../query";

/** What is listed, in words: a figure of the manager's and its span, or just tickets. */
export function useTitle(query: Query): string {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  const day = (text: string) => new Intl.DateTimeFormat(locale(language), { dateStyle: "medium" }).format(new Date(text));
  const name = query.figure ? t(`figure.${query.figure}`) : query.open === "true" ? t("list.open") : t("list.title");
  const from = query.from ?? query.created_from;
  const to = query.to ?? query.created_to;
  const valid = (text?: string) => text && !Number.isNaN(Date.parse(text));
  return valid(from) && valid(to) ? t("list.span", { name, from: day(from ?? ""), to: day(to ?? "") }) : name;
}
