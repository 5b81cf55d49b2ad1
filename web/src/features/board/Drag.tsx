import {
  type Announcements, DndContext, type DragEndEvent, DragOverlay, getClientRect, KeyboardCode, type KeyboardCoordinateGetter, KeyboardSensor, MouseSensor, pointerWithin,
  rectIntersection, useSensor, useSensors,
} from "@dnd-kit/core";
import { memo, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import classes from "./board.module.css";
import { store } from "./store";

interface Props {
  names: ReadonlyMap<string, string>;
  onDrop: (ticket: string, person: string) => void;
  children: ReactNode;
}

/** Arrows go from one consultant's row to the next one. */
const rows: KeyboardCoordinateGetter = (event, { context, currentCoordinates }) => {
  const by = event.code === KeyboardCode.Down ? 1 : event.code === KeyboardCode.Up ? -1 : 0;
  if (!by) return undefined;
  event.preventDefault();
  const all = [...context.droppableRects].filter(([id]) => String(id).startsWith("person:")).sort((one, other) => one[1].top - other[1].top);
  const at = all.findIndex(([id]) => id === context.over?.id);
  const rect = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))]?.[1];
  return rect ? { x: rect.left + 8, y: rect.top + 4 } : currentCoordinates;
};

// Always the same objects: with new ones, all that can be dragged would render again.
const MOUSE = { activationConstraint: { distance: 6 } };
const KEYS = { coordinateGetter: rows };
const MEASURE = { draggable: { measure: getClientRect }, droppable: { measure: getClientRect } }; // rows are where their transform puts them

/** A ticket can be dragged onto a consultant's row, with the mouse or with space and arrows. */
export const Drag = memo(function Drag({ names, onDrop, children }: Props) {
  const { t } = useTranslation("board");
  const [held, take] = useState<string | null>(null);
  const sensors = useSensors(
    useSensor(MouseSensor, MOUSE),
    useSensor(KeyboardSensor, KEYS),
  );
  const title = (data: unknown) => store.work.tickets.get((data as { ticket?: string } | undefined)?.ticket ?? "")?.title ?? "";
  const name = (data: unknown) => names.get((data as { person?: string } | undefined)?.person ?? "") ?? "";
  const announcements: Announcements = {
    onDragStart: ({ active }) => t("drag.start", { title: title(active.data.current) }),
    onDragOver: ({ over }) => (over ? t("drag.over", { name: name(over.data.current) }) : t("drag.nowhere")),
    onDragEnd: ({ over }) => (over ? t("drag.end", { name: name(over.data.current) }) : t("drag.cancel")),
    onDragCancel: () => t("drag.cancel"),
  };
  const end = ({ active, over }: DragEndEvent) => {
    take(null);
    const [ticket, person] = [active.data.current?.["ticket"] as string | undefined, over?.data.current?.["person"] as string | undefined];
    if (ticket && person) onDrop(ticket, person);
  };
  return (
    <DndContext sensors={sensors} measuring={MEASURE} accessibility={{ announcements, screenReaderInstructions: { draggable: t("drag.help") } }}
      collisionDetection={(args) => (args.pointerCoordinates ? pointerWithin(args) : rectIntersection(args))}
      onDragStart={({ active }) => take(active.data.current?.["ticket"] as string)} onDragEnd={end} onDragCancel={() => take(null)}>
      {children}
      <DragOverlay dropAnimation={null}>{held && <div className={classes["floating"]}>{store.work.tickets.get(held)?.title}</div>}</DragOverlay>
    </DndContext>
  );
});
