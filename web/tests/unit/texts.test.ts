/** Every text exists in every language, says the same variables, and is used. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const SOURCE = join(import.meta.dirname, "../../src");
const PLURALS: Record<string, string[]> = { en: ["one", "other"], fr: ["one", "many", "other"], es: ["one", "many", "other"] };
const PLURAL = /_(zero|one|two|few|many|other)$/;

type Texts = { [key: string]: string | Texts };

const spaces = ["app", "ui", ...readdirSync(join(SOURCE, "features")).map((name) => join("features", name))].filter((folder) =>
  existsSync(join(SOURCE, folder, "texts/en.json")),
);

function flat(texts: Texts, before = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === "string") found.set(before + key, value);
    else for (const [inner, text] of flat(value, `${before}${key}.`)) found.set(inner, text);
  }
  return found;
}

const read = (folder: string, language: string) =>
  flat(JSON.parse(readFileSync(join(SOURCE, folder, "texts", `${language}.json`), "utf8")) as Texts);

const bare = (keys: Iterable<string>) => [...new Set([...keys].map((key) => key.replace(PLURAL, "")))].sort();
const variables = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1]).sort();

function sources(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? sources(path) : /\.tsx?$/.test(path) ? readFileSync(path, "utf8") : ""))
    .join("\n");
}

/** Keys that the code names: whole ones in quotes, and beginnings of those that it puts together. */
function named(code: string): { whole: Set<string>; begun: string[] } {
  const whole = new Set([...code.matchAll(/["'`]([a-z][\w.]*)["'`]/gi)].map((match) => match[1] ?? ""));
  const begun = [...code.matchAll(/`([a-z][\w.]*[._])\$\{/gi)].map((match) => match[1] ?? "");
  return { whole, begun };
}

describe.each(spaces)("texts of %s", (folder) => {
  const english = read(folder, "en");

  it.each(["fr", "es"])("are complete in %s", (language) => {
    const other = read(folder, language);

    expect(bare(other.keys())).toEqual(bare(english.keys()));
    expect([...other].filter(([, text]) => !text.trim()).map(([key]) => key)).toEqual([]);
  });

  it.each(["en", "fr", "es"])("have every plural form of %s", (language) => {
    const texts = read(folder, language);
    const counted = bare([...texts.keys()].filter((key) => /_(one|other)$/.test(key)).filter((key) => /_(one|other)$/.test(key)));
    const plural = counted.filter((key) => texts.has(`${key}_one`) && texts.has(`${key}_other`));

    const lacking = plural.flatMap((key) => (PLURALS[language] ?? []).map((form) => `${key}_${form}`).filter((full) => !texts.has(full)));

    expect(lacking).toEqual([]);
  });

  it.each(["fr", "es"])("name the same variables in %s", (language) => {
    const other = read(folder, language);
    const differing = [...other].filter(([key, text]) => {
      const source = english.get(key) ?? english.get(key.replace(/_many$/, "_other"));
      return source !== undefined && variables(source).join() !== variables(text).join() && !PLURAL.test(key);
    });

    expect(differing.map(([key]) => key)).toEqual([]);
  });

  it("are all used", () => {
    const code = folder === "ui" ? sources(SOURCE) : sources(join(SOURCE, folder));
    const { whole, begun } = named(code);

    const unused = bare(english.keys()).filter((key) => !whole.has(key) && !begun.some((start) => key.startsWith(start)));

    expect(unused).toEqual([]);
  });
});
