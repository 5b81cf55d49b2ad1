import { audit } from "../audit";
import { signIn } from "../people";
import { until } from "../screen";
import { expect, story } from "../story";

/** Asks the product as whoever is signed in on the screen, with a token of their own sign-in. */
function asked(path: string, body?: object): string {
  const init = JSON.stringify(body ? { method: "POST", body: JSON.stringify(body) } : {});
  return `(async () => {
    const form = new URLSearchParams({ grant_type: "refresh_token", client_id: "squad-app" });
    const { access_token } = await (await fetch("/api/identity/oauth2/token", { method: "POST", body: form })).json();
    const headers = { authorization: "Bearer " + access_token, "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
    return (await fetch(${JSON.stringify(path)}, { headers, ...${init} })).json();
  })()`;
}

interface Roster {
  items: { name: string; skills: Record<string, number>; opens: string | null }[];
  next: string | null;
}

story("an administrator adds a consultant with skills and hours, and routing knows them", async ({ me }) => {
  const name = `Nadia Story ${Date.now()}`;
  await signIn(me, "administrator");
  await me.see("99 of 100 events");
  expect(await me.path()).toBe("/health");
  await me.goto("/people/new");
  await me.click("button", "Save");
  await me.see("Give a name");
  await me.fill("Name", name);
  await me.fill("Roles", "Consultant");
  await me.click("option", "Consultant");
  await me.press("Escape");
  await me.fill("Territories", "California");
  await me.click("option", "California");
  await me.press("Escape");
  await me.fill("Add a skill", "Hardware");
  await me.click("option", "Hardware");
  await me.fill("Home base", "94102");
  await me.click("option", /^94102/);
  await me.click("button", "Save");
  await me.find("heading", name);
  await me.see("level 3");
  await me.see("No hours yet");

  await me.click("button", "Change the hours");
  await me.click("button", "Add a pattern");
  await me.click("button", "Save the hours");
  await me.see("45 hours of shifts a week");
  expect(await audit(me)).toEqual([]);

  const found = await until(
    async () => {
      for (let cursor = ""; ; ) {
        const page = await me.run<Roster>(asked(`/api/routing/roster?territory=US-CA&limit=200&cursor=${cursor}`));
        const one = page.items.find((other) => other.name === name);
        if (one?.opens || !page.next) return one;
        cursor = page.next;
      }
    },
    async () => `${name} is not on the roster with hours`,
  );
  expect(found.skills).toEqual({ hardware: 3 });
});

story("an administrator follows a ticket's events and finds no dead letters", async ({ me }) => {
  await signIn(me, "administrator");
  await me.goto("/letters");
  await me.see("No dead letters");
  expect(await audit(me)).toEqual([]);
  const ticket = await me.run<{ id: string }>(
    asked("/api/tickets", { title: "The till prints hearts", description: "Since noon", category: "pos", location: { postal_code: "94102" } }),
  );

  await until(async () => (await me.run<{ events?: unknown[] }>(asked(`/api/monitoring/journey/${ticket.id}`))).events?.length, async () => "no journey");
  await me.goto(`/journey/${ticket.id}`);
  await me.see("tickets · created");
  await me.see("Until a consultant was chosen");

  expect(await me.count("row", /tickets · created/)).toBe(1);
  expect(await audit(me)).toEqual([]);
});

story("an administrator takes a skill out of use and back", async ({ me }) => {
  const code = `story-${Date.now()}`;
  await signIn(me, "administrator");
  await me.goto("/skills");
  await me.click("button", "Add a skill");
  await me.fill("Code", "no spaces");
  await me.fill("Name", `Skill ${code}`);
  await me.click("button", "Save");
  await me.see("Letters, digits, dots");
  await me.fill("Code", code);
  await me.click("button", "Save");
  await me.fill("Find", code);
  await me.see("1 entry");

  await me.click("button", `Take Skill ${code} out of use`);
  await me.see("0 entries");
  await me.click("button", "Undo");
  await me.see("1 entry");
  expect(await audit(me)).toEqual([]);
});
