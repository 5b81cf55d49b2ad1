/** Requests of the sync: each ends in time, and what is no answer of ours counts as no network. */
import { raw } from "./api/client";
import { Problem } from "./api/problem";

/** ms that a request may take: a megabyte over a slow line. */
export const PATIENCE = 60_000;

/** What `ask` needs to stop with the engine, and to send nothing of one person as another. */
export interface Line {
  person: string;
  signal: AbortSignal;
}

/** Asks, and reads the answer. Raises Problem; kind "offline" also for an answer that breaks off or is no JSON (a hotel's sign-in page). */
export async function ask<T>(line: Line, path: string, init: RequestInit = {}): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException("too slow", "TimeoutError")), PATIENCE);
  const stop = () => limit.abort(new DOMException("stopped", "TimeoutError"));
  if (line.signal.aborted) stop();
  line.signal.addEventListener("abort", stop);
  try {
    const response = await raw(path, { ...init, signal: limit.signal }, line.person);
    return (await response.json()) as T;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(0, { title: "No network", detail: String(error) });
  } finally {
    clearTimeout(timer);
    line.signal.removeEventListener("abort", stop);
  }
}

/** Whether it is our server that refuses for good; a proxy's page never is. */
export function final(problem: Problem): boolean {
  return !problem.transient && typeof problem.body.type === "string" && problem.body.type.includes("/problems/");
}

/** Whether everything has to wait: no network, no sign-in, or a server that asks for time. */
export function halts(problem: Problem): boolean {
  return ["offline", "expired", "busy"].includes(problem.kind);
}
