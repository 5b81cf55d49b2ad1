import { Text, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, startTransition, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useReason } from "@/ui/Failure";
import { useShortcuts } from "@/ui/shortcuts";
import { failed } from "@/ui/toast";
import { useNow } from "@/ui/when";
import { Waiting } from "@/ui/Waiting";
import classes from "./board.module.css";
import type { Kind } from "./Bulk";
import { useCrew } from "./crew";
import { Cursor } from "./cursor";
import { type Filters, NONE, same, type Sort, stalled, type Ticket, values, type View } from "./data";
import { Drag } from "./Drag";
import { Filter } from "./Filter";
import { Lane } from "./Lane";
import { Panel } from "./Panel";
import { Panes } from "./Panes";
import { Pile } from "./Pile";
import { Selected } from "./Selected";
import { type Layout, useSettings } from "./settings";
import { store, useWork } from "./store";
import { Timeline } from "./Timeline";
import { type Look, useShown } from "./useShown";
import { GIVEN, Views } from "./Views";

const Map = lazy(() => import("./Map"));
const Assign = lazy(() => import("./Assign"));
const Bulk = lazy(() => import("./Bulk"));
const Order = lazy(() => import("./Order"));

type Open = { kind: "assign"; ticket: Ticket; onto: string } | { kind: "bulk"; act: Kind; tickets: Ticket[] } | { kind: "order"; person: string } | null;

/** The dispatcher's home: queue, map and timeline, linked. What is chosen and selected is the cursor's: rows hear of it, the board does not render. */
export default function Board() {
  const { t } = useTranslation("board");
  const navigate = useNavigate();
  const reason = useReason();
  const asked = useSearch({ strict: false }) as { ticket?: string };
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const now = useDeferredValue(useNow());
  const work = useWork();
  const tickets = useDeferredValue(work.tickets);
  const crew = useCrew();
  const { people, names } = crew;
  const { settings, change } = useSettings((error) => failed(`${t("settings.lost")} ${reason(error)}`));
  const [cursor] = useState(() => new Cursor(asked.ticket ?? null));
  const [look, turn] = useState<Look>({ filters: NONE, sort: "urgent" });
  const wanted = useDeferredValue(look);
  const [why, explain] = useState(!!asked.ticket);
  const [open, show] = useState<Open>(null);
  const input = useRef<HTMLInputElement>(null);
  const views = useMemo(() => [...GIVEN, ...settings.views], [settings.views]);
  const shown = useShown({ tickets, names, look: wanted, now, views, cursor });
  const { ids } = shown;
  const stuck = useMemo(() => stalled(tickets), [tickets]);
  const territories = useMemo(() => values(tickets, (ticket) => ticket.territory), [tickets]);
  useEffect(() => {
    document.title = `${t("title")} · Sysops Squad`;
  }, [t]);
  useEffect(() => cursor.prune(work.tickets), [cursor, work.tickets]);

  const give = useCallback((id: string, onto = "") => {
    const ticket = store.work.tickets.get(id);
    if (ticket) show({ kind: "assign", ticket, onto });
  }, []);
  const bulk = useCallback((act: Kind) => show({ kind: "bulk", act, tickets: cursor.selected.flatMap((id) => store.work.tickets.get(id) ?? []) }), [cursor]);
  const pick = useCallback((id: string) => {
    cursor.choose(id);
    explain(true);
  }, [cursor]);
  const does = useMemo(() => ({ choose: pick, assign: give }), [pick, give]);
  const person = useCallback((id: string) => show({ kind: "order", person: id }), []);
  const close = useCallback(() => explain(false), []);
  const layout = useCallback((next: Layout) => change((before) => ({ ...before, layout: next })), [change]);
  const reach = useCallback((hours: number) => change((before) => ({ ...before, layout: { ...before.layout, hours } })), [change]);
  const keep = useCallback((next: (views: View[]) => View[]) => change((before) => ({ ...before, views: next(before.views) })), [change]);
  const go = useCallback(({ filters, sort }: Look) => turn({ filters, sort }), []);
  const filter = useCallback((filters: Filters) => turn((before) => ({ ...before, filters })), []);
  const write = useCallback((text: string) => startTransition(() => turn((before) => ({ ...before, filters: { ...before.filters, text } }))), []);
  const order = useCallback((sort: Sort) => turn((before) => ({ ...before, sort })), []);
  const clear = useCallback(() => filter(NONE), [filter]);
  const needy = useCallback(() => filter({ ...NONE, status: ["needs_dispatcher"] }), [filter]);

  useShortcuts([
    { keys: "J", label: t("keys.next"), act: () => cursor.move(1) },
    { keys: "K", label: t("keys.previous"), act: () => cursor.move(-1) },
    { keys: "X", label: t("keys.select"), act: () => cursor.chosen && cursor.toggle(cursor.chosen) },
    { keys: "A", label: t("keys.assign"), act: () => (cursor.size ? bulk("person") : cursor.chosen && give(cursor.chosen)) },
    { keys: "W", label: t("keys.why"), act: () => explain((before) => !before && !!cursor.chosen) },
    { keys: "E", label: t("keys.open"), act: () => cursor.chosen && void navigate({ to: `/tickets/${cursor.chosen}` }) },
    { keys: "/", label: t("keys.filter"), act: (event) => { event.preventDefault(); input.current?.focus(); } },
  ]);

  const narrowed = useMemo(() => !same(wanted.filters, NONE), [wanted.filters]);
  const panes = {
    queue: (
      <>
        <Filter filters={look.filters} sort={look.sort} territories={territories} people={people} input={input} onText={write} onFilters={filter} onSort={order} />
        {!narrowed && <Lane tickets={stuck} onChoose={pick} onAssign={give} onAll={needy} />}
        <Pile state={work.state} error={work.error} some={work.tickets.size > 0} tickets={tickets} names={names} ids={ids} pending={shown.pending} narrowed={narrowed} cursor={cursor} now={now} does={does}
          onRead={shown.onRead} onApply={shown.onApply} onClear={clear} />
        <Selected cursor={cursor} onAct={bulk} />
      </>
    ),
    map: <Suspense fallback={<Waiting rows={1} height={180} />}><Map tickets={tickets} ids={ids} people={people} cursor={cursor} now={now} onChoose={pick} /></Suspense>,
    timeline: (
      <Timeline crew={crew} tickets={tickets} passing={narrowed ? shown.passing : null} territories={wanted.filters.territory} cursor={cursor} now={now} hours={settings.layout.hours}
        onHours={reach} onChoose={pick} onPerson={person} />
    ),
  };
  return (
    <div className={classes["board"]}>
      <div className={classes["head"]}>
        <Title order={1} size="h4">{t("title")}</Title>
        <Views views={settings.views} counts={shown.counts} filters={look.filters} sort={look.sort} onOpen={go} onViews={keep} />
        {!phone && <Text size="sm" c="dimmed">{t("open", { count: tickets.size })}</Text>}
      </div>
      <Drag names={names} onDrop={give}>
        <Panes layout={settings.layout} onLayout={layout} panes={panes} phone={phone} />
      </Drag>
      <Suspense fallback={null}>
        {why && <Panel cursor={cursor} tickets={work.tickets} people={people} names={names} close={close} onAssign={give} onPerson={person} />}
        {open?.kind === "assign" && <Assign ticket={open.ticket} onto={open.onto} people={people} close={() => show(null)} />}
        {open?.kind === "bulk" && <Bulk kind={open.act} tickets={open.tickets} people={people} names={names} close={() => { show(null); cursor.clear(); }} />}
        {open?.kind === "order" && <Order id={open.person} name={names.get(open.person) ?? ""} tickets={tickets} close={() => show(null)} onChoose={(id) => { show(null); pick(id); }} />}
      </Suspense>
    </div>
  );
}
