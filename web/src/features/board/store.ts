/** All open work, kept in step with the live stream; one for all panes. */
import { useSyncExternalStore } from "react";

import { api, ok } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import { type Change, live } from "@/sync/live";
import { merge, type Ticket, type Tickets } from "./data";

const PAGE = 200;
const GATHER = 400; // ms that changes are gathered before they are fetched
const AT_ONCE = 6; // requests at the same time
const MANY = 150; // changed tickets from which all pages are cheaper

export interface Work {
  tickets: Tickets;
  state: "empty" | "loading" | "ready" | "failed";
  error: unknown;
}

class Store extends EventTarget {
  work: Work = { tickets: new Map(), state: "empty", error: null };
  private changed = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private users = 0;

  /** Begins with the first screen that looks, ends with the last one. */
  readonly subscribe = (told: () => void): (() => void) => {
    this.addEventListener("change", told);
    if (this.users++ === 0) this.open();
    return () => {
      this.removeEventListener("change", told);
      if (--this.users === 0) this.close();
    };
  };

  private open(): void {
    live.addEventListener("change", this.heard);
    void this.load();
  }

  private close(): void {
    live.removeEventListener("change", this.heard);
    clearTimeout(this.timer);
    this.timer = undefined;
    this.changed.clear();
  }

  private become(work: Partial<Work>): void {
    this.work = { ...this.work, ...work };
    this.dispatchEvent(new Event("change"));
  }

  /** Fetches every page anew; what is shown stays until all is there, but for the first time. */
  readonly load = async (): Promise<void> => {
    const first = this.work.tickets.size === 0;
    if (this.work.state === "loading") return;
    this.become({ state: first ? "loading" : "ready", error: null });
    const found = new Map<string, Ticket>();
    let cursor: string | undefined;
    let pages = 0;
    try {
      do {
        const page = await ok(api.GET("/api/tickets", { params: { query: { open: true, limit: PAGE, ...(cursor && { cursor }) } } }));
        for (const ticket of page.items) found.set(ticket.id, ticket);
        cursor = page.next ?? undefined;
        if (first && cursor && pages++ % 5 === 0) this.become({ tickets: new Map(found) });
      } while (cursor && this.users > 0);
      this.become({ tickets: merge(found, newer(this.work.tickets, found)), state: "ready" });
    } catch (error) {
      this.become({ state: "failed", error });
    }
  };

  private readonly heard = (event: Event): void => {
    const { kind, id } = (event as CustomEvent<Change>).detail;
    if (kind === "gone") this.become({ tickets: merge(this.work.tickets, [], [id]) });
    else this.later(kind === "reset" ? "*" : id);
  };

  /** Fetches a ticket soon, together with others that changed. */
  later(id: string): void {
    this.changed.add(id);
    this.timer ??= setTimeout(() => void this.fetch(), GATHER);
  }

  private async fetch(): Promise<void> {
    this.timer = undefined;
    const ids = [...this.changed];
    this.changed.clear();
    if (ids.includes("*") || ids.length > MANY) return this.load();
    const [fresh, gone]: [Ticket[], string[]] = [[], []];
    const next = async (): Promise<void> => {
      for (let id = ids.pop(); id; id = ids.pop()) {
        try {
          fresh.push(await ok(api.GET("/api/tickets/{id}", { params: { path: { id } } })));
        } catch (error) {
          if (error instanceof Problem && error.kind === "missing") gone.push(id);
          else this.changed.add(id); // with the next one that changes
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    this.take(fresh, gone);
  }

  take(fresh: Ticket[], gone: string[] = []): void {
    const tickets = merge(this.work.tickets, fresh, gone);
    if (tickets !== this.work.tickets) this.become({ tickets });
  }

  /** Shows a change before the server confirms it. Gives what takes it back. */
  guess(id: string, change: Partial<Ticket>): () => void {
    const before = this.work.tickets.get(id);
    if (!before) return () => undefined;
    const after = { ...before, ...change };
    this.become({ tickets: new Map(this.work.tickets).set(id, after) });
    return () => {
      if (this.work.tickets.get(id) === after) this.become({ tickets: new Map(this.work.tickets).set(id, before) });
    };
  }
}

/** Those of the old ones that a page was too early for. */
const newer = (old: Tickets, found: Tickets) => [...old.values()].filter((ticket) => (found.get(ticket.id)?.version ?? Infinity) < ticket.version);

export const store = new Store();

export function useWork(): Work {
  return useSyncExternalStore(store.subscribe, () => store.work);
}
