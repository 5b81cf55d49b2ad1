import { ActionIcon, SegmentedControl, Tooltip } from "@mantine/core";
import { IconArrowsMaximize, IconMinus } from "@tabler/icons-react";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import classes from "./board.module.css";
import type { Layout, Pane } from "./settings";

const [LEAST, MOST, STEP] = [20, 75, 3]; // percent

interface Props {
  layout: Layout;
  onLayout: (layout: Layout) => void;
  panes: Record<Pane, ReactNode>;
  phone: boolean;
}

/** Three panes whose sizes can be changed by pointer and keys; one at a time on a phone. */
export function Panes({ layout, onLayout, panes, phone }: Props) {
  const { t } = useTranslation("board");
  const [shown, show] = useState<Pane>("queue");
  const all = useRef<HTMLDivElement>(null);
  const side = useRef<HTMLDivElement>(null);
  if (phone)
    return (
      <>
        <SegmentedControl fullWidth aria-label={t("pane.choose")} value={shown} onChange={(value) => show(value as Pane)}
          data={(["queue", "map", "timeline"] as const).map((value) => ({ value, label: t(`pane.${value}`) }))} />
        <section className={classes["pane"]} style={{ flex: 1 }} aria-label={t(`pane.${shown}`)}>{panes[shown]}</section>
      </>
    );
  const shut = (pane: Pane) => layout.closed.includes(pane);
  const toggle = (pane: Pane) => onLayout({ ...layout, closed: shut(pane) ? layout.closed.filter((one) => one !== pane) : [...layout.closed, pane] });
  const frame = (pane: Pane, size: string) => (
    <section className={classes["pane"]} style={{ flex: shut(pane) ? "none" : size }} aria-label={t(`pane.${pane}`)}>
      <div className={classes["title"]}>
        <h2>{t(`pane.${pane}`)}</h2>
        <Tooltip label={t(shut(pane) ? "pane.open" : "pane.close", { pane: t(`pane.${pane}`) })}>
          <ActionIcon variant="subtle" color="gray" aria-expanded={!shut(pane)} onClick={() => toggle(pane)}
            aria-label={t(shut(pane) ? "pane.open" : "pane.close", { pane: t(`pane.${pane}`) })}>
            {shut(pane) ? <IconArrowsMaximize size={16} /> : <IconMinus size={16} />}
          </ActionIcon>
        </Tooltip>
      </div>
      {!shut(pane) && panes[pane]}
    </section>
  );
  const right = !shut("map") || !shut("timeline");
  return (
    <div ref={all} className={classes["panes"]}>
      {frame("queue", right ? `0 0 ${layout.queue}%` : "1")}
      <Split box={all} value={layout.queue} label={t("pane.width")} upright onChange={(queue) => onLayout({ ...layout, queue })} />
      <div ref={side} className={classes["side"]} style={right ? undefined : { flex: "none" }}>
        {frame("map", shut("timeline") ? "1" : `0 0 ${layout.map}%`)}
        <Split box={side} value={layout.map} label={t("pane.height")} onChange={(map) => onLayout({ ...layout, map })} />
        {frame("timeline", "1")}
      </div>
    </div>
  );
}

interface SplitProps {
  box: { current: HTMLDivElement | null };
  value: number;
  label: string;
  upright?: boolean;
  onChange: (value: number) => void;
}

function Split({ box, value, label, upright = false, onChange }: SplitProps) {
  const set = (next: number) => onChange(Math.round(Math.max(LEAST, Math.min(MOST, next))));
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const edge = box.current?.getBoundingClientRect();
    if (!edge || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    set(upright ? ((event.clientX - edge.left) / edge.width) * 100 : ((event.clientY - edge.top) / edge.height) * 100);
  };
  const key = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP, ArrowUp: -STEP, ArrowRight: STEP, ArrowDown: STEP }[event.key];
    if (!by) return;
    event.preventDefault();
    set(value + by);
  };
  return (
    <div role="separator" tabIndex={0} className={classes["split"]} aria-orientation={upright ? "vertical" : "horizontal"} aria-label={label}
      aria-valuenow={value} aria-valuemin={LEAST} aria-valuemax={MOST} onKeyDown={key} onPointerMove={drag}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)} />
  );
}
