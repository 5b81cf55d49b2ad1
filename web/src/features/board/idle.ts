const LATEST = 2_000; // ms

/** Runs it when the browser has nothing better to do, soon in Safari, which cannot tell. Gives what calls it off. */
export function idle(act: () => void): () => void {
  if (!("requestIdleCallback" in window)) {
    const timer = setTimeout(act, 1);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(act, { timeout: LATEST });
  return () => cancelIdleCallback(handle);
}
