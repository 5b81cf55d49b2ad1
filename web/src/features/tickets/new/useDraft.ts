import { useCallback, useEffect, useState } from "react";

import { useMe } from "@/sync/useSession";
import { type Draft, load, save } from "./draft";

/** The draft of who is here, kept at every change; null: being read. */
export function useDraft(prefill?: (draft: Draft) => Draft): { draft: Draft | null; change: (part: Partial<Draft>) => void; become: (draft: Draft) => void } {
  const me = useMe();
  const [draft, set] = useState<Draft | null>(null);
  useEffect(() => {
    let here = true;
    void load(me.id).then((found) => here && set(prefill ? prefill(found) : found));
    return () => {
      here = false;
    };
  }, [me.id]); // eslint-disable-line react-hooks/exhaustive-deps
  useEffect(() => {
    if (draft) void save(me.id, draft);
  }, [me.id, draft]);
  const change = useCallback((part: Partial<Draft>) => set((now) => now && { ...now, ...part }), []);
  return { draft, change, become: set };
}
