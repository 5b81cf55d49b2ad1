import { writeFileSync } from "node:fs";
import { v7 as uuid7 } from "uuid";
import { audit, small } from "../audit";
import { person, signIn, type Part } from "../people";
import { until, type Screen } from "../screen";
import { expect, story } from "../story";

/** Beside the screens: what the server knows, asked as somebody. */
interface Api {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
}

interface Known {
  ticket: { id: string; status: string; assignee: string | null };
  history: { step: string; at: string }[];
  messages: { text: string }[];
  attachments: { name: string; size: number }[];
  report: { parts: { name: string; quantity: number; cents: number }[]; time: { kind: string; minutes: number }[]; summary: string; signature: { name: string; attachment: string | null } | null };
}

/** Signs somebody in on a screen of its own, and speaks to the server from there. */
async function api(open: (look?: object) => Promise<Screen>, part: Part): Promise<Api> {
  const desk = await open({ engine: "chromium", size: "desktop" });
  await signIn(desk, part);
  const ask = (method: string, path: string, body?: object) => `(async () => {
    const form = new URLSearchParams({ grant_type: "refresh_token", client_id: "squad-app" });
    globalThis.told ??= (await (await fetch("/api/identity/oauth2/token", { method: "POST", body: form })).json()).access_token;
    const answer = await fetch(${JSON.stringify(path)}, { method: "${method}", ${body ? `body: ${JSON.stringify(JSON.stringify(body))},` : ""}
      headers: { authorization: "Bearer " + globalThis.told, "content-type": "application/json", "idempotency-key": crypto.randomUUID() } });
    if (!answer.ok) throw new Error("${method} ${path} " + answer.status + " " + await answer.text());
    return answer.json();
  })()`;
  return { get: (path) => desk.run(ask("GET", path)), post: (path, body) => desk.run(ask("POST", path, body)) };
}

/** A ticket of this story alone, in the hands of the consultant. */
async function offered(desk: Api, title: string, consultant: string): Promise<string> {
  const id = uuid7();
  const requester = (await person("customer")).id;
  const contact = { name: "Ana Vega", phone: "+13125550142" };
  await desk.post("/api/tickets", { id, title, description: "It blinks red.", category: "printer", requester, location: { postal_code: "60601", address: "12 Main Street" }, contact });
  await until(
    async () => (await desk.post<{ consultant?: string }>(`/api/routing/tickets/${id}/assign`, { consultant, override: true }).catch(() => null)) !== null,
    async () => `${title} could not be assigned`,
  );
  return id;
}

const known = async (desk: Api, id: string): Promise<Known> => {
  const [ticket, history, messages, attachments, report] = await Promise.all(
    ["", "/history", "/messages", "/attachments", "/report"].map((part) => desk.get<unknown>(`/api/tickets/${id}${part}`)),
  );
  const list = (of: unknown) => ((of as { items?: unknown[] }).items ?? of) as never;
  return { ticket: ticket as never, history: list(history), messages: list(messages), attachments: list(attachments), report: report as never };
};

/** The whole work of a visit, from the first button to the last. middle: what happens half way. */
async function work(me: Screen, title: string, photo: string, middle: () => Promise<void>): Promise<void> {
  await me.click("link", title);
  await me.click("button", "Accept");
  await me.click("button", "Set off");
  await me.click("button", "I am there");
  await me.see("Finish");
  await me.upload("Take a photo", photo);
  await me.find("img", "photo.jpg");
  await me.fill("Write a note", "Fuser is worn.");
  await me.click("button", "Add the note");
  await middle();
  await me.click("button", /^Parts used/);
  await me.fill("Part", "Fuser");
  await me.fill("Price of one (USD)", "89.50");
  await me.click("button", "Add the part");
  await me.see("1 × $89.50");
  await me.fill("What was done", "Fuser replaced.");
  await me.click("button", /^Signature/);
  await me.scribble("Field to sign in");
  await me.click("button", "Save the signature");
  await me.see("Signed by Ana Vega");
  await me.click("button", "Finish");
  await me.click("button", "Finish the visit");
  await me.see("Resolved");
}

/** Everything arrived once, in the order in which it was done. */
function whole(found: Known): void {
  expect(found.ticket.status).toBe("resolved");
  expect(found.history.map((one) => one.step).filter((step) => ["accept", "travel", "arrive", "resolve"].includes(step))).toEqual(["accept", "travel", "arrive", "resolve"]);
  const times = found.history.map((one) => Date.parse(one.at));
  expect([...times].sort((one, other) => one - other)).toEqual(times);
  expect(found.messages.map((one) => one.text)).toEqual(["Fuser is worn."]);
  expect(found.attachments.map((one) => one.name).sort()).toEqual(["photo.jpg", "signature.png"]);
  expect(found.report).toMatchObject({ parts: [{ name: "Fuser", quantity: 1, cents: 8950 }], summary: "Fuser replaced.", signature: { name: "Ana Vega" } });
  expect(found.report.signature?.attachment).toBeTruthy();
  expect(found.report.time.map((one) => one.kind)).toEqual(["work"]);
}

/** A photo as a camera makes it: larger than the app sends. */
async function camera(me: Screen, path: string): Promise<string> {
  const bytes = await me.run<string>(`(() => { const canvas = document.createElement("canvas"); canvas.width = 2400; canvas.height = 1800;
    canvas.getContext("2d").fillRect(9, 9, 2000, 900); return canvas.toDataURL("image/jpeg"); })()`);
  writeFileSync(path, Buffer.from(bytes.split(",")[1] ?? "", "base64"));
  return path;
}

const sent = (me: Screen) => me.see("Everything is sent");

story("a consultant does a whole visit with a network", async ({ me, open }, info) => {
  const desk = await api(open, "dispatcher");
  const who = await signIn(me, "consultant");
  const title = `Printer jams ${uuid7().slice(-6)}`;
  const id = await offered(desk, title, who.id); // appears by itself
  await me.find("link", title);
  await work(me, title, await camera(me, info.outputPath("photo.jpg")), async () => undefined);
  await sent(me);

  whole(await known(desk, id));
});

story("a consultant does a whole visit without a network, and the tab dies in the middle", async ({ me, open }, info) => {
  const desk = await api(open, "dispatcher");
  const who = await signIn(me, "consultant");
  const title = `Printer smokes ${uuid7().slice(-6)}`;
  const id = await offered(desk, title, who.id);
  await me.find("link", title);
  await me.run("navigator.serviceWorker.ready.then(() => true)");
  const photo = await camera(me, info.outputPath("photo.jpg"));
  await me.offline(true);
  await work(me, title, photo, async () => {
    await me.kill();
    await me.see("Fuser is worn.");
    await me.find("img", "photo.jpg");
  });
  expect((await desk.get<{ status: string }>(`/api/tickets/${id}`)).status).toBe("assigned");
  await me.see(/unsent since .*: no network/);
  await me.offline(false);
  await me.click("button", "Refresh");
  await sent(me);

  whole(await known(desk, id));
});

story("a visit that went to somebody else keeps what was done without a network", async ({ me, open }) => {
  const desk = await api(open, "dispatcher");
  const who = await signIn(me, "consultant");
  const title = `Router is dead ${uuid7().slice(-6)}`;
  const id = await offered(desk, title, who.id);
  await me.find("link", title);
  await me.offline(true);
  await me.click("link", title);
  await me.click("button", "Accept");
  await me.see(/unsent since .*: no network/);
  const { items } = await desk.get<{ items: { id: string; opens: string; closes: string }[] }>("/api/routing/roster?limit=200");
  const onDuty = ({ opens, closes }: { opens: string; closes: string }) => Date.parse(opens) < Date.now() && Date.parse(closes) > Date.now() + 600_000; // else routing takes it back
  const other = items.find((one) => one.id !== who.id && onDuty(one))?.id ?? "";
  await desk.post(`/api/routing/tickets/${id}/assign`, { consultant: other, override: true });
  await me.offline(false);
  await me.click("button", "Refresh");
  await me.see("This visit went to somebody else");
  await me.click("button", "Refused: look at it");
  await me.click("button", "Keep it as a note");
  await until(async () => (await known(desk, id)).messages.length === 1, async () => "the note did not arrive");

  const found = await known(desk, id);
  expect(found.ticket.assignee).toBe(other);
  expect(found.messages[0]?.text).toContain("Accepted");
});

story("a consultant is told what happens next, whatever goes wrong", async ({ me, open }) => {
  const desk = await api(open, "dispatcher");
  const who = await signIn(me, "consultant");
  const title = `Screen is dark ${uuid7().slice(-6)}`;
  const id = await offered(desk, title, who.id);
  await me.click("link", title);
  const push = { path: /\/api\/tickets\/sync$/, method: "POST" };
  me.gate.fail({ ...push, status: 503 });
  await me.click("button", "Accept");
  await me.see(/1 unsent since .*: the system is busy, it is tried again/);
  for (const [status, words] of [[500, "the system has a fault"], [429, "the system is busy"], [413, "the system has a fault"]] as const) {
    me.gate.mend();
    me.gate.fail({ ...push, status });
    await me.click("button", "Refresh");
    await me.see(`: ${words}, it is tried again`);
  }
  me.gate.mend();
  me.gate.fail({ path: /oauth2\/token/, status: 400 });
  me.gate.fail({ path: /\/api\/tickets\/sync/, status: 401 });
  await me.click("button", "Refresh");
  await me.see("1 unsent change is kept on this device and goes out when you sign in again.");
  await me.see("sign in again to send it");
  me.gate.mend();
  await me.click("button", "Refresh");
  await sent(me);

  const full = (on: boolean) => me.run(`(() => { const kind = IDBObjectStore.prototype; kind.real ??= kind.add; kind.add = ${on} ? () => { throw new DOMException("full", "QuotaExceededError") } : kind.real; })()`);
  await full(true);
  await me.fill("Write a note", "Not kept.");
  await me.click("button", "Add the note");
  await me.see("This device has no space left. Nothing was kept.");
  expect(await me.value("Write a note")).toBe("Not kept.");
  await full(false);
  await me.click("button", "Add the note");
  await sent(me);
  await until(async () => (await known(desk, id)).messages.length === 1, async () => "the note did not arrive");
});

story("a consultant's screens can be used by everybody", async ({ me, open }) => {
  const desk = await api(open, "dispatcher");
  const who = await signIn(me, "consultant");
  const title = `Scanner is blind ${uuid7().slice(-6)}`;
  await offered(desk, title, who.id);
  await me.find("link", title);
  const faults: string[] = [];
  await me.run("globalThis.forbidden = [], addEventListener('securitypolicyviolation', ({ violatedDirective, sourceFile, lineNumber, columnNumber, sample }) => forbidden.push([violatedDirective, sourceFile, lineNumber, columnNumber, sample].join(' ')))");
  const look = async (where: string) => {
    faults.push(...(await audit(me)).map((one) => `${where}: ${one}`));
    if (me.size === "phone") faults.push(...(await small(me)).map((one) => `${where}: small ${one}`));
  };
  await look("list");
  await me.click("tab", "Map");
  await me.find("button", new RegExp(`: ${title}`));
  await look("map");
  await me.click("tab", /^Done/);
  await look("done");
  await me.click("tab", "List");
  await me.click("button", "Decline", { role: "article", name: title });
  await me.see("Decline this visit");
  await look("decline");
  await me.click("button", "Keep it");
  await me.click("link", title);
  await me.see("It blinks red.");
  for (const section of [/^Parts used/, /^Time/, /^Signature/]) await me.click("button", section);
  await me.find("img", "Field to sign in");
  await look("visit");
  await me.click("link", "Availability", { role: "navigation", name: me.size === "phone" ? "Main screens" : "Menu" });
  await me.see("My load");
  await look("availability");
  faults.push(...(await me.run<string[]>("forbidden")));
  expect(faults).toEqual([]);
});
