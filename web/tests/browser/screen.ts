import type { Gate } from "./gate";

/** What a person can point at, by ARIA role; a name is its accessible name, wholly or by pattern. */
export type Role =
  | "alert" | "article" | "button" | "cell" | "checkbox" | "columnheader" | "combobox" | "dialog" | "form" | "grid" | "heading"
  | "img" | "link" | "list" | "listbox" | "listitem" | "main" | "menuitem" | "navigation" | "option" | "progressbar"
  | "radio" | "region" | "row" | "searchbox" | "slider" | "spinbutton" | "status" | "switch" | "tab" | "table"
  | "tabpanel" | "textbox" | "tooltip";
export type Name = string | RegExp;

/** Where to look: nothing said is the whole page. */
export interface Within {
  role: Role;
  name?: Name;
}

/**
 * One browser before one person, in any engine. Every step waits up to 20 s for what it needs, and
 * fails by saying what is on the screen instead.
 */
export interface Screen {
  readonly engine: "chromium" | "webkit";
  readonly size: "phone" | "desktop";
  readonly gate: Gate; // the network: cut it with offline(), break answers with gate.fail()

  goto(path: string): Promise<void>;
  reload(): Promise<void>;
  path(): Promise<string>; // of the address, with its query

  click(role: Role, name: Name, within?: Within): Promise<void>;
  fill(label: Name, text: string, within?: Within): Promise<void>; // replaces what is there
  press(keys: string): Promise<void>; // as Playwright names them: "Control+k", "Enter", "ArrowDown"
  type(text: string): Promise<void>; // into what has the focus
  upload(label: Name, ...files: string[]): Promise<void>; // paths
  drag(from: [Role, Name], to: [Role, Name]): Promise<void>; // by pointer
  scribble(label: Name): Promise<void>; // draws on a canvas

  see(text: Name, within?: Within): Promise<void>; // part of the visible text, in any case
  miss(text: Name, within?: Within): Promise<void>; // until it is gone
  find(role: Role, name: Name, within?: Within): Promise<void>; // until it is there
  count(role: Role, name?: Name, within?: Within): Promise<number>; // at this moment
  value(label: Name): Promise<string>;
  text(within?: Within): Promise<string>; // all that is visible, on one line
  focused(): Promise<string>; // accessible name of what has the focus

  offline(cut: boolean): Promise<void>;
  kill(): Promise<void>; // the tab dies without a word; another opens at the same address
  run<T>(expression: string): Promise<T>; // JavaScript in the page; a promise is awaited
  screenshot(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Waits until `probe` gives a value. said: what is told when it never does. */
export async function until<T>(probe: () => Promise<T | undefined | false | null>, said: () => Promise<string>, patience = 20_000): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(await said());
    await new Promise((later) => setTimeout(later, 60));
  }
}

export const FIELDS = "input:not([type=hidden]), textarea, select, [contenteditable=true]";

/** A label, also where an asterisk says that the field must be filled. */
export function labelled(label: Name): RegExp {
  if (typeof label !== "string") return label;
  return new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*\\*?\\s*$`);
}

export function flat(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

export function said(all: string, text: Name): boolean {
  return typeof text === "string" ? all.toLowerCase().includes(flat(text).toLowerCase()) : text.test(all);
}
