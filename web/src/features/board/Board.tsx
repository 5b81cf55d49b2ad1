import { Text, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useReason } from "@/ui/Failure";
import { useShortcuts } from "@/ui/shortcuts";
import { failed } from "@/ui/toast";
import { useNow } from "@/ui/when";
import { Waiting } from "@/ui/Waiting";
import classes from "./board.module.css";
import type { Kind } from "./Bulk";
import { useCrew } from "./crew";
import { type Filters, NONE, same, type Sort, stalled, step, type Ticket, values, type View } from "./data";
import { Drag } from "./Drag";
import { Filter } from "./Filter";
import { Lane } from "./Lane";
import { Panes } from "./Panes";
import { Pile } from "./Pile";
import { Selected } from "./Selected";
import { type Layout, useSettings } from "./settings";
import { useWork } from "./store";
import { Timeline } from "./Timeline";
import { useShown } from "./useShown";
import { GIVEN, Views } from "./Views";

const Map = lazy(() => import("./Map"));
const Why = lazy(() => import("./Why"));
const Assign = lazy(() => import("./Assign"));
const Bulk = lazy(() => import("./Bulk"));
const Order = lazy(() => import("./Order"));

type Open = { kind: "assign"; ticket: Ticket; onto: string } | { kind: "bulk"; act: Kind } | { kind: "order"; person: string } | null;

/** The dispatcher's home: queue, map and timeline, linked. */
export default function Board() {
  const { t } = useTranslation("board");
  const navigate = useNavigate();
  const reason = useReason();
  const asked = useSearch({ strict: false }) as { ticket?: string };
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const now = useNow();
  const work = useWork();
  const tickets = useDeferredValue(work.tickets);
  const crew = useCrew();
  const { people, names } = crew;
  const { settings, change } = useSettings((error) => failed(`${t("settings.lost")} ${reason(error)}`));
  const [filters, filter] = useState<Filters>(NONE);
  const [sort, order] = useState<Sort>("urgent");
  const [chosen, choose] = useState<string | null>(asked.ticket ?? null);
  const [why, explain] = useState(!!asked.ticket);
  const [checked, check] = useState<ReadonlySet<string>>(new Set());
  const [open, show] = useState<Open>(null);
  const input = useRef<HTMLInputElement>(null);
  const views = useMemo(() => [...GIVEN, ...settings.views], [settings.views]);
  const shown = useShown({ tickets, names, filters, sort, now, views, busy: checked.size > 0 });
  const { ids } = shown;
  const stuck = useMemo(() => stalled(tickets), [tickets]);
  const territories = useMemo(() => values(tickets, (ticket) => ticket.territory), [tickets]);
  const mark = useDeferredValue(chosen);
  useEffect(() => {
    document.title = `${t("title")} · Sysops Squad`;
  }, [t]);

  const last = useRef<{ ids: string[]; anchor: string | null }>({ ids, anchor: null });
  useEffect(() => {
    last.current.ids = ids;
  });
  const toggle = useCallback((id: string, range = false) => {
    const { ids: all, anchor } = last.current;
    const span = [anchor ? all.indexOf(anchor) : -1, all.indexOf(id)].sort((one, other) => one - other) as [number, number];
    const some = range && span[0] >= 0 ? all.slice(span[0], span[1] + 1) : [id];
    last.current.anchor = id;
    check((before) => {
      const next = new Set(before);
      const on = !before.has(id);
      for (const one of some) if (on) next.add(one); else next.delete(one);
      return next;
    });
  }, []);
  const give = useCallback((id: string, onto = "") => {
    const ticket = work.tickets.get(id);
    if (ticket) show({ kind: "assign", ticket, onto });
  }, [work.tickets]);
  const latest = useRef(give);
  useEffect(() => {
    latest.current = give;
  });
  const pick = useCallback((id: string) => {
    choose(id);
    explain(true);
  }, []);
  const does = useMemo(() => ({ choose: pick, check: toggle, assign: (id: string) => latest.current(id) }), [pick, toggle]);
  const person = useCallback((id: string) => show({ kind: "order", person: id }), []);
  const layout = useCallback((next: Layout) => change((before) => ({ ...before, layout: next })), [change]);
  const reach = useCallback((hours: number) => change((before) => ({ ...before, layout: { ...before.layout, hours } })), [change]);
  const keep = useCallback((next: (views: View[]) => View[]) => change((before) => ({ ...before, views: next(before.views) })), [change]);
  const go = useCallback((view: View) => {
    filter(view.filters);
    order(view.sort);
  }, []);

  const move = (by: number) => choose((before) => step(ids, before, by));
  useShortcuts([
    { keys: "J", label: t("keys.next"), act: () => move(1) },
    { keys: "K", label: t("keys.previous"), act: () => move(-1) },
    { keys: "X", label: t("keys.select"), act: () => chosen && toggle(chosen) },
    { keys: "A", label: t("keys.assign"), act: () => (checked.size ? show({ kind: "bulk", act: "person" }) : chosen && give(chosen)) },
    { keys: "W", label: t("keys.why"), act: () => explain((before) => !before && !!chosen) },
    { keys: "E", label: t("keys.open"), act: () => chosen && void navigate({ to: `/tickets/${chosen}` }) },
    { keys: "/", label: t("keys.filter"), act: (event) => { event.preventDefault(); input.current?.focus(); } },
  ]);

  const focus = work.tickets.get(chosen ?? "");
  const narrowed = !same(filters, NONE);
  const selected = [...checked].flatMap((id) => work.tickets.get(id) ?? []);
  const panes = {
    queue: (
      <>
        <Filter filters={filters} sort={sort} territories={territories} people={people} input={input} onFilters={filter} onSort={order} />
        {!narrowed && <Lane tickets={stuck} onChoose={pick} onAssign={give} onAll={() => filter({ ...NONE, status: ["needs_dispatcher"] })} />}
        <Pile work={work} tickets={tickets} names={names} shown={shown} narrowed={narrowed} chosen={chosen} checked={checked} now={now} does={does} onClear={() => filter(NONE)} />
        {selected.length > 0 && <Selected count={selected.length} onAct={(act) => show({ kind: "bulk", act })} onClear={() => check(new Set())} />}
      </>
    ),
    map: <Suspense fallback={<Waiting rows={1} height={180} />}><Map tickets={tickets} ids={ids} people={people} chosen={mark} now={now} onChoose={pick} /></Suspense>,
    timeline: (
      <Timeline crew={crew} tickets={tickets} passing={narrowed ? shown.passing : null} territories={filters.territory} chosen={mark} now={now} hours={settings.layout.hours}
        onHours={reach} onChoose={pick} onPerson={person} />
    ),
  };
  return (
    <div className={classes["board"]}>
      <div className={classes["head"]}>
        <Title order={1} size="h4">{t("title")}</Title>
        <Views views={settings.views} counts={shown.counts} filters={filters} sort={sort} onOpen={go} onViews={keep} />
        {!phone && <Text size="sm" c="dimmed">{t("open", { count: tickets.size })}</Text>}
      </div>
      <Drag tickets={tickets} names={names} onDrop={give}>
        <Panes layout={settings.layout} onLayout={layout} panes={panes} phone={phone} />
      </Drag>
      <Suspense fallback={null}>
        {why && focus && <Why key={focus.id} ticket={focus} people={people} names={names} close={() => explain(false)} onAssign={() => give(focus.id)} onPerson={person} />}
        {open?.kind === "assign" && <Assign ticket={open.ticket} onto={open.onto} people={people} close={() => show(null)} />}
        {open?.kind === "bulk" && <Bulk kind={open.act} tickets={selected} people={people} names={names} close={() => { show(null); check(new Set()); }} />}
        {open?.kind === "order" && <Order id={open.person} name={names.get(open.person) ?? ""} tickets={tickets} close={() => show(null)} onChoose={(id) => { show(null); pick(id); }} />}
      </Suspense>
    </div>
  );
}
