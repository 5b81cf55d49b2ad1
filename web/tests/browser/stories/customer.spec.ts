import { writeFileSync } from "node:fs";
import { audit, small } from "../audit";
import { type Part, person, people, signIn } from "../people";
import { type Screen, until } from "../screen";
import { expect, story } from "../story";

/** What somebody else does meanwhile, through the API: the story looks at the customer's screen. */
async function acts(part: Part): Promise<(method: string, path: string, body?: unknown) => Promise<Response>> {
  const url = process.env["SQUAD_URL"] ?? "";
  const { mail } = await person(part);
  const { password } = (await (await fetch(`${url}/api/identity/demo`)).json()) as { password: string };
  const verifier = "v".repeat(64);
  const challenge = Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))).toString("base64url");
  const redirect = `${url}/callback`;
  const asked = new URLSearchParams({ response_type: "code", client_id: "squad-app", redirect_uri: redirect, scope: "openid", state: "s", nonce: "n", code_challenge: challenge, code_challenge_method: "S256", login_hint: mail });
  const page = await fetch(`${url}/api/identity/oauth2/authorize?${asked}`);
  const html = await page.text();
  const token = /name="token"[^>]*?value="([^"]*)"/.exec(html)?.[1] ?? "";
  const fields = new URLSearchParams({ token, mail, password });
  const action = (/<form[^>]*action="([^"]*)"/.exec(html)?.[1] ?? page.url).replaceAll("&amp;", "&");
  const back = await fetch(new URL(action, page.url), { method: "POST", body: fields, redirect: "manual", headers: { cookie: (page.headers.get("set-cookie") ?? "").split(";")[0] ?? "" } });
  const code = new URL(back.headers.get("location") ?? "", url).searchParams.get("code") ?? "";
  const form = new URLSearchParams({ grant_type: "authorization_code", client_id: "squad-app", code, redirect_uri: redirect, code_verifier: verifier });
  const { access_token: access } = (await (await fetch(`${url}/api/identity/oauth2/token`, { method: "POST", body: form, headers: { origin: url, "sec-fetch-site": "same-origin" } })).json()) as { access_token: string };
  return (method, path, body = {}) =>
    fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${access}`, "content-type": "application/json", "idempotency-key": crypto.randomUUID() }, body: method === "GET" ? null : JSON.stringify(body) });
}

/** A real picture of one pixel. */
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

async function log(me: Screen, title: string, photo: string): Promise<string> {
  await me.click("link", "Report a problem");
  await me.fill("What is wrong?", title);
  await me.fill("Details", "It jams at every second page since this morning.");
  await me.see("We think this is about");
  await me.fill("Where is it?", "60601");
  await me.fill("Street and number", "1 State Street");
  await me.upload("Add photos", photo);
  await me.find("button", /Remove photo\.png/);
  return title;
}

story("a customer's whole story: report, follow, write, book, close, answer", async ({ me }, info) => {
  const photo = info.outputPath("photo.png");
  writeFileSync(photo, PIXEL);
  const title = `Printer ${crypto.randomUUID().slice(0, 8)}`;
  await signIn(me, "customer");
  await log(me, title, photo);

  await me.kill(); // the tab dies before it is sent: nothing is lost
  await until(async () => (await me.value("What is wrong?").catch(() => "")) === title, async () => `the draft is gone: ${await me.text()}`);
  await me.find("button", /Remove photo\.png/);
  me.gate.fail({ path: /^\/api\/tickets$/, method: "POST", lose: "answer", times: 1 }); // it is logged, nobody tells
  await me.click("button", "Send");
  await me.see("Thank you, we have it");
  await me.see("photo has arrived");
  await me.click("link", "Follow this ticket");
  await me.find("heading", title);
  await me.find("button", "Open photo.png");
  const id = (await me.path()).split("/").at(-1) ?? "";
  expect(await audit(me)).toEqual([]);
  if (me.size === "phone") expect(await small(me)).toEqual([]);

  const [dispatcher, consultant] = [await acts("dispatcher"), await acts("consultant")];
  const esther = (await people()).find((one) => one.role === "consultant")?.id;
  const holder = async () => ((await (await dispatcher("GET", `/api/tickets/${id}`)).json()) as { assignee: string | null }).assignee;
  const chosen = await until(holder, async () => "nobody was chosen");
  if (chosen !== esther) await dispatcher("POST", `/api/routing/tickets/${id}/assign`, { consultant: esther, override: true });
  await until(async () => (await holder()) === esther, async () => "the dispatcher's choice did not arrive");
  await until(async () => (await consultant("POST", `/api/tickets/${id}/accept`)).ok, async () => "cannot be accepted");
  await me.see("Your consultant has confirmed");

  await me.fill("Write a message", "The door code is at the reception.");
  await me.click("button", "Send message");
  await me.see("The door code is at the reception.", { role: "region", name: "What happened" });
  const told = (await (await consultant("GET", `/api/tickets/${id}/messages`)).json()) as { text: string }[];
  expect(told.map((one) => one.text)).toEqual(["The door code is at the reception."]);

  await consultant("POST", `/api/tickets/${id}/travel`);
  await me.see("Your consultant is on the way to you");
  await consultant("POST", `/api/tickets/${id}/arrive`);
  await consultant("POST", `/api/tickets/${id}/resolve`, { resolution: "New roller" });
  await me.see("Please check, and confirm that it is solved");
  await me.click("button", "Confirm: it is solved");
  await me.see("How did we do?");
  await me.click("link", "Answer");
  await me.click("radio", "Very good");
  await me.click("button", "Send");
  await me.see("Your answer has arrived");

  await me.goto("/tickets");
  await me.miss(title);
});

story("a customer books a time, moves and cancels it, and cancels the ticket", async ({ me }) => {
  const title = `Scanner ${crypto.randomUUID().slice(0, 8)}`;
  const customer = await acts("customer");
  const made = (await (await customer("POST", "/api/tickets", { title, location: { postal_code: "60601" }, priority: 4 })).json()) as { id: string };
  await signIn(me, "customer");
  await me.goto(`/tickets/${made.id}`);
  await me.click("button", "Choose a time");
  const times = async () => me.run<string[]>(`[...document.querySelectorAll("input[name^=slot-]")].map((one) => one.labels[0].textContent)`);
  await until(async () => (await times()).length > 1, async () => `no times: ${await me.text()}`);
  await me.run(`document.querySelector("input[name^=slot-]").click()`);
  await me.click("button", "Book this time");
  await me.see("The time is booked");
  await me.click("button", "Move it");
  await until(async () => (await times()).length > 1, async () => `no times: ${await me.text()}`);
  await me.run(`[...document.querySelectorAll("input[name^=slot-]")].find((one) => !one.checked).click()`);
  await me.click("button", "Book this time");
  await me.find("button", "Cancel the appointment");
  await me.click("button", "Cancel the appointment");
  await me.click("button", "Cancel the appointment", { role: "dialog" });
  await me.see("No fixed time is booked");

  await me.click("button", "More");
  await me.click("menuitem", "Cancel the ticket");
  await me.fill("Why?", "It works again");
  await me.click("button", "Cancel the ticket", { role: "dialog" });
  await me.see("It was cancelled");
  expect(((await (await customer("GET", `/api/tickets/${made.id}`)).json()) as { status: string }).status).toBe("cancelled");
});

story("a report without a network goes out by itself", async ({ me }) => {
  const title = `Kasse ${crypto.randomUUID().slice(0, 8)}`;
  await signIn(me, "customer");
  await me.click("link", "Report a problem");
  await me.fill("What is wrong?", title);
  await me.fill("Where is it?", "60601");
  await me.offline(true);
  await me.click("button", "Send");
  await me.see("No network: your report is kept");
  await me.offline(false);
  await me.see("Thank you, we have it");
});

story("account and notifications are usable by everybody", async ({ me }) => {
  await signIn(me, "customer");
  for (const [path, heading] of [["/account", "Account and settings"], ["/notifications", "Notifications"], ["/tickets/new", "Report a problem"], ["/tickets", "My tickets"]] as const) {
    await me.goto(path);
    await me.find("heading", heading);
    await me.miss("Loading");
    expect(await audit(me), path).toEqual([]);
    if (me.size === "phone") expect(await small(me), path).toEqual([]);
  }
});
