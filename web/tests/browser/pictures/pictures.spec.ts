import { resolve } from "node:path";
import { signIn, type Part } from "../people";
import { story } from "../story";

/** What is shown in the README and the guides: of whom, where, and the file's name. "" is their home. */
const PICTURES: [Part, string, string][] = [
  ["customer", "", "customer"],
  ["receptionist", "", "receptionist"],
  ["store", "", "store"],
  ["consultant", "", "consultant"],
  ["dispatcher", "", "dispatcher"],
  ["manager", "", "manager"],
  ["administrator", "", "administrator"],
];
const FOLDER = resolve(import.meta.dirname, "../../../../docs/img");

for (const size of ["desktop", "phone"] as const) {
  for (const dark of [false, true]) {
    for (const [part, path, name] of PICTURES) {
      story(`${name}, ${size}, ${dark ? "dark" : "light"}`, async ({ open }) => {
        const screen = await open({ size, dark });
        await signIn(screen, part);
        if (path) await screen.goto(path);
        await screen.run("document.fonts.ready.then(() => new Promise((later) => setTimeout(later, 1500)))"); // maps and charts are drawn
        await screen.screenshot(resolve(FOLDER, `app-${name}-${size}${dark ? "-dark" : ""}.png`));
      });
    }
  }
}
