import { audit } from "../audit";
import { person, signIn } from "../people";
import { expect, story } from "../story";

story("a manager's figures equal their lists and the file", async ({ me }) => {
  await signIn(me, "manager");
  await me.goto("/reports?span=7");
  await me.see("Promises kept (SLA)");
  await me.click("button", "CSV");
  await me.click("menuitem", /^Logged in the span/);
  await me.see("The recount equals the figure");
  expect(await audit(me)).toEqual([]);
});

story("a manager tries a small generated world", async ({ me }) => {
  await signIn(me, "manager");
  await me.goto("/what-if/new");
  await me.run("document.querySelector('input[type=radio][value=generated]').click()"); // a switch of segments hides its radios
  await me.fill("Days", "1");
  await me.fill("Consultants", "8");
  await me.fill("Tickets a weekday", "10");
  await me.fill("Shifts move by (hours)", "-1");
  await me.click("button", "Start");
  await me.see("shifts 1 hour earlier");
});

story("a manager changes a weight: a bad one is refused at its field, a good one is kept", async ({ me }) => {
  const who = await person("manager");
  await signIn(me, "manager");
  await me.goto("/policy?tab=edit");
  await me.fill("Detour of roads, times", "0.5");
  await me.see("Must be: 1 to 10");
  await me.fill("Detour of roads, times", "1.4");
  await me.see("Roads are taken to be 1.4 times as long");
  await me.fill("Why this change (is kept)", `Roads wind more than we thought, says ${who.name}`);
  await me.click("button", "Save as draft");
  await me.see("Roads wind more than we thought");
  await me.click("button", "Put in force");
  await me.fill("Why (is kept)", "It was tried");
  await me.click("button", "Put in force", { role: "dialog" });
  await me.see("is in force");
});
