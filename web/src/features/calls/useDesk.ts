import { useCallback, useEffect, useState } from "react";

import { useMe } from "@/sync/useSession";
import { again, type Desk, type Draft, empty, load, save } from "./draft";

/** The call of this moment and those that wait for the network, kept at every change. */
export interface Work extends Desk {
  change: (part: Partial<Draft>) => void;
  /** Begins the next call; `keep` puts this one into the outbox first. */
  next: (from?: { keep?: boolean; same?: boolean }) => void;
  /** Changes a call of the outbox; null: it is done. */
  settle: (id: string, part: Partial<Draft> | null) => void;
  /** Takes a call out of the outbox onto the screen. */
  reopen: (id: string) => void;
}

export function useDesk(): Work {
  const me = useMe();
  const [desk, set] = useState(() => load(me.id));
  useEffect(() => save(me.id, desk), [me.id, desk]);
  const change = useCallback(
    (part: Partial<Draft>) => set((now) => ({ ...now, draft: { ...now.draft, began: now.draft.began || Date.now(), ...part } })),
    [],
  );
  const next = useCallback(
    ({ keep = false, same = false } = {}) =>
      set(({ draft, outbox }) => ({ draft: same ? again(draft) : empty(), outbox: keep ? [...outbox, draft] : outbox })),
    [],
  );
  const settle = useCallback(
    (id: string, part: Partial<Draft> | null) =>
      set((now) => ({ ...now, outbox: now.outbox.flatMap((one) => (one.id !== id ? [one] : part ? [{ ...one, ...part }] : [])) })),
    [],
  );
  const reopen = useCallback(
    (id: string) =>
      set((now) => {
        const found = now.outbox.find((one) => one.id === id);
        if (!found) return now;
        const draft = { ...found, refused: undefined };
        const rest = now.outbox.filter((one) => one.id !== id);
        return { draft, outbox: now.draft.began && !now.draft.sent ? [...rest, now.draft] : rest };
      }),
    [],
  );
  return { ...desk, change, next, settle, reopen };
}
