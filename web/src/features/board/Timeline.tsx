import { Group, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useDeferredValue, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { Waiting } from "@/ui/Waiting";
import { useLanguage } from "@/ui/when";
import classes from "./board.module.css";
import type { Crew } from "./crew";
import type { Cursor } from "./cursor";
import { crew, type Tickets } from "./data";
import { Line } from "./Line";
import { hours as marks } from "./plan";

const HOUR = 3_600_000;
const SPANS = ["8", "24", "72"];

interface Props {
  crew: Crew;
  tickets: Tickets;
  /** Ids that pass the filter; others are faint. */
  passing: ReadonlySet<string> | null;
  territories: string[];
  cursor: Cursor;
  now: number;
  hours: number;
  onHours: (hours: number) => void;
  onChoose: (id: string) => void;
  onPerson: (id: string) => void;
}

/** Rows of consultants against the clock. */
export const Timeline = memo(function Timeline({ crew: { people, query }, tickets, passing, territories, cursor, now, hours, onHours, onChoose, onPerson }: Props) {
  const { t } = useTranslation("board");
  const language = useLanguage();
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const [text, write] = useState("");
  const [busy, only] = useState(false);
  const search = useDeferredValue(text);
  const shown = useMemo(() => crew(people, search, territories, busy), [people, search, territories, busy]);
  const box = useRef<HTMLDivElement>(null);
  const height = phone ? 56 : 44;
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 4,
    getItemKey: (at) => shown[at]?.id ?? at,
  });
  const days = new Intl.DateTimeFormat(locale(language), { weekday: "short", day: "numeric" });
  const clocks = new Intl.DateTimeFormat(locale(language), { hour: "numeric" });
  const from = Math.floor(now / HOUR) * HOUR - HOUR;
  const to = from + hours * HOUR;
  const at = (time: number) => `${((time - from) / (to - from)) * 100}%`;
  return (
    <div className={classes["body"]}>
      <Group gap="xs" p={6} wrap="wrap">
        <TextInput size="xs" flex="1 1 120px" maw={220} placeholder={t("timeline.find")} aria-label={t("timeline.find")} value={text} onChange={(event) => write(event.currentTarget.value)} />
        <Switch size="xs" label={t("timeline.busy")} checked={busy} onChange={(event) => only(event.currentTarget.checked)} />
        <SegmentedControl size="xs" aria-label={t("timeline.span")} value={String(hours)} onChange={(value) => onHours(Number(value))}
          data={SPANS.map((value) => ({ value, label: t("timeline.hours", { count: Number(value) }) }))} />
      </Group>
      <div className={classes["hours"]} aria-hidden>
        <div className={classes["frame"]}>
          {marks(from, to, phone ? 4 : 12).map((hour) => (
            <span key={hour} className={classes["hour"]} style={{ left: at(hour) }}>
              {(new Date(hour).getHours() === 0 ? days : clocks).format(hour)}
            </span>
          ))}
        </div>
      </div>
      {query.isPending && <Waiting rows={6} height={32} />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {shown.length === 0 ? !query.isPending && !query.isError && <Empty title={t("timeline.none")} text={t("timeline.none_text")} /> : (
        <div ref={box} className={classes["scroll"]}>
          <ul className={classes["list"]} aria-label={t("timeline.title")} style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((item) => {
              const person = shown[item.index];
              return person && (
                <Line key={item.key} person={person} tickets={tickets} passing={passing} cursor={cursor} now={now} from={from} to={to} top={item.start}
                  place={item.index + 1} of={shown.length} onChoose={onChoose} onPerson={onPerson} />
              );
            })}
          </ul>
          <div className={classes["frame"]}><div className={classes["now"]} style={{ left: at(now), height: rows.getTotalSize() }} /></div>
        </div>
      )}
    </div>
  );
});
