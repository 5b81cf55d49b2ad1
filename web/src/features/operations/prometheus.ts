/** Reads Prometheus' text format, as far as it speaks of this product. Pure. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** How many took at most so many seconds, and all of them; bounds rise, the last is Infinity. */
export type Histogram = [bound: number, count: number][];

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

const number = (text: string): number => (text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text));
const plain = (text: string): string => text.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));

/** Every figure of the text; what is not one is passed over. */
export function parse(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const found = line.startsWith("#") ? null : LINE.exec(line);
    if (!found) return [];
    const labels = Object.fromEntries([...(found[2] ?? "").matchAll(LABEL)].map(([, key = "", value = ""]) => [key, plain(value)]));
    return [{ name: found[1] ?? "", labels, value: number(found[3] ?? "") }];
  });
}

/** Adds up the buckets of a histogram over those of its label sets that are wanted. */
export function histogram(samples: Sample[], name: string, wanted: (labels: Record<string, string>) => boolean = () => true): Histogram {
  const counts = new Map<number, number>();
  for (const { name: own, labels, value } of samples) {
    if (own !== `${name}_bucket` || !wanted(labels)) continue;
    const bound = number(labels["le"] ?? "");
    counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return [...counts].sort(([one], [other]) => one - other);
}

/** How many there are in all. */
export const total = (all: Histogram): number => all.at(-1)?.[1] ?? 0;

/** What came between two readings. An earlier one that is larger is of a node that has started anew since. */
export function since(later: Histogram, earlier: Histogram): Histogram {
  if (total(earlier) > total(later)) return later;
  const before = new Map(earlier);
  return later.map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)]);
}

/** The quantile, seconds, linear within its bucket; null: there is none. Source: Prometheus' histogram_quantile. */
export function quantile(all: Histogram, share: number): number | null {
  const wanted = total(all) * share;
  if (!total(all)) return null;
  let [low, below] = [0, 0];
  for (const [bound, count] of all) {
    if (count >= wanted && count > below) return bound === Infinity ? low : low + ((bound - low) * (wanted - below)) / (count - below);
    [low, below] = [bound, count];
  }
  return low;
}
