// Draws the installed app's icons out of one sign: node scripts/icons.mjs (needs Chromium).
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../web/package.json", import.meta.url))("@playwright/test");
const PUBLIC = new URL("../web/public/", import.meta.url).pathname;
const SIGN = `<path d="M24 3C14.6 3 7 10.5 7 19.8 7 32 24 45 24 45s17-13 17-25.2C41 10.5 33.4 3 24 3Z" fill="#fff"/>
  <path d="m16 20 6 6 10.5-11" fill="none" stroke="#006f79" stroke-width="4.5" stroke-linecap="round" stroke-linejoin="round"/>`;
// share: of the side that the sign takes; a mask may cut all but the middle 80 % (W3C manifest).
// round: of the corners; iOS and masks round themselves.
const ICONS = [
  { name: "icons/192.png", side: 192, share: 0.7, round: 0.22 },
  { name: "icons/512.png", side: 512, share: 0.7, round: 0.22 },
  { name: "icons/maskable.png", side: 512, share: 0.54, round: 0 },
  { name: "apple-touch-icon.png", side: 180, share: 0.66, round: 0 },
  { name: "icons/badge.png", side: 96, share: 0.92, badge: true },
];
// Android paints a notification's badge in one color, out of what is not transparent.
const BADGE = `<path fill-rule="evenodd" d="M24 3C14.6 3 7 10.5 7 19.8 7 32 24 45 24 45s17-13 17-25.2C41 10.5 33.4 3 24 3Zm-9.6 18.6 7.6 7.6 12.2-12.7-3.3-3.1-9 9.5-4.3-4.4Z" fill="#fff"/>`;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const { name, side, share, round = 0, badge } of ICONS) {
  const page = await browser.newPage({ viewport: { width: side, height: side } });
  const [size, edge] = [side * share, (side * (1 - share)) / 2];
  const ground = badge ? "" : `<rect width="${side}" height="${side}" rx="${side * round}" fill="#006f79"/>`;
  await page.setContent(`<style>body{margin:0}svg{display:block}</style><svg width="${side}" height="${side}">${ground}
    <svg x="${edge}" y="${edge}" width="${size}" height="${size}" viewBox="0 0 48 48">${badge ? BADGE : SIGN}</svg></svg>`);
  await page.screenshot({ path: PUBLIC + name, omitBackground: true });
  await page.close();
}
await browser.close();
