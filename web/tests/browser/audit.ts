import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Screen } from "./screen";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface Violation {
  id: string;
  help: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** What breaks WCAG 2.2 AA on the screen as it is, in both themes. Nothing: an empty list. */
export async function audit(screen: Screen): Promise<string[]> {
  const before = await screen.run<string>("document.documentElement.dataset.mantineColorScheme ?? 'light'");
  const found: string[] = [];
  for (const theme of ["light", "dark"]) {
    await screen.run(`document.documentElement.setAttribute("data-mantine-color-scheme", "${theme}")`);
    await screen.run("new Promise((later) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(later, 400))))"); // colors fade over
    const violations = await screen.run<Violation[]>(
      `(() => { if (!("axe" in window)) { ${AXE} }; return axe.run(document, { runOnly: ${JSON.stringify(RULES)}, resultTypes: ["violations"] }).then((all) => all.violations) })()`,
    );
    for (const { id, help, nodes } of violations) found.push(`${theme} ${id}: ${help}: ${nodes.map((node) => `${node.target.join(" ")} (${node.failureSummary.replaceAll("\n", " ")})`).join("; ")}`);
  }
  await screen.run(`document.documentElement.setAttribute("data-mantine-color-scheme", "${before}")`);
  return found;
}

/** Targets of fingers that are smaller than `least` pixels (on phones: 44). */
export function small(screen: Screen, least = 44): Promise<string[]> {
  return screen.run<string[]>(`[...document.querySelectorAll("button, a[href], input:not([type=hidden]), select, [role=button], [role=tab], [role=switch]")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !one.closest("p, li p, [data-inline]"))
    .map((one) => { const label = one.labels?.[0]?.getBoundingClientRect(); const box = one.getBoundingClientRect();
      return [one, Math.max(box.width, label?.width ?? 0), Math.max(box.height, label?.height ?? 0)] })
    .filter(([, width, height]) => width > 1 && (width < ${least} || height < ${least}))
    .map(([one, width, height]) => (one.ariaLabel ?? one.textContent ?? one.name) + ": " + Math.round(width) + "×" + Math.round(height))`);
}
