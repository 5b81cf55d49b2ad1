import { chromium, expect, type Browser, type BrowserContext, type Locator, type Page } from "@playwright/test";
import { Gate } from "../gate";
import { FIELDS, flat, labelled, said, until, type Name, type Role, type Screen, type Within } from "../screen";

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };
const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
export type Look = { dark?: boolean; language?: string; clock?: Date };

/** Debian's Chromium; its sandbox cannot be had as root in a container. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ["--no-sandbox", "--disable-background-networking"] });
}

/** A screen of Playwright's. `page` and `context` are there for what only Chromium can do. */
export class Chromium implements Screen {
  readonly engine = "chromium";
  private constructor(
    readonly size: "phone" | "desktop",
    readonly gate: Gate,
    readonly context: BrowserContext,
    public page: Page,
  ) {}

  static async open(browser: Browser, size: "phone" | "desktop", look: Look = {}): Promise<Chromium> {
    const gate = await Gate.open(process.env["SQUAD_URL"] ?? "");
    const phone = size === "phone";
    const context = await browser.newContext({
      baseURL: gate.url,
      viewport: SIZES[size],
      isMobile: phone,
      hasTouch: phone,
      deviceScaleFactor: phone ? 2 : 1,
      locale: look.language ?? "en-US",
      timezoneId: "America/New_York",
      colorScheme: look.dark ? "dark" : "light",
      reducedMotion: "reduce",
      permissions: ["geolocation", "clipboard-read", "clipboard-write"],
      geolocation: { latitude: 40.7128, longitude: -74.006 },
    });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    if (look.clock) await page.clock.setSystemTime(look.clock);
    return new Chromium(size, gate, context, page);
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(path);
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }

  async path(): Promise<string> {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }

  async click(role: Role, name: Name, within?: Within): Promise<void> {
    await this.one(role, name, within).click();
  }

  async fill(label: Name, text: string, within?: Within): Promise<void> {
    await this.labelled(label, within).fill(text);
  }

  async press(keys: string): Promise<void> {
    await this.page.keyboard.press(keys);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  async upload(label: Name, ...files: string[]): Promise<void> {
    await this.page.getByLabel(labelled(label)).and(this.page.locator("input[type=file]")).first().setInputFiles(files);
  }

  async drag(from: [Role, Name], to: [Role, Name]): Promise<void> {
    const [start, end] = [await box(this.one(...from)), await box(this.one(...to))];
    await this.page.mouse.move(start.x, start.y);
    await this.page.mouse.down();
    await this.page.mouse.move(start.x + 12, start.y + 12, { steps: 3 });
    await this.page.mouse.move(end.x, end.y, { steps: 8 });
    await this.page.mouse.up();
  }

  async scribble(label: Name): Promise<void> {
    const { x, y } = await box(this.page.getByLabel(labelled(label)).first());
    await this.page.mouse.move(x - 60, y);
    await this.page.mouse.down();
    for (const step of [-30, 0, 30, 60]) await this.page.mouse.move(x + step, y + (step % 60 ? 15 : -15), { steps: 4 });
    await this.page.mouse.up();
  }

  async see(text: Name, within?: Within): Promise<void> {
    await until(async () => said(await this.text(within), text), async () => `${text} is not on the screen:\n${await this.text()}`);
  }

  async miss(text: Name, within?: Within): Promise<void> {
    await until(async () => !said(await this.text(within), text), async () => `${text} is still on the screen:\n${await this.text()}`);
  }

  async find(role: Role, name: Name, within?: Within): Promise<void> {
    await expect(this.one(role, name, within)).toBeVisible();
  }

  async count(role: Role, name?: Name, within?: Within): Promise<number> {
    return this.root(within).getByRole(role, { name }).filter({ visible: true }).count();
  }

  async value(label: Name): Promise<string> {
    return this.labelled(label).inputValue();
  }

  async text(within?: Within): Promise<string> {
    const root = within ? (this.root(within) as Locator) : this.page.locator("body");
    return (await root.count()) ? flat(await root.innerText()) : "";
  }

  async focused(): Promise<string> {
    const snapshot = await this.page.locator(":focus").first().ariaSnapshot();
    return /"((?:[^"\\]|\\.)*)"/.exec(snapshot)?.[1] ?? snapshot;
  }

  async offline(cut: boolean): Promise<void> {
    this.gate.offline(cut);
    await this.context.setOffline(cut);
  }

  async kill(): Promise<void> {
    const at = this.page.url();
    const next = await this.context.newPage();
    await this.page.close({ runBeforeUnload: false });
    this.page = next;
    await next.goto(at);
  }

  async run<T>(expression: string): Promise<T> {
    return this.page.evaluate<T>(expression);
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.gate.close();
  }

  private root(within?: Within): Page | Locator {
    return within ? this.page.getByRole(within.role, { name: within.name }).filter({ visible: true }).first() : this.page;
  }

  private one(role: Role, name: Name, within?: Within): Locator {
    return this.root(within).getByRole(role, { name, exact: typeof name === "string" }).filter({ visible: true }).first();
  }

  private labelled(label: Name, within?: Within): Locator {
    return this.root(within).getByLabel(labelled(label)).and(this.page.locator(FIELDS)).first();
  }
}

async function box(locator: Locator): Promise<{ x: number; y: number }> {
  await locator.scrollIntoViewIfNeeded();
  const found = await until(() => locator.boundingBox(), async () => "It has no size.");
  return { x: found.x + found.width / 2, y: found.y + found.height / 2 };
}
