import { audit } from "../audit";
import { signIn, type Part } from "../people";
import { expect, story } from "../story";

const PARTS: Part[] = ["customer", "receptionist", "store", "consultant", "dispatcher", "manager", "administrator"];

for (const part of PARTS) {
  story(`${part} signs in and is still there after a reload`, async ({ me }) => {
    await signIn(me, part);
    await me.reload();
    await me.miss("Try a role");

    expect(await me.path()).not.toMatch(/welcome|callback|api/);
    expect(await me.run(`JSON.stringify({ ...localStorage, ...sessionStorage }).match(/eyJ[\\w-]+\\.[\\w-]+\\./)`)).toBeNull(); // no token is kept
  });
}

story("the first screen is open to everybody", async ({ me }) => {
  await me.goto("/");
  await me.find("main", /.*/);

  expect(await audit(me)).toEqual([]);
});
