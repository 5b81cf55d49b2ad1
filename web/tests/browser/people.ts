import { until, type Screen } from "./screen";

export type Part = "customer" | "receptionist" | "store" | "consultant" | "dispatcher" | "manager" | "administrator";
export interface Person {
  id: string;
  name: string;
  role: string;
  mail: string;
  language: string;
}

const SIGN_IN = /^(Sign in|Se connecter|Iniciar sesión|Entrar)$/;

/** Who can sign in to the demo world, as the product tells. */
export async function people(): Promise<Person[]> {
  const answer = await fetch(`${process.env["SQUAD_URL"]}/api/identity/demo`);
  return ((await answer.json()) as { items: Person[] }).items;
}

/** The demo world's person of a role. */
export async function person(part: Part): Promise<Person> {
  const found = (await people()).find((one) => one.role.startsWith(part));
  if (!found) throw new Error(`The demo world has no ${part} who may sign in.`);
  return found;
}

/** Signs somebody in, through the app's screen and the product's own page. Returns who it is. */
export async function signIn(screen: Screen, part: Part): Promise<Person> {
  const who = await person(part);
  await screen.goto("/");
  await screen.click("button", new RegExp(who.name));
  await until(async () => (await screen.path()).startsWith("/api/identity/oauth2/authorize"), async () => `No sign-in page at ${await screen.path()}`);
  await screen.click("button", SIGN_IN);
  await until(
    async () => !/^\/(api|callback|oauth2)/.test(await screen.path()),
    async () => `${who.name} is not signed in: ${await screen.path()}\n${await screen.text()}`,
  );
  return who;
}
