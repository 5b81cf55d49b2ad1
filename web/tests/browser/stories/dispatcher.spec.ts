import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";

import { audit } from "../audit";
import { person, signIn } from "../people";
import { until } from "../screen";
import { expect, story } from "../story";

const SQUAD = resolve(import.meta.dirname, "../../../../.venv/bin/squad");
const [BOSTON, ANCHORAGE] = ["02110", "99501"]; // the demo world has people near the first, nobody near the second

/** Logs tickets beside the screens. */
async function log(place: string, priority: number, ...titles: string[]): Promise<void> {
  const env = { ...process.env, SQUAD_HOME: process.env["SQUAD_WORLD"] ?? process.env["SQUAD_HOME"], SQUAD_PORT: new URL(process.env["SQUAD_URL"] ?? "").port };
  const token = execFileSync(SQUAD, ["token", "dispatcher@demo.example"], { env, encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
  for (const title of titles) {
    const answer = await fetch(`${process.env["SQUAD_URL"]}/api/tickets`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": randomUUID() },
      body: JSON.stringify({ title, location: { postal_code: place }, category: "network", priority }),
    });
    expect(answer.status, await answer.text()).toBe(201);
  }
}

story("a dispatcher reads why nobody is eligible, gives the ticket to somebody against a rule, and takes it back", async ({ me }) => {
  const title = `Crackling line ${Date.now()}`;
  const { name } = await person("consultant");
  await signIn(me, "dispatcher");
  await me.find("heading", "Board");

  await log(ANCHORAGE, 2, title); // it comes by the live stream
  await me.fill("Find in the queue", title);
  await me.find("button", new RegExp(`^P2 ?${title}.*Needs a dispatcher`));
  await me.click("button", new RegExp(`^P2 ?${title}`));
  const panel = { role: "dialog", name: title } as const;
  await me.see(/Nobody of \d+ consultants is eligible/, panel);
  await me.see("too far away", panel);
  await me.fill("Choose a consultant", name, panel);
  await me.click("option", name);
  await me.see(/Why not somebody else\?.* min away, goes \d+ at most.*What would change it/, panel);
  expect(await audit(me)).toEqual([]);

  await me.click("button", "Assign to …", panel);
  const dialog = { role: "dialog", name: `Assign “${title}”` } as const;
  await me.fill("Somebody else", name, dialog);
  await me.click("option", name);
  await me.see(`${name} breaks`, dialog);
  await me.fill("Why all the same?", "The customer pays for the flight", dialog);
  await me.click("button", `Assign to ${name} all the same`, dialog);
  await me.see(`goes to ${name}`);
  await me.click("button", "Undo");
  await me.see("Undone.");
  await me.find("button", new RegExp(`^P2 ?${title}.*Needs a dispatcher`));
});

story("a dispatcher keeps a view, and changes all that is in it at once", async ({ me }) => {
  const title = `Silent printer ${Date.now()}`;
  await log(BOSTON, 3, `${title} no 1`, `${title} no 2`);
  await signIn(me, "dispatcher");
  await me.find("heading", "Board");
  await me.fill("Find in the queue", title);
  await me.find("checkbox", `Select ${title} no 2`);

  await me.click("button", "Saved views");
  await me.click("menuitem", "Save as a view");
  await me.fill("Name of the view", title, { role: "dialog" });
  await me.click("button", "Save", { role: "dialog" });
  const kept = () => me.gate.asked.some((one) => /^PUT .*\/settings$/.test(one));
  await until(async () => kept(), async () => "The view was not sent.");
  await me.reload();
  await me.click("button", new RegExp(`^${title} ?2$`));
  expect(await me.value("Find in the queue")).toBe(title);

  await me.click("checkbox", `Select ${title} no 1`);
  await me.click("checkbox", `Select ${title} no 2`);
  await me.click("button", "More", { role: "region", name: "2 selected" });
  await me.click("menuitem", "Change priority");
  await me.click("button", "Change 2 tickets"); // to high, as the dialog proposes
  await me.see("2 of 2 went well.");
  await me.see(/P2 ?Silent.*P2 ?Silent/);
  await me.click("button", "Undo all 2");
  await me.see("2 tickets are as they were.");
  expect(await audit(me)).toEqual([]);

  await me.click("button", "Saved views");
  await me.click("menuitem", `Remove “${title}”`);
  await me.see("is removed.");
});
