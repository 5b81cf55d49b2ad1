import { Skeleton, Table } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import type { Figures } from "./data";
import { day, number } from "./numbers";
import { Opens } from "./Opens";
import { Panel } from "./Panel";
import classes from "./reports.module.css";

const Lines = lazy(() => import("./charts/Lines"));
const KINDS = ["created", "resolved", "closed"] as const;
const LOOKS = { created: ["squad.6"], resolved: ["orange.6", "6 4"], closed: ["grape.5", "2 3"] } as const;

/** How many were logged, resolved and closed, day by day or week by week. */
export function Flow({ figures }: { figures: Figures }) {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  const when = (start: string) => day(start, language, figures.zone);
  const data = figures.flow.map(({ start, created, resolved, closed }) => ({ when: when(start), created: created.count, resolved: resolved.count, closed: closed.count }));
  const lines = KINDS.map((name) => ({ name, label: t(`flow.${name}`), color: LOOKS[name][0], dash: LOOKS[name][1] }));
  const table = (
    <Table.ScrollContainer minWidth={360}>
      <Table className={classes["table"]} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t(`flow.${figures.bucket}`)}</Table.Th>
            {KINDS.map((kind) => <Table.Th key={kind} ta="end">{t(`flow.${kind}`)}</Table.Th>)}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {figures.flow.map((row) => (
            <Table.Tr key={row.start}>
              <Table.Th scope="row" fw={400}>{when(row.start)}</Table.Th>
              {KINDS.map((kind) => (
                <Table.Td key={kind} ta="end">
                  <Opens list={row[kind].list} count={row[kind].count} label={t("opens", { label: `${t(`flow.${kind}`)}, ${when(row.start)}`, value: row[kind].count, count: row[kind].count })}>
                    {number(row[kind].count, language)}
                  </Opens>
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
  return (
    <Panel title={t("flow.title")} lead={t("flow.lead", { count: figures.created.count, resolved: number(figures.resolved.count, language), closed: number(figures.closed.count, language) })} table={table}>
      <Suspense fallback={<Skeleton height={240} />}><Lines data={data} lines={lines} /></Suspense>
    </Panel>
  );
}
