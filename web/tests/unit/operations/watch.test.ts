import { describe, expect, it } from "vitest";

import { lanes, slowest } from "@/features/operations/lanes";
import { histogram, parse, quantile, since, total } from "@/features/operations/prometheus";
import { judge, kept, line, read, trend, vital } from "@/features/operations/watch";

const buckets = (name: string, labels: string, counts: [string, number][]) => counts.map(([le, count]) => `${name}_bucket{le="${le}",${labels}} ${count}`).join("\n");
const text = (fast: number, slow: number, failed: number) => `# HELP squad_http_seconds Time to answer.
${buckets("squad_http_seconds", 'route="/a",status="200"', [["0.3", fast], ["1.0", fast + slow], ["+Inf", fast + slow]])}
squad_http_seconds_count{route="/a",status="200"} ${fast + slow}
squad_http_seconds_count{route="/a",status="503"} ${failed}
${buckets("squad_http_seconds", 'route="/api/tickets/live",status="200"', [["0.3", 0], ["+Inf", 7]])}
squad_http_seconds_count{route="/api/tickets/live",status="200"} 7
${buckets("squad_event_seconds", 'queue="routing"', [["1.0", 4], ["+Inf", 4]])}
${buckets("squad_event_seconds", 'queue="search"', [["1.0", 6], ["+Inf", 6]])}
broken line {`;

describe("figures of the node", () => {
  it("are read with their labels, escapes and all", () => {
    expect(parse('a_total{x="1\\"2",y="z"} +Inf 17\n# a_total 3\nb 2.5e-3')).toEqual([
      { name: "a_total", labels: { x: '1"2', y: "z" }, value: Infinity },
      { name: "b", labels: {}, value: 0.0025 },
    ]);
  });

  it("are added up over their labels, without streams", () => {
    const one = read(text(99, 1, 2), 0);

    expect(total(one.events)).toBe(10);
    expect([one.requests, one.failures, total(one.response)]).toEqual([102, 2, 100]);
  });

  it("give quantiles within buckets, and none of nothing", () => {
    const all = histogram(parse(buckets("x", "", [["1.0", 50], ["2.0", 100], ["+Inf", 100]])), "x");

    expect(quantile(all, 0.5)).toBe(1);
    expect(quantile(all, 0.75)).toBe(1.5);
    expect(quantile([[1, 0], [Infinity, 3]], 0.99)).toBe(1);
    expect(quantile([], 0.99)).toBeNull();
  });

  it("tell what came between two readings, and begin anew with the node", () => {
    const [first, second] = [read(text(100, 0, 0), 0), read(text(100, 50, 3), 5000)];

    expect(vital(second, first)).toMatchObject({ requests: 53, failures: 3 / 53, handled: 0, events: null });
    expect(vital(second, first).response).toBeGreaterThan(0.3);
    expect(trend([first, second], "failures")).toEqual([3 / 53]);
    expect(kept([second], first)).toEqual([first]);
    expect(kept([first], second)).toHaveLength(2);
    expect(since([[1, 2]], [[1, 5]])).toEqual([[1, 2]]);
  });

  it.each([[null, "quiet"], [0.3, "normal"], [0.31, "warning"], [0.6, "warning"], [0.61, "alarm"]] as const)("judges %s of 0.3 as %s", (value, state) => {
    expect(judge(value, 0.3)).toBe(state);
  });

  it("draws gaps where nothing happened", () => {
    expect(line([1, null, 2, 9], 30, 10, 2)).toEqual(["0.0,5.0", "20.0,0.0 30.0,0.0"]);
    expect(line([], 30, 10, 2)).toEqual([]);
  });
});

describe("a journey", () => {
  const handled = (service: string, outcome: string, receives: number, latency_ms: number) => ({ service, outcome, receives, latency_ms, took_ms: 1, at: "2026-11-23T00:00:00Z" });
  const step = (id: string, type: string, all: ReturnType<typeof handled>[]) =>
    ({ id, type, time: "2026-11-23T00:00:00Z", after_ms: 0, outbox_ms: 1, version: 1, cause: "", actor: "", traceparent: "", handled: all });
  const events = [
    step("1", "squad.tickets.ticket_created.v1", [handled("search", "ack", 1, 4), handled("routing", "retry", 1, 9), handled("routing", "ack", 2, 30)]),
    step("2", "squad.zeta.odd.v1", []),
  ];

  it("has a lane a service, and the last try of each", () => {
    const { services, marks } = lanes(events);

    expect(services).toEqual(["tickets", "routing", "search", "zeta"]);
    expect(marks.map(({ column, row, kind, receives }) => [column, row, kind, receives])).toEqual([
      [0, 0, "event", 0], [0, 2, "ack", 1], [0, 1, "ack", 2], [1, 3, "event", 0],
    ]);
    expect(slowest(events)).toBe(30);
    expect(slowest([])).toBeNull();
  });
});
