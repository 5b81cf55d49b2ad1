import { useDraggable, useDroppable } from "@dnd-kit/core";
import { memo, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { clock, useLanguage } from "@/ui/when";
import classes from "./board.module.css";
import { type Cursor, useCursor } from "./cursor";
import { type Person, promise, type Tickets } from "./data";
import { type Bar, bars } from "./plan";

interface Props {
  person: Person;
  tickets: Tickets;
  passing: ReadonlySet<string> | null;
  cursor: Cursor;
  now: number;
  from: number;
  to: number;
  top: number;
  place: number;
  of: number;
  onChoose: (id: string) => void;
  onPerson: (id: string) => void;
}

/** A consultant on the timeline: hours behind, visits in front; tickets can be dropped on it. */
export const Line = memo(function Line({ person, tickets, passing, cursor, now, from, to, top, place, of, onChoose, onPerson }: Props) {
  const { t } = useTranslation("board");
  const language = useLanguage();
  const { setNodeRef, isOver } = useDroppable({ id: `person:${person.id}`, data: { person: person.id } });
  const visits = useMemo(() => bars(person, tickets, now), [person, tickets, now]);
  const share = (time: number) => ((Math.min(Math.max(time, from), to) - from) / (to - from)) * 100;
  const shift = person.opens && person.closes ? [Date.parse(person.opens), Date.parse(person.closes)] as const : null;
  const when = person.status === "off" && person.opens ? t("person.from", { when: day(person.opens, language) }) : t(`person.${person.status}`);
  return (
    <li ref={setNodeRef} className={classes["person"]} style={{ transform: `translateY(${top}px)` }} aria-setsize={of} aria-posinset={place} data-over={isOver || undefined}>
      <button type="button" className={classes["who"]} onClick={() => onPerson(person.id)} aria-label={t("person.order", { name: person.name, load: person.load, capacity: person.capacity, when })}>
        <b>{person.name}</b>
        <small>{`${person.load}/${person.capacity} · ${when}`}</small>
      </button>
      <div className={classes["track"]}>
        {shift && shift[1] > from && shift[0] < to && (
          <div className={classes["shift"]} style={{ left: `${share(shift[0])}%`, width: `${share(shift[1]) - share(shift[0])}%` }} />
        )}
        {visits.filter((bar) => bar.to > from && bar.from < to).map((bar) => (
          <Visit key={bar.ticket.id} bar={bar} left={share(bar.from)} width={share(bar.to) - share(bar.from)} late={promise(bar.ticket, bar.from) === "late"}
            cursor={cursor} faint={passing !== null && !passing.has(bar.ticket.id)} name={person.name} onChoose={onChoose} />
        ))}
      </div>
    </li>
  );
});

const day = (at: string, language: string) =>
  Date.parse(at) - Date.now() > 72_000_000 ? new Intl.DateTimeFormat(language, { weekday: "short", hour: "numeric" }).format(new Date(at)) : clock(at, language);

interface VisitProps {
  bar: Bar;
  left: number;
  width: number;
  late: boolean;
  cursor: Cursor;
  faint: boolean;
  name: string;
  onChoose: (id: string) => void;
}

const Visit = memo(function Visit({ bar, left, width, late, cursor, faint, name, onChoose }: VisitProps) {
  const { t } = useTranslation(["board", "ui"]);
  const language = useLanguage();
  const { ticket } = bar;
  const chosen = useCursor(cursor, () => cursor.chosen === ticket.id);
  const { setNodeRef, listeners } = useDraggable({ id: `bar:${ticket.id}`, data: { ticket: ticket.id } });
  const told = t("timeline.bar", {
    title: ticket.title, name, status: t(`ui:status.${ticket.status}`), from: clock(bar.from, language), to: clock(bar.to, language),
  });
  return (
    <button type="button" ref={setNodeRef} className={classes["bar"]} style={{ left: `${left}%`, width: `${width}%` }} title={told} aria-label={late ? `${told} ${t("timeline.late")}` : told}
      data-status={ticket.status} data-chosen={chosen || undefined} data-faint={faint || undefined} data-late={late || undefined}
      onMouseDown={listeners?.["onMouseDown"] as never} onClick={() => onChoose(ticket.id)}>
      {ticket.title}
    </button>
  );
});
