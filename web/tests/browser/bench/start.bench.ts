import { signIn } from "../people";
import { Chromium } from "../screens/chromium";
import { expect, story } from "../story";

const SLOWER = 4; // times: a phone's processor
// WebPageTest's "3G Fast": 1.6 Mbit/s down, 0.768 up, 150 ms there and back (docs.webpagetest.org).
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 768_000 / 8 };
const COLD = 3_000; // ms until the first screen can be used
const KEPT = 1_000; // ms from the worker's cache
const SCRIPT = 200_000; // bytes of initial JavaScript, compressed

/** Opens an address and waits until its heading can be seen and its button pressed. ms. */
async function usable(me: Chromium, path: string, ready: string): Promise<number> {
  const begun = performance.now();
  await me.page.goto(path, { waitUntil: "commit" });
  await me.page.locator(ready).first().waitFor({ state: "visible", timeout: 60_000 });
  await me.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"); // the thread is free again
  return performance.now() - begun;
}

/** Bytes of scripts that came over the network until now. */
const scripts = (me: Chromium) =>
  me.page.evaluate<number>(
    "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.js')).reduce((sum, one) => sum + one.encodedBodySize, 0)",
  );

story("the first screen comes soon on a slow phone", async ({ open }) => {
  const me = await open({ size: "phone" });
  if (!(me instanceof Chromium)) throw new Error("Chromium alone can be slowed.");
  const line = await me.context.newCDPSession(me.page);
  await line.send("Network.enable");
  const slow = async () => {
    await line.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    await line.send("Network.emulateNetworkConditions", NETWORK);
  };
  const swift = async () => {
    await line.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  };

  await slow();
  const cold = await usable(me, "/welcome", "main button");
  const bytes = await scripts(me);
  await swift();
  await signIn(me, "consultant");
  await me.page.evaluate("navigator.serviceWorker.ready.then(() => new Promise((later) => setTimeout(later, 4000)))");
  await slow();
  const kept: number[] = [];
  for (let round = 0; round < 5; round++) kept.push(await usable(me, "/visits", "main h1"));
  kept.sort((one, other) => one - other);

  process.stdout.write(
    `cold ${cold.toFixed(0)} ms (budget ${COLD}), ${(bytes / 1000).toFixed(0)} kB of script (budget ${SCRIPT / 1000});` +
      ` from the cache ${kept.map((one) => one.toFixed(0)).join(", ")} ms (budget ${KEPT}); processor ${SLOWER}x slower, 3G Fast\n`,
  );
  expect(bytes).toBeLessThan(SCRIPT);
  expect(cold).toBeLessThan(COLD);
  expect(kept[2]).toBeLessThan(KEPT);
});
