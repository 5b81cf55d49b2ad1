import { useSyncExternalStore } from "react";

import { engine, type Snapshot, type Status } from "./engine";
import type { Pending, Visit } from "./model";

const subscribe = (told: () => void) => {
  engine.addEventListener("change", told);
  return () => engine.removeEventListener("change", told);
};

/** Everything that the phone keeps; renders again when it changes. */
export function useSync(): Snapshot {
  return useSyncExternalStore(subscribe, () => engine.snapshot);
}

export function useSyncStatus(): Status {
  return useSyncExternalStore(subscribe, () => engine.snapshot.status);
}

/** One visit with what is unsent of it. */
export function useVisit(id: string): { ready: boolean; visit: Visit | undefined; pending: Pending[] } {
  const { ready, visits, pending } = useSync();
  return { ready, visit: visits.find((one) => one.id === id), pending: pending.filter((one) => one.ticket === id) };
}
