import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";

import { audit } from "../audit";
import { person, signIn } from "../people";
import { expect, story } from "../story";

const SQUAD = resolve(import.meta.dirname, "../../../../.venv/bin/squad");

/** Logs a ticket in a place where the demo world has people, beside the screens. */
async function log(title: string): Promise<void> {
  const env = { ...process.env, SQUAD_HOME: process.env["SQUAD_WORLD"] ?? process.env["SQUAD_HOME"], SQUAD_PORT: new URL(process.env["SQUAD_URL"] ?? "").port };
  const token = execFileSync(SQUAD, ["token", "dispatcher@demo.example"], { env, encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
  const answer = await fetch(`${process.env["SQUAD_URL"]}/api/tickets`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": randomUUID() },
    body: JSON.stringify({ title, location: { postal_code: "02110" }, category: "network", priority: 2 }),
  });
  expect(answer.status).toBe(201);
}

story("a dispatcher sees new work, asks why, gives it to somebody against a rule, and takes it back", async ({ me }) => {
  const title = `Crackling line ${Date.now()}`;
  await signIn(me, "dispatcher");
  await me.find("heading", "Board");

  await log(title);
  await me.fill("Find in the queue", title);
  await me.find("listitem", new RegExp(title));
  await me.click("button", new RegExp(`^P2 ?${title}`));
  await me.find("dialog", title);
  await me.see("consultants", { role: "dialog", name: title });
  await me.click("button", "Check by computing again");
  await me.see("The same result.");

  await me.click("button", "Lock", { role: "dialog", name: title });
  await me.see("the engine leaves it alone");
  await me.click("button", "Unlock", { role: "dialog", name: title });
  await me.see("free for the engine again");
  await me.click("button", "Close", { role: "dialog", name: title });

  const { name } = await person("consultant");
  await me.click("button", `Assign ${title} to …`);
  await me.find("dialog", `Assign “${title}”`);
  await me.click("combobox", "Somebody else");
  await me.fill("Somebody else", name);
  await me.click("option", name);
  await me.find("button", new RegExp(`^Assign to ${name}`));
  if ((await me.count("textbox", /Why all the same/)) > 0) await me.fill("Why all the same?", "The customer asked for them");
  await me.click("button", new RegExp(`^Assign to ${name}`));
  await me.see(`goes to ${name}`);
  await me.click("button", "Undo");
  await me.see("Undone.");
});

story("a dispatcher changes many tickets at once and takes it back", async ({ me }) => {
  const title = `Silent printer ${Date.now()}`;
  await signIn(me, "dispatcher");
  await me.find("heading", "Board");
  for (const number of [1, 2]) await log(`${title} no ${number}`);
  await me.fill("Find in the queue", title);
  await me.click("checkbox", `Select ${title} no 1`);
  await me.click("checkbox", `Select ${title} no 2`);

  await me.click("button", "More");
  await me.click("menuitem", "Change priority");
  await me.click("button", "Change 2 tickets");

  await me.see("2 of 2 went well.");
  await me.click("button", "Undo all 2");
  await me.see("2 tickets are as they were.");
  expect(await audit(me)).toEqual([]);
});
