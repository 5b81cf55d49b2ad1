import { Button, Stack } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { useMe } from "@/sync/useSession";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { absolute, useLanguage } from "@/ui/when";
import { Backlog } from "./Backlog";
import { type Figures, useFigures, useTrend } from "./data";
import { Export, Recount, type Saved } from "./Export";
import { Filters } from "./Filters";
import { type Filters as Chosen, read } from "./filters";
import { Flow } from "./Flow";
import { Load } from "./Load";
import classes from "./reports.module.css";
import { Surveys } from "./Surveys";
import { Tiles } from "./Tiles";
import { Trend } from "./Trend";

/** The manager's dashboard: every figure opens its tickets. */
export default function Reports() {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  const { zone } = useMe();
  const navigate = useNavigate();
  const chosen = read(useSearch({ strict: false }) as Record<string, unknown>);
  const [saved, save] = useState<Saved | null>(null);
  const { now, then } = useFigures(chosen, zone);
  const choose = (filters: Chosen) => {
    save(null);
    void navigate({ to: "/reports" as never, search: { ...read({ ...filters }) } as never, replace: true });
  };
  const figures = now.data;
  const lead = figures && t("lead", { from: absolute(figures.from, language, zone), to: absolute(figures.to, language, zone), at: absolute(figures.at, language, zone, true) });
  return (
    <Page wide title={t("title")} lead={lead} actions={figures && (
      <>
        <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => window.print()}>{t("print")}</Button>
        <Export figures={figures} saved={save} />
      </>
    )}>
      <Filters chosen={chosen} zone={zone} choose={choose} />
      {saved && <Recount saved={saved} close={() => save(null)} />}
      {now.error && <Failure error={now.error} retry={() => void now.refetch()} />}
      {now.isPending && <Waiting rows={3} height={140} />}
      {figures && <Dashboard figures={figures} then={then} chosen={chosen} zone={zone} />}
    </Page>
  );
}

function Dashboard({ figures, then, chosen, zone }: { figures: Figures; then?: Figures; chosen: Chosen; zone: string }) {
  const { t } = useTranslation("reports");
  const trend = useTrend(chosen, zone, !!then);
  const nothing = !figures.backlog.count && !figures.created.count && !figures.resolved.count && !figures.closed.count;
  return (
    <Stack gap="md" className={classes["page"]}>
      <Tiles figures={figures} then={then} />
      {nothing ? <Empty title={t("empty.title")} text={t("empty.text")} /> : (
        <>
          <div className={classes["pair"]}>
            <Flow figures={figures} />
            <Trend figures={figures} pieces={trend} />
          </div>
          <Backlog figures={figures} />
          <div className={classes["pair"]}>
            <Load figures={figures} kind="open" />
            <Load figures={figures} kind="done" />
          </div>
        </>
      )}
      {session.has("manager", "administrator", "auditor") && <Surveys filters={chosen} zone={zone} />}
    </Stack>
  );
}
