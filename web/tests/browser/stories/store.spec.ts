import { audit } from "../audit";
import { signIn } from "../people";
import { expect, story } from "../story";

story("three touches at the counter log a ticket of the store", async ({ me }) => {
  const words = `Till 3 shows nothing ${Math.random().toString(36).slice(2, 8)}`;
  await signIn(me, "store");
  await me.find("heading", /^Store \d+/); // its own, by name
  expect(await me.path()).toBe("/counter");
  expect(await audit(me)).toEqual([]);
  await me.click("button", "Till");
  await me.fill("What do you see? (optional)", words);
  await me.click("button", /^We cannot sell/);
  await me.click("button", "Send");

  await me.see("Sent:");
  await me.find("link", new RegExp(words));
});

story("the code beside a machine opens the form filled in", async ({ me }) => {
  await signIn(me, "store");
  await me.click("button", "QR code");
  await me.fill("Which machine?", "Till 7");
  await me.find("img", "QR code for Till 7");
  const link = await me.run<string>(`document.querySelector("[role=dialog] figure").innerText.match(/https?:\\S+/)[0]`);
  const { pathname, search } = new URL(link);
  await me.goto(pathname + search);

  await me.find("textbox", /^What is wrong/);
  expect(await me.value("What is wrong?")).toBe("Till 7");
  expect(await me.value("Where is it?")).toMatch(/^606/);
});
