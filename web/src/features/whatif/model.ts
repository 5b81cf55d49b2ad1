/** A what-if as routing tells it (docs/whatif.md). */
import type { Schemas } from "@/sync/api/client";

export type Trial = Schemas["Trial"];
export type Two = [number, number];

export interface Figure {
  name: string;
  unit: string;
  values: Two;
  better: "more" | "less" | "";
}

export interface Urgency {
  priority: number;
  tickets: number;
  met: Two;
  wait: Two;
}

export interface Moved {
  ticket: string;
  priority: number;
  created: string;
  consultants: [string, string];
  saved: number;
  why: Record<string, number>;
}

export interface Result {
  world: { source: string; since: string; until: string; consultants: Two; tickets: number; declines: number; measured: number };
  versions: Two;
  changes: Record<string, { field: string; old: string; new: string }[]>;
  figures: Figure[];
  by_priority: Urgency[];
  edges: number[];
  waits: [number[], number[]];
  loads: [number[], number[]];
  assignments: { changed: number; identical: boolean; sample: Moved[] };
  seconds: number;
}

export const open = (state: string): boolean => state === "queued" || state === "running";
