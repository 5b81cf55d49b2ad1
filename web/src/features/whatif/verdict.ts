/** What a result means, as keys of texts with numbers. Pure. */
import type { Figure, Result, Two } from "./model";

export type Sign = "good" | "bad" | "neither";

/** Below this share of the earlier value a difference is called none. */
const SLIGHT = 0.01;

export function sign({ values: [then, now], better }: Pick<Figure, "values" | "better">): Sign {
  if (!better || slight([then, now])) return "neither";
  return now > then === (better === "more") ? "good" : "bad";
}

export const slight = ([then, now]: Two): boolean => Math.abs(now - then) <= SLIGHT * Math.max(Math.abs(then), 1e-9);

export interface Said {
  key: string;
  sign: Sign;
  by: number;
}

/** Sentences of a result: what gets better, what gets worse; in the order of their weight for people. */
export function verdict(result: Result): Said[] {
  const order = ["met", "wait", "unserved", "cost", "km", "overtime", "gini"];
  return order.flatMap((name) => {
    const figure = result.figures.find((one) => one.name === name);
    if (!figure || slight(figure.values)) return [];
    const [then, now] = figure.values;
    const by = figure.unit === "share" || name === "gini" ? now - then : name === "km" || name === "cost" || name === "wait" ? (then ? (now - then) / then : 0) : now - then;
    return [{ key: `${name}_${now > then ? "up" : "down"}`, sign: sign(figure), by: Math.abs(by) }];
  });
}

/** In one word: better, worse, mixed, or no difference. */
export function word(result: Result): "same" | "better" | "worse" | "mixed" {
  const signs = verdict(result).map((one) => one.sign);
  const [good, bad] = [signs.includes("good"), signs.includes("bad")];
  return good && bad ? "mixed" : good ? "better" : bad ? "worse" : "same";
}

/** Cumulative share of work by share of people, the least busy first, at the same steps for both runs. 0 to 100. */
export function lorenz(loads: [number[], number[]], steps = 10): { people: number; even: number; now: number; changed: number }[] {
  const at = (some: number[], share: number) => {
    const total = some.reduce((sum, one) => sum + one, 0) || 1;
    const whole = share * some.length;
    const full = Math.floor(whole + 1e-9);
    const sum = some.slice(0, full).reduce((all, one) => all + one, 0) + (whole - full) * (some[full] ?? 0);
    return Math.round((1000 * sum) / total) / 10;
  };
  return Array.from({ length: steps + 1 }, (_, step) => {
    const share = step / steps;
    return { people: Math.round(100 * share), even: Math.round(100 * share), now: at(loads[0], share), changed: at(loads[1], share) };
  });
}
