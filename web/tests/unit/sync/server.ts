/** A small server that keeps the sync contract, behind `fetch`; it can fail in every way that the real one does. */
import { vi } from "vitest";

import { session } from "@/sync/session";

export interface Fault {
  path: RegExp;
  /** 0: no network. */
  status?: number;
  body?: object | string;
  headers?: Record<string, string>;
  /** The work is done, the answer is lost. */
  lost?: boolean;
  times?: number;
}

interface Mutation {
  id: string;
  name: string;
  ticket: string;
  at: string;
  args: Record<string, unknown>;
}

const STATUS: Record<string, string> = { accept: "accepted", travel: "travelling", arrive: "on_site", wait: "waiting", resolve: "resolved" };
const PERSON = "00000000-0000-7000-8000-000000000001";
export const TICKET = "00000000-0000-7000-8000-00000000000a";
export const OTHER = "00000000-0000-7000-8000-00000000000b";

const problem = (status: number, type: string, more: object = {}) => ({ type: `/api/problems/${type}`, title: type, status, detail: type, ...more });

export class Server {
  asked: string[] = [];
  /** What was applied, in order: "ticket's last letter:name", files as "a:file". */
  done: string[] = [];
  applied: Mutation[] = [];
  sent: { sent_at: string; mutations: Mutation[] }[] = [];
  mine = new Set([TICKET, OTHER]);
  refuse = new Set<string>(); // names
  broken = new Set<string>(); // names: the whole request answers 500
  off = false;
  person = PERSON; // whom the refresh cookie is of
  ahead = 0; // ms that the server's clock is before the device's
  private known = new Map<string, string>();
  private refused = new Map<string, object>();
  private files = new Map<string, { size: number; bytes: number; complete: boolean }>();
  private faults: Fault[] = [];
  private versions = new Map<string, { version: number; status: string; seq: number }>();
  private seq = 1;

  constructor() {
    for (const id of this.mine) this.versions.set(id, { version: 1, status: "assigned", seq: this.seq++ });
    vi.stubGlobal("fetch", (asked: string | Request, init?: RequestInit) => this.answer(asked instanceof Request ? asked : new Request(new URL(asked, "http://localhost"), init)));
    session.me = { id: PERSON, name: "", roles: ["consultant"], language: "en", zone: "", territories: [], store: "", organisation: "" };
    session.state = "in";
  }

  fail(fault: Fault): void {
    this.faults.push({ times: 1, ...fault });
  }

  mend(): void {
    this.faults = [];
  }

  /** Whether every fault has happened. */
  get failed(): boolean {
    return this.faults.every((one) => !one.times);
  }

  /** Others changed it. */
  touch(id: string): void {
    const one = this.versions.get(id);
    if (one) Object.assign(one, { version: one.version + 1, seq: this.seq++ });
  }

  private async answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname + new URL(request.url).search;
    this.asked.push(`${request.method} ${path}`);
    if (this.off) throw new TypeError("no network");
    const fault = this.faults.find((one) => (one.times ?? 0) > 0 && one.path.test(`${request.method} ${path}`));
    if (fault) fault.times = (fault.times ?? 1) - 1;
    if (fault && !fault.lost) {
      if (!fault.status) throw new TypeError("no network");
      return new Response(typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body ?? problem(fault.status, "fault")), { status: fault.status, headers: fault.headers });
    }
    const [status, body] = await this.route(request, path);
    if (fault?.lost) throw new TypeError("the answer was lost");
    return new Response(JSON.stringify(body), { status });
  }

  private async route(request: Request, path: string): Promise<[number, object]> {
    if (path.endsWith("/oauth2/token")) return [200, { access_token: `a.${btoa(JSON.stringify({ sub: this.person }))}.c`, expires_in: 900 }];
    if (!request.headers.get("authorization")) return [401, problem(401, "unauthenticated")];
    if (path === "/api/tickets/sync") return this.push((await request.json()) as never);
    if (path.startsWith("/api/tickets/sync")) return this.pull(new URL(request.url).searchParams.get("cursor") ?? "");
    const upload = /\/uploads(?:\/([^?]+)\?offset=(\d+))?$/.exec(path);
    if (upload?.[1]) return this.piece(upload[1], Number(upload[2]), await request.arrayBuffer());
    if (upload) return this.begin((await request.json()) as never);
    return [404, problem(404, "missing")];
  }

  private push(body: { sent_at: string; mutations: Mutation[] }): [number, object] {
    this.sent.push(body);
    if (body.mutations.some((one) => this.broken.has(one.name))) return [500, problem(500, "internal")];
    return [200, { now: this.now(), results: body.mutations.map((one) => this.take(one)) }];
  }

  private take(one: Mutation): object {
    const print = JSON.stringify(one);
    const told = (outcome: string, problem: object | null = null) => ({ id: one.id, outcome, problem, ticket: this.mine.has(one.ticket) ? this.view(one.ticket) : null });
    if (this.refused.has(one.id)) return told("refused", this.refused.get(one.id));
    if (this.known.has(one.id)) return this.known.get(one.id) === print ? told("repeated") : told("refused", problem(422, "key-reused"));
    const why = this.why(one);
    if (why) {
      this.refused.set(one.id, why);
      return told("refused", why);
    }
    this.known.set(one.id, print);
    this.done.push(`${one.ticket.slice(-1)}:${one.name}`);
    this.applied.push(one);
    const ticket = this.versions.get(one.ticket);
    if (ticket) Object.assign(ticket, { version: ticket.version + 1, status: STATUS[one.name] ?? ticket.status, seq: this.seq++ });
    return told("applied");
  }

  private why(one: Mutation): object | null {
    if (one.name === "note") return null;
    if (!this.mine.has(one.ticket)) return problem(409, "not-yours");
    if (this.refuse.has(one.name)) return problem(409, "conflict");
    const picture = one.name === "sign" ? (one.args["attachment"] as string | null) : null;
    return picture && !this.files.get(picture)?.complete ? problem(404, "missing") : null;
  }

  private begin(body: { id: string; size: number }): [number, object] {
    if (!this.files.has(body.id)) this.files.set(body.id, { size: body.size, bytes: 0, complete: false });
    return [201, this.state(body.id)];
  }

  private piece(id: string, offset: number, bytes: ArrayBuffer): [number, object] {
    const file = this.files.get(id);
    if (!file) return [404, problem(404, "missing")];
    if (offset > file.bytes) return [409, problem(409, "conflict", { offset: file.bytes })];
    file.bytes = Math.max(file.bytes, offset + bytes.byteLength);
    if (file.bytes >= file.size && !file.complete) {
      file.complete = true;
      this.done.push("file");
    }
    return [200, this.state(id)];
  }

  private state(id: string): object {
    const file = this.files.get(id);
    return { id, size: file?.size, offset: file?.bytes, complete: file?.complete, chunk: 1000 };
  }

  private pull(cursor: string): [number, object] {
    if (cursor && !/^\d+$/.test(cursor)) return [422, problem(422, "invalid")];
    const all = [...this.versions.entries()].filter(([, one]) => one.seq > Number(cursor));
    const tickets = all.filter(([id]) => this.mine.has(id)).map(([id]) => this.synced(id));
    const gone = cursor ? [...this.versions.keys()].filter((id) => !this.mine.has(id)) : [];
    return [200, { now: this.now(), cursor: String(this.seq - 1), more: false, tickets, gone }];
  }

  private synced(id: string): object {
    const report = { ticket: id, parts: [], time: [], summary: "", root_cause: "", recommendation: "", signature: null };
    return { ticket: this.view(id), messages: [], attachments: [], report, history: [], touched_at: this.now() };
  }

  private view(id: string): object {
    const { version, status } = this.versions.get(id) ?? { version: 0, status: "" };
    return { id, version, status, title: "Printer", reference: "T-1", assignee: PERSON, created_at: this.now(), updated_at: this.now(), due_at: this.now(), windows: [] };
  }

  private now = () => new Date(Date.now() + this.ahead).toISOString();
}

export const me = PERSON;
