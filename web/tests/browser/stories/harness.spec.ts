import { writeFileSync } from "node:fs";
import { expect, story } from "../story";

/** The harness itself, on the node's own pages: what a story believes of its screens is so. */
story("sees, clicks and misses", async ({ me }) => {
  await me.goto("/about");
  await me.see("ready for TICKETS");
  await me.find("heading", /Services|Queues/);
  expect(await me.count("link", "Simulator")).toBeGreaterThan(0);
  await me.click("link", "Simulator", { role: "navigation" });
  await me.miss("Ready for tickets");

  expect(await me.path()).toBe("/about/simulator");
  await expect(me.run("1 + 1")).resolves.toBe(2);
  await expect(me.run("Promise.reject(new Error('no'))")).rejects.toThrow("no");
});

story("fills what has a label, with the keyboard too", async ({ me }, info) => {
  const file = info.outputPath("a.txt");
  writeFileSync(file, "hello");
  await me.goto("/about");
  await me.run(`(() => { document.querySelector("main").replaceChildren(...[["Name", "text"], ["Photo", "file"]].map(([text, type]) => {
    const label = document.createElement("label"); const input = document.createElement("input"); const star = document.createElement("span");
    input.type = type; input.value = type === "text" ? "old" : ""; star.textContent = " *"; label.append(text, star, input); return label; })) })()`);
  await me.fill("Name", "Ada");
  await me.type(" L.");
  await me.upload("Photo", file);

  expect(await me.value("Name")).toBe("Ada L.");
  expect(await me.focused()).toMatch(/^Name/);
  expect(await me.run(`document.querySelector("input[type=file]").files[0].text()`)).toBe("hello");
  await me.press("Control+a");
  await me.press("Delete");
  expect(await me.value("Name")).toBe("");
});

const ASK = "fetch('/healthz', { cache: 'no-store' }).then((answer) => answer.status)";

story("has a network that fails", async ({ me }) => {
  await me.goto("/about");
  await me.offline(true);
  await expect(me.run(ASK)).rejects.toThrow();
  await me.offline(false);
  expect(await me.run(ASK)).toBe(200);

  me.gate.fail({ path: /healthz/, status: 503, headers: { "retry-after": "1" }, times: 1 });
  expect(await me.run(ASK)).toBe(503);
  expect(await me.run(ASK)).toBe(200);
  for (const lose of ["request", "answer"] as const) {
    me.gate.fail({ path: /healthz/, lose });
    await expect(me.run(ASK)).rejects.toThrow();
    me.gate.mend();
  }
  expect(me.gate.asked.filter((line) => line === "GET /healthz").length).toBeGreaterThanOrEqual(5);
});

story("keeps what a dead tab had written", async ({ me, open }) => {
  await me.goto("/about");
  await me.run("localStorage.setItem('kept', 'yes')");
  await me.kill();
  await me.see("Ready for tickets");
  const other = await open();
  await other.goto("/about");

  expect(await me.run("localStorage.getItem('kept')")).toBe("yes");
  expect(await other.run("localStorage.getItem('kept')")).toBeNull();
});
