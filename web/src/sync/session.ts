/** Who is signed in. The access token is in memory only; the refresh token is a cookie that no script can read. */
import { problemOf } from "./api/problem";

export type Role =
  | "customer" | "store" | "receptionist" | "consultant" | "dispatcher" | "manager" | "administrator" | "auditor";

/** What is kept between starts, so that the app opens without a network. No token. */
export interface Me {
  id: string;
  name: string;
  roles: Role[];
  language: string;
  zone: string;
  territories: string[];
  store: string;
  organisation: string;
}

/** starting: not known yet. in: a token, or offline with who was here last. expired: sign in again; work is kept. */
export type State = "starting" | "out" | "in" | "expired";

const CLIENT = "squad-app";
const TOKEN = "/api/identity/oauth2/token";
const KEPT = "squad.me";
const ASKED = "squad.asked";
const EARLY = 60_000; // ms before its end that a token is renewed

interface Tokens {
  access_token: string;
  expires_in: number;
}

class Session extends EventTarget {
  state: State = "starting";
  me: Me | null = null;
  private access: string | null = null;
  private until = 0;
  private renewing: Promise<string | null> | null = null;

  /** Finds out who is here: whoever was here last goes on at once, with or without a network; the cookie confirms it. */
  start(): void {
    this.me = read(KEPT);
    this.become(this.me ? "in" : "out");
    if (this.me) void this.token(true).then((token) => (token ? this.learn() : undefined)).catch(() => undefined);
  }

  /** A token that lives long enough for a request; null: nobody is signed in. Raises nothing. */
  async token(fresh = false): Promise<string | null> {
    if (!fresh && this.access && Date.now() < this.until - EARLY) return this.access;
    if (this.state === "out") return null;
    this.renewing ??= this.renew().finally(() => (this.renewing = null));
    return this.renewing;
  }

  private async renew(): Promise<string | null> {
    let response: Response;
    try {
      response = await post(TOKEN, { grant_type: "refresh_token", client_id: CLIENT });
    } catch {
      return this.access; // no network; the request itself will say so
    }
    if (response.ok) {
      this.take((await response.json()) as Tokens);
      if (this.state === "expired") this.become("in");
    } else if (response.status === 400) {
      this.access = null;
      this.become(this.me ? "expired" : "out");
    }
    return this.access;
  }

  private take(tokens: Tokens): void {
    const subject = claim(tokens.access_token, "sub");
    if (this.me && subject && subject !== this.me.id) {
      this.access = null; // another tab signed in somebody else: nothing of ours goes out as theirs
      if (read(KEPT)?.id !== subject) localStorage.removeItem(KEPT);
      location.assign("/");
      return;
    }
    this.access = tokens.access_token;
    this.until = Date.now() + tokens.expires_in * 1000;
  }

  /** Reads the own record anew: after it was changed. Raises Problem. */
  async learn(): Promise<void> {
    const response = await fetch("/api/identity/me", { headers: { authorization: `Bearer ${this.access ?? ""}` } });
    if (!response.ok) throw await problemOf(response);
    const person = await response.json();
    this.me = {
      id: person.id,
      name: person.contact?.name ?? "",
      roles: person.roles,
      language: person.language,
      zone: person.zone,
      territories: person.territories ?? [],
      store: person.store ?? "",
      organisation: person.organisation ?? "",
    };
    localStorage.setItem(KEPT, JSON.stringify(this.me));
    this.become("in");
  }

  /** Leaves for the sign-in page (code flow with PKCE). hint: a mail address to fill in. */
  async begin(hint = "", language = "en", back = "/"): Promise<void> {
    const [verifier, state, nonce] = [random(), random(), random()];
    sessionStorage.setItem(ASKED, JSON.stringify({ verifier, state, back }));
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    const query = new URLSearchParams({
      response_type: "code",
      client_id: CLIENT,
      redirect_uri: `${location.origin}/callback`,
      scope: "openid profile email phone",
      state,
      nonce,
      code_challenge: encode(new Uint8Array(digest)),
      code_challenge_method: "S256",
      ui_locales: language,
      ...(hint && { login_hint: hint }),
    });
    location.assign(`/api/identity/oauth2/authorize?${query}`);
  }

  /** Takes the code that the sign-in page sent back with. Gives the path to go on to. Raises Problem. */
  async finish(asked: URLSearchParams): Promise<string> {
    const kept = JSON.parse(sessionStorage.getItem(ASKED) ?? "{}") as { verifier?: string; state?: string; back?: string };
    sessionStorage.removeItem(ASKED);
    if (!asked.get("code") || asked.get("state") !== kept.state)
      throw new Error(asked.get("error_description") ?? "state");
    const response = await post(TOKEN, {
      grant_type: "authorization_code",
      client_id: CLIENT,
      code: asked.get("code") ?? "",
      redirect_uri: `${location.origin}/callback`,
      code_verifier: kept.verifier ?? "",
    });
    if (!response.ok) throw await problemOf(response);
    const before = this.me;
    this.me = null;
    this.take((await response.json()) as Tokens);
    await this.learn();
    if (before && before.id !== session.me?.id) return "/";
    return kept.back?.startsWith("/") && !kept.back.startsWith("//") ? kept.back : "/";
  }

  /** Ends the sign-in here and on the server; the caller wipes local data (`sync/wipe`). */
  async leave(): Promise<void> {
    const me = this.me;
    this.access = null;
    this.me = null;
    localStorage.removeItem(KEPT);
    await post("/api/identity/oauth2/revoke", { client_id: CLIENT, token: "" }).catch(() => undefined);
    if (me) this.become("out");
  }

  has(...roles: Role[]): boolean {
    return this.me?.roles.some((role) => roles.includes(role)) ?? false;
  }

  private become(state: State): void {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

function post(path: string, form: Record<string, string>): Promise<Response> {
  return fetch(path, { method: "POST", body: new URLSearchParams(form), signal: AbortSignal.timeout(15_000) });
}

function read(key: string): Me | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Me | null;
  } catch {
    return null;
  }
}

function claim(token: string, name: string): string | undefined {
  try {
    const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return (JSON.parse(atob(part)) as Record<string, string>)[name];
  } catch {
    return undefined;
  }
}

const random = () => encode(crypto.getRandomValues(new Uint8Array(32)));
const encode = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

export const session = new Session();
