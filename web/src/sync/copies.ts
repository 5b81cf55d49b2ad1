/** Reads that also work without a network: from the server if it answers, else the last copy. */
import { Problem } from "./api/problem";
import { engine } from "./engine";

/** at: when it came, where it is an old copy; null: fresh. */
export interface Kept<T> {
  value: T;
  at: string | null;
}

/** Asks `fetch`; without a network, or while the server is busy, gives what was kept under `key`. Raises Problem: neither is there. */
export async function kept<T>(key: string, fetch: () => Promise<T>): Promise<Kept<T>> {
  try {
    const value = await fetch();
    await engine.keep(key, value);
    return { value, at: null };
  } catch (error) {
    if (error instanceof Problem && !error.transient) throw error;
    const copy = await engine.copy<T>(key);
    if (!copy) throw error;
    return copy;
  }
}
