/** What lies on the base map: clusters of work, single tickets, the chosen one, and people. */
import type { FeatureCollection, Point } from "geojson";
import type { Map } from "maplibre-gl";

import { type Person, promise, type Tickets } from "./data";
import { whereabouts } from "./plan";

export const COLORS = { stuck: "#d6293e", risk: "#e8710a", fine: "#0b7c87", person: "#5b3fb5" };
type Points = FeatureCollection<Point>;

const collection = (features: Points["features"]): Points => ({ type: "FeatureCollection", features });
const at = (spot: { latitude: number; longitude: number }, properties: Record<string, unknown>): Points["features"][number] =>
  ({ type: "Feature", geometry: { type: "Point", coordinates: [spot.longitude, spot.latitude] }, properties });

/** Spots are those of postal codes: tickets of the same one lie side by side on a small spiral (0.02 degrees). */
export function points(ids: string[], tickets: Tickets, now: number): Points {
  const seen = new globalThis.Map<string, number>();
  return collection(ids.flatMap((id) => {
    const ticket = tickets.get(id);
    if (!ticket) return [];
    const { spot } = ticket;
    const before = seen.get(spot.postal_code) ?? 0;
    seen.set(spot.postal_code, before + 1);
    const [turn, away] = [before * 2.4, 0.004 * Math.sqrt(before)];
    const moved = { latitude: spot.latitude + Math.sin(turn) * away, longitude: spot.longitude + Math.cos(turn) * away };
    const kind = ticket.status === "needs_dispatcher" ? "stuck" : promise(ticket, now) === "fine" ? "fine" : "risk";
    return [at(moved, { id, kind, stuck: Number(kind === "stuck"), risk: Number(kind === "risk") })];
  }));
}

export const people = (all: Person[], tickets: Tickets): Points =>
  collection(all.flatMap((one) => {
    const spot = whereabouts(one, tickets);
    return spot ? [at({ latitude: spot.latitude + 0.012, longitude: spot.longitude }, { id: one.id, name: one.name })] : [];
  }));

const tint = ["match", ["get", "kind"], "stuck", COLORS.stuck, "risk", COLORS.risk, COLORS.fine];
const worst = ["case", [">", ["get", "stuck"], 0], COLORS.stuck, [">", ["get", "risk"], 0], COLORS.risk, COLORS.fine];

export function layers(map: Map, dark: boolean): void {
  const halo = dark ? "#16191c" : "#ffffff";
  map.addSource("work", {
    type: "geojson", data: collection([]), cluster: true, clusterRadius: 42, clusterMaxZoom: 10,
    clusterProperties: { stuck: ["+", ["get", "stuck"]], risk: ["+", ["get", "risk"]] },
  });
  map.addSource("people", { type: "geojson", data: collection([]) });
  map.addSource("chosen", { type: "geojson", data: collection([]) });
  map.addLayer({
    id: "people", type: "circle", source: "people",
    paint: { "circle-color": COLORS.person, "circle-radius": ["interpolate", ["linear"], ["zoom"], 3, 3, 9, 8], "circle-stroke-color": halo, "circle-stroke-width": 1.5 },
  });
  map.addLayer({
    id: "clusters", type: "circle", source: "work", filter: ["has", "point_count"],
    paint: {
      "circle-color": worst as never, "circle-stroke-color": halo, "circle-stroke-width": 2,
      "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "point_count"]], 1, 11, 10, 20, 40, 34],
    },
  });
  map.addLayer({
    id: "counts", type: "symbol", source: "work", filter: ["has", "point_count"],
    layout: { "text-field": ["get", "point_count_abbreviated"], "text-font": ["system-ui", "sans-serif"], "text-size": 12, "text-allow-overlap": true },
    paint: { "text-color": "#ffffff" },
  });
  map.addLayer({
    id: "points", type: "circle", source: "work", filter: ["!", ["has", "point_count"]],
    paint: { "circle-color": tint as never, "circle-radius": 7, "circle-stroke-color": halo, "circle-stroke-width": 2 },
  });
  map.addLayer({
    id: "chosen", type: "circle", source: "chosen",
    paint: { "circle-color": "rgba(0,0,0,0)", "circle-radius": 14, "circle-stroke-color": dark ? "#ffffff" : "#111111", "circle-stroke-width": 3 },
  });
}
