import { Skeleton, Table, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import type { Figures } from "./data";
import { day, percent } from "./numbers";
import { Opens } from "./Opens";
import { Panel } from "./Panel";
import classes from "./reports.module.css";

const Lines = lazy(() => import("./charts/Lines"));

/** The share of promises kept, piece by piece of the span. */
export function Trend({ pieces, figures }: { pieces: Figures[]; figures: Figures }) {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  const { met, missed, share } = figures.sla;
  const when = ({ from, zone }: Figures) => day(from, language, zone);
  const lead = share === null ? t("sla.none") : t("sla.lead", { share: percent(share, language), met: met.count, count: met.count + missed.count });
  const table = (
    <Table className={classes["table"]}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("sla.from")}</Table.Th>
          {["share", "met", "missed"].map((name) => <Table.Th key={name} ta="end">{t(`sla.${name}`)}</Table.Th>)}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {pieces.map((piece) => (
          <Table.Tr key={piece.from}>
            <Table.Th scope="row" fw={400}>{when(piece)}</Table.Th>
            <Table.Td ta="end">{piece.sla.share === null ? "–" : percent(piece.sla.share, language)}</Table.Td>
            {(["met", "missed"] as const).map((kind) => (
              <Table.Td key={kind} ta="end">
                <Opens list={piece.sla[kind].list} count={piece.sla[kind].count} label={t("opens", { label: `${t(`sla.${kind}`)}, ${when(piece)}`, value: piece.sla[kind].count, count: piece.sla[kind].count })}>
                  {piece.sla[kind].count}
                </Opens>
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
  const data = pieces.map((piece) => ({ when: when(piece), share: piece.sla.share === null ? null : Math.round(1000 * piece.sla.share) / 10 }));
  return (
    <Panel title={t("sla.title")} lead={lead} table={pieces.length > 1 ? table : undefined}>
      {pieces.length > 1
        ? <Suspense fallback={<Skeleton height={240} />}><Lines data={data} top={100} format={(value) => percent(value / 100, language)} lines={[{ name: "share", label: t("sla.share"), color: "squad.6" }]} /></Suspense>
        : <Text size="sm" c="dimmed">{t("sla.short")}</Text>}
    </Panel>
  );
}
