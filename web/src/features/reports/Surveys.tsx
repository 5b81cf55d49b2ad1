import { Anchor, Blockquote, Group, Skeleton, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { IconStarFilled } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Failure } from "@/ui/Failure";
import { useLanguage } from "@/ui/when";
import { When } from "@/ui/When";
import { useSurveys } from "./data";
import type { Filters } from "./filters";
import { day, number } from "./numbers";
import { Panel } from "./Panel";
import classes from "./reports.module.css";
import { type Answer, average, ratings, weekly } from "./surveys";

const SHOWN = 8;

/** What customers answered in the span: on average, by rating, by week, and in their words. */
export function Surveys({ filters, zone }: { filters: Filters; zone: string }) {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  const { data, error, refetch, isPending } = useSurveys(filters, zone, true);
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Skeleton height={220} />;
  const mean = average(data);
  const filtered = !!(filters.territory || filters.category || filters.priority);
  const lead = mean === null ? t("surveys.none") : t("surveys.lead", { mean: number(mean, language, 2), count: data.length });
  return (
    <Panel title={t("surveys.title")} lead={<>{lead}{filtered && <> {t("surveys.unfiltered")}</>}</>}>
      {mean !== null && (
        <div className={classes["pair"]}>
          <Stack gap="md">
            <Ratings counts={ratings(data)} />
            <Weeks answers={data} zone={zone} />
          </Stack>
          <Comments answers={data} />
        </div>
      )}
    </Panel>
  );
}

function Ratings({ counts }: { counts: number[] }) {
  const { t } = useTranslation("reports");
  const most = Math.max(1, ...counts);
  return (
    <ul className={classes["bars"]} aria-label={t("surveys.question")}>
      {counts.map((count, at) => ({ count, rating: at + 1 })).reverse().map(({ count, rating }) => (
        <li key={rating}>
          <Text size="sm">{t(`surveys.rating.${rating}`)}</Text>
          <div className={classes["track"]} aria-hidden><div className={classes["fill"]} style={{ width: `${(100 * count) / most}%` }} /></div>
          <div className={classes["value"]}>{count}</div>
        </li>
      ))}
    </ul>
  );
}

function Weeks({ answers, zone }: { answers: Answer[]; zone: string }) {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  return (
    <Table className={classes["table"]}>
      <Table.Thead>
        <Table.Tr><Table.Th>{t("surveys.week")}</Table.Th><Table.Th ta="end">{t("surveys.answers")}</Table.Th><Table.Th ta="end">{t("surveys.mean")}</Table.Th></Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {weekly(answers).map(({ week, count, average: mean }) => (
          <Table.Tr key={week}>
            <Table.Th scope="row" fw={400}>{day(`${week}T12:00:00Z`, language, zone)}</Table.Th>
            <Table.Td ta="end">{count}</Table.Td>
            <Table.Td ta="end">{number(mean, language, 1)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Comments({ answers }: { answers: Answer[] }) {
  const { t } = useTranslation("reports");
  return (
    <Stack gap="sm">
      {answers.slice(0, SHOWN).map(({ ticket, reference, rating, comment, answered_at: at }) => (
        <Blockquote key={ticket} p="sm" m={0} iconSize={0} icon={null}>
          <Group gap="xs" mb={comment ? 4 : 0}>
            <Group gap={2} c="yellow.8" aria-hidden>{Array.from({ length: rating }, (_, star) => <IconStarFilled key={star} size={14} />)}</Group>
            <VisuallyHidden>{t(`surveys.rating.${rating}`)}</VisuallyHidden>
            <Anchor renderRoot={(props) => <Link {...props} to={`/tickets/${ticket}` as never} />} size="sm">{reference}</Anchor>
            <When at={at} size="sm" c="dimmed" />
          </Group>
          {comment && <Text size="sm">{comment}</Text>}
        </Blockquote>
      ))}
    </Stack>
  );
}
