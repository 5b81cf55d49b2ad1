/** What the server says when it refuses (RFC 9457), or what stands for it when there is no answer. */
export interface Fault {
  path: string;
  message: string;
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  errors?: Fault[] | null;
  trace?: string;
  [member: string]: unknown;
}

export type Kind = "offline" | "expired" | "forbidden" | "missing" | "conflict" | "invalid" | "large" | "busy" | "broken";

const KINDS: Record<number, Kind> = {
  401: "expired", 403: "forbidden", 404: "missing", 409: "conflict", 412: "conflict",
  413: "large", 415: "invalid", 400: "invalid", 422: "invalid", 429: "busy", 503: "busy", 504: "busy",
};

export class Problem extends Error {
  readonly kind: Kind;
  readonly status: number;
  readonly body: ProblemBody;
  /** Seconds after which a new try makes sense; 0: not said. */
  readonly retryAfter: number;

  constructor(status: number, body: ProblemBody, retryAfter = 0) {
    super(body.detail ?? body.title ?? String(status));
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
    this.kind = status === 0 ? "offline" : (KINDS[status] ?? (status >= 500 ? "broken" : "invalid"));
  }

  /** Whether the same request may succeed later. */
  get transient(): boolean {
    return ["offline", "busy", "broken", "expired"].includes(this.kind);
  }

  /** The message for one field of a form; its path ends with the field's name. */
  fault(field: string): string | undefined {
    return this.body.errors?.find((fault) => fault.path.endsWith(field))?.message;
  }
}

/** Reads a refused answer, whatever it holds. */
export async function problemOf(response: Response): Promise<Problem> {
  const after = Number(response.headers.get("retry-after") ?? 0);
  const body = (await response.json().catch(() => ({}))) as ProblemBody;
  return new Problem(response.status, body, Number.isFinite(after) ? after : 0);
}
