import { Alert, Button } from "@mantine/core";
import { IconStar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { useMe } from "@/sync/useSession";
import type { Ticket } from "./useTicket";

/** Asks the customer of a closed ticket how it was; the link is the one that their notification has. */
export function SurveyHint({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const me = useMe();
  const wanted = ticket.status === "closed" && ticket.requester === me.id;
  const { data: token } = useQuery({ queryKey: ["ticket", ticket.id, "survey"], queryFn: () => find(ticket.id), enabled: wanted, refetchInterval: (query) => (query.state.data === "" ? 5_000 : false) });
  if (!wanted || !token) return null;
  return (
    <Alert color="squad" icon={<IconStar />} title={t("survey.title")}>
      <p>{t("survey.text")}</p>
      <Button component={Link} to={`/survey/${token}`}>{t("survey.go")}</Button>
    </Alert>
  );
}

/** "": none (yet). null: it is answered. */
async function find(ticket: string): Promise<string | null> {
  const { items } = await ok(api.GET("/api/engagement/notifications", { params: { query: { limit: 50 } } }));
  const token = items.find((one) => one.kind === "survey" && one.ticket === ticket)?.link.split("/").at(-1) ?? "";
  if (!token) return "";
  const { answered } = await ok(api.GET("/api/engagement/surveys/{token}", { params: { path: { token } } }));
  return answered ? null : token;
}
