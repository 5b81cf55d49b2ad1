/** Where the dispatcher is in the queue: the chosen ticket, and those that are selected. Who listens hears of what it reads only. */
import { useSyncExternalStore } from "react";

export class Cursor {
  private readonly listeners = new Set<() => void>();
  private readonly checked = new Set<string>();
  private ids: string[] = [];
  private places = new Map<string, number>();
  private anchor: string | null = null;

  constructor(public chosen: string | null = null) {}

  readonly subscribe = (told: () => void): (() => void) => {
    this.listeners.add(told);
    return () => this.listeners.delete(told);
  };

  /** Takes the rows of the queue, in order. */
  show(ids: string[]): void {
    this.ids = ids;
    this.places = new Map(ids.map((id, at) => [id, at]));
  }

  /** The row of a ticket, from 0; -1: it has none. */
  place = (id: string | null): number => this.places.get(id ?? "") ?? -1;

  choose(id: string | null): void {
    if (id === this.chosen) return;
    this.chosen = id;
    this.tell();
  }

  /** Chooses a row further down or up; the first one where none is chosen. Stops at the ends. */
  move(by: number): void {
    const at = this.place(this.chosen);
    const next = this.ids[at < 0 ? 0 : Math.max(0, Math.min(this.ids.length - 1, at + by))];
    if (next) this.choose(next);
  }

  /** Selects a ticket or takes it out; range: with all rows from the one before. */
  toggle(id: string, range = false): void {
    const [from, to] = [this.place(this.anchor), this.place(id)].sort((one, other) => one - other) as [number, number];
    const on = !this.checked.has(id);
    for (const one of range && from >= 0 ? this.ids.slice(from, to + 1) : [id]) if (on) this.checked.add(one); else this.checked.delete(one);
    this.anchor = id;
    this.tell();
  }

  has = (id: string): boolean => this.checked.has(id);

  get size(): number {
    return this.checked.size;
  }

  get selected(): string[] {
    return [...this.checked];
  }

  clear(): void {
    this.checked.clear();
    this.tell();
  }

  /** Drops from the selection what is no longer there. */
  prune(known: { has: (id: string) => boolean }): void {
    const gone = this.selected.filter((id) => !known.has(id));
    for (const id of gone) this.checked.delete(id);
    if (gone.length) this.tell();
  }

  private tell(): void {
    for (const told of this.listeners) told();
  }
}

/** Renders again only when what is read changes. */
export function useCursor<T extends string | number | boolean | null>(cursor: Cursor, read: (cursor: Cursor) => T): T {
  return useSyncExternalStore(cursor.subscribe, () => read(cursor));
}
