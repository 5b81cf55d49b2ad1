import createClient, { type Middleware } from "openapi-fetch";
import { v7 as uuid7 } from "uuid";

import { session } from "@/sync/session";
import { Problem, type ProblemBody, problemOf } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/**
 * A request with the bearer token; one that expired meanwhile is fetched anew, once. Raises Problem: no network,
 * or not `person`, whose request it is, but somebody else is signed in; it is not sent then.
 */
export async function fetcher(request: Request, person?: string): Promise<Response> {
  const again = request.clone();
  let response = await send(request, await token(person));
  if (response.status === 401) response = await send(again, await token(person, true));
  return response;
}

async function token(person: string | undefined, fresh = false): Promise<string | null> {
  const found = await session.token(fresh);
  if (person && session.me?.id !== person) throw new Problem(401, { title: "Somebody else is signed in" });
  return found;
}

async function send(request: Request, token: string | null): Promise<Response> {
  if (token) request.headers.set("authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, { title: "No network" });
  }
}

const commands: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && !request.headers.has("idempotency-key"))
      request.headers.set("idempotency-key", uuid7());
    return request;
  },
};

/** Every endpoint of docs/openapi.json, typed. Use it through `ok`. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "", fetch: (request: Request) => fetcher(request) });
api.use(commands);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Gives what the server answered. Raises Problem: it refused, or there is no network. */
export async function ok<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok) return data as T;
  const after = Number(response.headers.get("retry-after") ?? 0);
  throw new Problem(response.status, (error ?? {}) as ProblemBody, after || 0);
}

/** Same for paths that are not in the types (streams, files). person: whose request it is, see `fetcher`. */
export async function raw(path: string, init: RequestInit = {}, person?: string): Promise<Response> {
  const response = await fetcher(new Request(new URL(path, location.origin), init), person);
  if (!response.ok) throw await problemOf(response);
  return response;
}
