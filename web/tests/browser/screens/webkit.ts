import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Builder, Key, type WebDriver, type WebElement } from "selenium-webdriver";
import { Gate } from "../gate";
import { FIELDS, flat, labelled, said, until, type Name, type Role, type Screen, type Within } from "../screen";
import { port, stopped } from "../world";

const SIZES = { phone: { width: 460, height: 844 }, desktop: { width: 1440, height: 900 } }; // MiniBrowser's least is ~450
const QUERIES = readFileSync(createRequire(import.meta.url).resolve("@testing-library/dom/dist/@testing-library/dom.umd.min.js"), "utf8");
const KEYS: Record<string, string> = {
  Control: Key.CONTROL, Shift: Key.SHIFT, Alt: Key.ALT, Meta: Key.META, Enter: Key.ENTER, Escape: Key.ESCAPE, Tab: Key.TAB,
  Backspace: Key.BACK_SPACE, Delete: Key.DELETE, Space: Key.SPACE, Home: Key.HOME, End: Key.END, ArrowUp: Key.ARROW_UP,
  ArrowDown: Key.ARROW_DOWN, ArrowLeft: Key.ARROW_LEFT, ArrowRight: Key.ARROW_RIGHT, PageDown: Key.PAGE_DOWN, PageUp: Key.PAGE_UP,
};
// In the page: elements by role or label, as a person or a screen reader finds them.
const FIND = `
  const [ask, scope] = arguments;
  const name = (one) => one && (one.source === undefined ? one.text : new RegExp(one.source, one.flags));
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  const roles = (root, role, wish) => TestingLibraryDom.queryAllByRole(root, role, wish ? { name: name(wish) } : {}).filter(shown);
  const root = scope ? roles(document.body, scope.role, scope.name)[0] : document.body;
  if (!root) return [];
  if (!ask.role && !ask.label) return [root];
  if (ask.role) return roles(root, ask.role, ask.name);
  return TestingLibraryDom.queryAllByLabelText(root, name(ask.label)).filter((one) => one.matches(ask.selector));
`;

interface Ask {
  role?: Role;
  name?: object | undefined;
  label?: object;
  selector?: string;
}

/** A screen of WebKit's own MiniBrowser, driven over WebDriver, on a display that nobody sees. */
export class Webkit implements Screen {
  readonly engine = "webkit";
  private constructor(
    readonly size: "phone" | "desktop",
    readonly gate: Gate,
    readonly driver: WebDriver,
    private readonly process: ChildProcess,
  ) {}

  static async open(size: "phone" | "desktop", language = "en-US"): Promise<Webkit> {
    const gate = await Gate.open(process.env["SQUAD_URL"] ?? "");
    const number = await port();
    const child = spawn("xvfb-run", ["-a", "-s", "-screen 0 1600x1000x24", "WebKitWebDriver", `--port=${number}`], {
      stdio: "ignore",
      detached: true, // a group of its own: its display and browser end with it
      env: { ...process.env, LANGUAGE: language.replace("-", "_"), LANG: `${language.replace("-", "_")}.UTF-8`, TZ: "America/New_York" },
    });
    const url = `http://127.0.0.1:${number}`;
    await until(async () => fetch(`${url}/status`).then((answer) => answer.ok, () => false), async () => "WebKitWebDriver does not start.", 20_000);
    const binary = readdirSync("/usr/lib").map((folder) => `/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`).find((path) => existsSync(path));
    const driver = await new Builder()
      .usingServer(url)
      .withCapabilities({ browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary, args: ["--automation"] } })
      .build();
    await driver.manage().setTimeouts({ script: 30_000, pageLoad: 60_000 });
    await driver.manage().window().setRect({ x: 0, y: 0, ...SIZES[size] });
    return new Webkit(size, gate, driver, child);
  }

  async goto(path: string): Promise<void> {
    await this.driver.get(this.gate.url + path);
  }

  async reload(): Promise<void> {
    await this.driver.navigate().refresh();
  }

  async path(): Promise<string> {
    const { pathname, search } = new URL(await this.driver.getCurrentUrl());
    return pathname + search;
  }

  async click(role: Role, name: Name, within?: Within): Promise<void> {
    await this.act(() => this.one({ role, name: wire(name) }, within), async (element) => {
      await this.driver.executeScript("arguments[0].scrollIntoView({ block: 'center' })", element);
      await element.click();
    });
  }

  async fill(label: Name, text: string, within?: Within): Promise<void> {
    await this.act(() => this.field(label, FIELDS, within), async (element) => {
      if ((await element.getAttribute("value")) !== "") await element.sendKeys(Key.chord(Key.CONTROL, "a"), Key.DELETE);
      await element.sendKeys(text);
    });
  }

  async press(keys: string): Promise<void> {
    const parts = keys.split("+").map((key) => KEYS[key] ?? key);
    const actions = this.driver.actions();
    for (const key of parts) actions.keyDown(key);
    for (const key of parts.reverse()) actions.keyUp(key);
    await actions.perform();
  }

  async type(text: string): Promise<void> {
    await this.driver.actions().sendKeys(text).perform();
  }

  async upload(label: Name, ...files: string[]): Promise<void> {
    const element = await this.field(label, "input[type=file]");
    await element.sendKeys(files.join("\n"));
  }

  async drag(from: [Role, Name], to: [Role, Name]): Promise<void> {
    const start = await this.one({ role: from[0], name: wire(from[1]) });
    const end = await this.one({ role: to[0], name: wire(to[1]) });
    const actions = this.driver.actions();
    await actions.move({ origin: start }).press().move({ origin: start, x: 12, y: 12 }).move({ origin: end }).release().perform();
  }

  async scribble(label: Name): Promise<void> {
    const element = await this.field(label, "canvas, [role=img]");
    await this.run("new Promise((later) => setTimeout(later, 400))"); // what opens around it has stopped moving
    await this.driver.executeScript("arguments[0].scrollIntoView({ block: 'center' })", element); // a pointer reaches what is in view
    const actions = this.driver.actions().move({ origin: element, x: -60, y: 0 }).press();
    for (const step of [-30, 0, 30, 60]) actions.move({ origin: element, x: step, y: step % 60 ? 15 : -15, duration: 50 });
    await actions.release().perform();
  }

  async see(text: Name, within?: Within): Promise<void> {
    await until(async () => said(await this.text(within), text), async () => `${text} is not on the screen:\n${await this.text()}`);
  }

  async miss(text: Name, within?: Within): Promise<void> {
    await until(async () => !said(await this.text(within), text), async () => `${text} is still on the screen:\n${await this.text()}`);
  }

  async find(role: Role, name: Name, within?: Within): Promise<void> {
    await this.one({ role, name: wire(name) }, within);
  }

  async count(role: Role, name?: Name, within?: Within): Promise<number> {
    return (await this.all({ role, name: wire(name) }, within)).length;
  }

  async value(label: Name): Promise<string> {
    return this.driver.executeScript("return arguments[0].value", await this.field(label, FIELDS));
  }

  async text(within?: Within): Promise<string> {
    const [root] = await this.all({}, within);
    if (!root) return "";
    return flat(await this.driver.executeScript("return arguments[0].innerText", root).then(String, () => ""));
  }

  async focused(): Promise<string> {
    const element = await this.driver.switchTo().activeElement();
    return element.getAccessibleName();
  }

  async offline(cut: boolean): Promise<void> {
    this.gate.offline(cut); // the engine itself is not told: as with a phone that has a signal but no network
  }

  async kill(): Promise<void> {
    const [at, old] = [await this.driver.getCurrentUrl(), await this.driver.getWindowHandle()];
    await this.driver.switchTo().newWindow("tab");
    const next = await this.driver.getWindowHandle();
    await this.driver.switchTo().window(old);
    await this.driver.close();
    await this.driver.switchTo().window(next);
    await this.driver.get(at);
  }

  async run<T>(expression: string): Promise<T> {
    const script = `const done = arguments[arguments.length - 1]; Promise.resolve().then(() => (${expression})).then((value) => done({ value }), (error) => done({ error: String(error) }))`;
    const { value, error } = await this.driver.executeAsyncScript<{ value: T; error?: string }>(script);
    if (error) throw new Error(error);
    return value;
  }

  async screenshot(path: string): Promise<void> {
    writeFileSync(path, Buffer.from(await this.driver.takeScreenshot(), "base64"));
  }

  async close(): Promise<void> {
    await this.driver.quit().catch(() => undefined);
    if (this.process.pid) process.kill(-this.process.pid, "SIGTERM"); // xvfb-run does not pass it on
    await stopped(this.process);
    await this.gate.close();
  }

  private async all(ask: Ask, within?: Within): Promise<WebElement[]> {
    const scope = within && { role: within.role, name: wire(within.name) };
    try {
      if (!(await this.driver.executeScript<boolean>("return 'TestingLibraryDom' in window"))) await this.driver.executeScript(QUERIES);
      return await this.driver.executeScript<WebElement[]>(FIND, ask, scope);
    } catch (error) {
      if (/stale|detached|javascript error|unload|no such/i.test(String(error))) return []; // the page is changing
      throw error;
    }
  }

  private async one(ask: Ask, within?: Within): Promise<WebElement> {
    return until(async () => (await this.all(ask, within))[0], async () => `${JSON.stringify(ask)} is not on the screen:\n${await this.text()}`);
  }

  private field(label: Name, selector: string, within?: Within): Promise<WebElement> {
    return this.one({ label: wire(labelled(label)) as object, selector }, within);
  }

  /** Tries again for as long as an element moves, is covered or was drawn anew. */
  private async act(find: () => Promise<WebElement>, deed: (element: WebElement) => Promise<void>): Promise<void> {
    let last: unknown;
    await until(
      async () => {
        try {
          await deed(await find());
          return true;
        } catch (error) {
          last = error;
          if (!/stale|intercept|not interactable/i.test(String(error))) throw error;
          return false;
        }
      },
      async () => String(last),
    );
  }
}

function wire(name?: Name): object | undefined {
  if (name === undefined) return undefined;
  return typeof name === "string" ? { text: name } : { source: name.source, flags: name.flags };
}

