import { useDraggable } from "@dnd-kit/core";
import { IconGripVertical, IconUserPlus } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { relative, useLanguage } from "@/ui/when";
import classes from "./board.module.css";
import { type Cursor, useCursor } from "./cursor";
import { promise, type Ticket } from "./data";

/** What rows ask the board to do; stays the same object, so that rows need not render again. */
export interface Does {
  choose: (id: string) => void;
  assign: (id: string) => void;
}

const TONES: Record<string, string> = { new: "blue", needs_dispatcher: "red", on_site: "teal", travelling: "orange", waiting: "orange" };
const DUE = { late: "red", soon: "orange", fine: "" };

interface Props {
  ticket: Ticket;
  name: string;
  top: number;
  place: number;
  of: number;
  cursor: Cursor;
  now: number;
  does: Does;
}

/** A ticket in the queue: plain elements, since there may be thousands to scroll through. */
export const Row = memo(function Row({ ticket, name, top, place, of, cursor, now, does }: Props) {
  const { t } = useTranslation(["board", "ui"]);
  const language = useLanguage();
  const chosen = useCursor(cursor, () => cursor.chosen === ticket.id);
  const checked = useCursor(cursor, () => cursor.has(ticket.id));
  const { setNodeRef, listeners, attributes, isDragging } = useDraggable({ id: `queue:${ticket.id}`, data: { ticket: ticket.id } });
  const due = promise(ticket, now);
  return (
    <li ref={setNodeRef} className={classes["row"]} style={{ transform: `translateY(${top}px)` }} aria-setsize={of} aria-posinset={place}
      data-chosen={chosen || undefined} data-dragged={isDragging || undefined} onMouseDown={listeners?.["onMouseDown"] as never}>
      <label className={classes["check"]}>
        <input type="checkbox" checked={checked} aria-label={t("queue.select", { title: ticket.title })} onChange={() => undefined}
          onClick={(event) => cursor.toggle(ticket.id, event.shiftKey)} />
      </label>
      <button type="button" className={classes["main"]} onClick={() => does.choose(ticket.id)} aria-current={chosen || undefined}>
        <span className={classes["line"]}>
          <span className={classes["tag"]} data-tone={ticket.priority === 1 ? "solid" : ticket.priority === 2 ? "orange" : ""}>{`P${ticket.priority}`}</span>
          <span className={classes["name"]}>{ticket.title}</span>
          <span className={classes["tag"]} data-tone={DUE[due]}>{relative(Date.parse(ticket.due_at), now, language)}</span>
        </span>
        <span className={classes["line"]}>
          <span className={classes["tag"]} data-tone={TONES[ticket.status] ?? ""}>{t(`ui:status.${ticket.status}`)}</span>
          <span className={classes["more"]}>{[name, ticket.spot.place, ticket.reference].filter(Boolean).join(" · ")}</span>
        </span>
      </button>
      <button type="button" className={classes["icon"]} aria-label={t("queue.assign", { title: ticket.title })} onClick={() => does.assign(ticket.id)}>
        <IconUserPlus size={18} aria-hidden />
      </button>
      <button type="button" {...attributes} tabIndex={0} className={`${classes["icon"]} ${classes["grip"]}`} aria-label={t("queue.drag", { title: ticket.title })}
        onKeyDown={listeners?.["onKeyDown"] as never}>
        <IconGripVertical size={16} aria-hidden />
      </button>
    </li>
  );
});
