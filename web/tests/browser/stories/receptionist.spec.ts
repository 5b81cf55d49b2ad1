import { audit } from "../audit";
import { signIn } from "../people";
import { until, type Screen } from "../screen";
import { expect, story } from "../story";

const GOAL = 60_000; // ms from the first key to the reference
const PACE = 200; // ms that a typist needs for a key
const CALLER = "okafor"; // the demo world's customer

/** Keys that were pressed: what the intake costs a person, whatever the machine does meanwhile. */
class Hands {
  keys = 0;

  constructor(private readonly me: Screen) {}

  async type(text: string): Promise<void> {
    this.keys += text.length;
    await this.me.type(text);
  }

  async press(keys: string): Promise<void> {
    this.keys += keys.split("+").length;
    await this.me.press(keys);
  }

  /** Types what is searched for and takes the first that is found. */
  async take(text: string): Promise<void> {
    await this.type(text);
    await chosen(this.me);
    await this.press("Enter");
  }
}

const chosen = (me: Screen) => until(() => me.run<boolean>(`!!document.querySelector("[role=option][data-combobox-selected]")?.checkVisibility()`), async () => `nothing is offered: ${await me.text()}`);
const focus = (me: Screen, name: RegExp) => until(async () => name.test(await me.focused()), async () => `the cursor is in ${await me.focused()}`);
const unique = (text: string) => `${text} ${Math.random().toString(36).slice(2, 8)}`;

/** The caller and the words; the cursor is in the details then. */
async function begin(me: Screen, hands: Hands, title: string): Promise<void> {
  await focus(me, /^Phone, name or mail/);
  await hands.take(CALLER);
  await focus(me, /^In one sentence/);
  await hands.type(title);
}

async function place(me: Screen, hands: Hands): Promise<void> {
  for (let step = 0; step < 8 && !/^Postal code/.test(await me.focused()); step += 1) await hands.press("Enter");
  await hands.press("Control+a");
  await hands.take("60601");
  await focus(me, /^Street/);
}

story("a call is logged with the keyboard alone, in less than a minute", async ({ me }) => {
  const title = unique("Label printer jams");
  const hands = new Hands(me);
  await signIn(me, "receptionist");
  await focus(me, /^Phone, name or mail/);
  expect(await me.path()).toBe("/calls");
  const began = Date.now();
  await begin(me, hands, title);
  await place(me, hands);
  await hands.type("12 Lake St");
  await hands.press("Enter");
  await hands.press("2");
  await hands.press("Enter");
  await focus(me, /^When does it suit/);
  await hands.press("Control+Enter");
  await me.see("Say this before you hang up");
  expect(Date.now() - began).toBeLessThan(GOAL);
  expect(hands.keys * PACE).toBeLessThan(GOAL / 2);

  await me.see(title);
  await me.see("postal code 60601");
  await me.see("takes care of it"); // appears by itself as soon as somebody is chosen
  expect(await audit(me)).toEqual([]);
  await me.press("n");
  await focus(me, /^Phone, name or mail/);
  await me.find("link", new RegExp(title));
});

story("a call whose answer is lost is logged once", async ({ me }) => {
  const title = unique("Scanner is silent");
  const hands = new Hands(me);
  await signIn(me, "receptionist");
  await begin(me, hands, title);
  await place(me, hands);
  me.gate.fail({ path: /\/api\/tickets$/, lose: "answer" });
  await hands.press("Control+Enter");
  await me.see("the call is kept");
  await me.reload();
  me.gate.mend();
  await until(async () => (await me.value(/^In one sentence/)) === title, async () => `the draft is gone: ${await me.text()}`);
  await me.press("Control+Enter");
  await me.see("Say this before you hang up");

  await until(async () => (await me.count("link", new RegExp(title))) === 1, async () => `it is not there once: ${await me.text()}`);
});

story("without a network the next call is taken, and both arrive", async ({ me }) => {
  const title = unique("Till drawer is stuck");
  const hands = new Hands(me);
  await signIn(me, "receptionist");
  await begin(me, hands, title);
  await place(me, hands);
  await me.offline(true);
  await hands.press("Control+Enter");
  await me.click("button", "Take the next call meanwhile");
  await me.see("Waiting for the network");
  await me.offline(false);

  await me.miss("Waiting for the network");
  await me.find("link", new RegExp(title));
});

story("what is open already gets a message instead of a second ticket", async ({ me }) => {
  const title = unique("Badge reader beeps");
  const hands = new Hands(me);
  await signIn(me, "receptionist");
  await begin(me, hands, title);
  await place(me, hands);
  await hands.press("Control+Enter");
  await me.see("Say this before you hang up");
  await hands.press("n");
  await begin(me, hands, title);
  await me.find("button", /^Add a message to/);
  await hands.press("Tab");
  expect(await me.focused()).toMatch(/^Add a message to/);
  await hands.press("Enter");
  await me.see("as a message");
  await hands.press("Control+Enter");

  await me.see("I have added this to your ticket");
  expect(await me.count("link", new RegExp(title))).toBe(1);
});

story("a new caller is added on the way", async ({ me }) => {
  const name = unique("Zoe Newcomer");
  const hands = new Hands(me);
  await signIn(me, "receptionist");
  await focus(me, /^Phone, name or mail/);
  await hands.take(name);
  await focus(me, /^Phone/);
  await hands.type("+1 312 555 0142");
  for (let step = 0; step < 5 && !/^In one sentence/.test(await me.focused()); step += 1) await hands.press("Enter");
  await hands.type("The telephone has no tone");
  await place(me, hands);
  await hands.press("Control+Enter");

  await me.see(`Thank you for calling, ${name}`);
});
