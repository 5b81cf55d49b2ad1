import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import type { Step } from "./data";
import { lanes, short } from "./lanes";
import { brief } from "./brief";
import classes from "./operations.module.css";

const [WIDE, HIGH, LEFT, TOP] = [104, 46, 104, 62];

/** The journey as swim lanes: a column for each event, a lane for each service. The table below says the same. */
export function Picture({ events, label }: { events: Step[]; label: string }) {
  const { t } = useTranslation("operations");
  const language = useLanguage();
  const { services, marks } = lanes(events);
  const [width, height] = [LEFT + events.length * WIDE + 16, TOP + services.length * HIGH + 8];
  const x = (column: number) => LEFT + column * WIDE + WIDE / 2;
  const y = (row: number) => TOP + row * HIGH + HIGH / 2;
  return (
    <div>
      <div className={classes["scroll"]} role="group" aria-label={label} tabIndex={0}>
        <svg width={width} height={height} className={classes["lanes"]} aria-hidden="true">
          {services.map((name, row) => <rect key={name} x={0} y={TOP + row * HIGH} width={width} height={HIGH} className={classes["band"]} />)}
          {services.map((name, row) => <text key={name} x={8} y={y(row) + 4} fontWeight={600}>{name}</text>)}
          {events.map(({ id, type, after_ms }, column) => (
            <g key={id}>
              {split(short(type)).map((part, line) => <text key={part} x={x(column)} y={14 + 14 * line} textAnchor="middle">{part}</text>)}
              <text x={x(column)} y={TOP - 6} textAnchor="middle" className={classes["soft"]}>{`+${brief(after_ms, language)}`}</text>
            </g>
          ))}
          {events.map(({ id }, column) => {
            const rows = marks.filter((mark) => mark.column === column).map(({ row }) => row);
            return <line key={id} x1={x(column)} x2={x(column)} y1={y(Math.min(...rows))} y2={y(Math.max(...rows))} className={classes["wire"]} />;
          })}
          {marks.map(({ key, column, row, kind, receives, latency }) => (
            <g key={key}>
              {kind === "event"
                ? <rect x={x(column) - 8} y={y(row) - 8} width={16} height={16} rx={3} className={classes["event"]} />
                : <circle cx={x(column)} cy={y(row)} r={6} className={classes[kind]} />}
              {latency !== null && <text x={x(column) + 11} y={y(row) + 4} className={classes["soft"]}>{brief(latency, language) + (receives > 1 ? ` ×${receives}` : "")}</text>}
            </g>
          ))}
        </svg>
      </div>
      <ul className={classes["legend"]}>
        {(["event", "ack", "duplicate", "retry", "bury"] as const).map((kind) => (
          <li key={kind}>
            <svg width={14} height={14} aria-hidden="true">
              {kind === "event" ? <rect width={14} height={14} rx={3} className={classes["event"]} /> : <circle cx={7} cy={7} r={6} className={classes[kind]} />}
            </svg>
            <Text size="sm" span>{t(`outcome.${kind}`)}</Text>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A name in at most two lines. */
function split(name: string): string[] {
  const words = name.split("_");
  if (name.length <= 14 || words.length < 2) return [words.join(" ")];
  const half = Math.ceil(words.length / 2);
  return [words.slice(0, half).join(" "), words.slice(half).join(" ")];
}
