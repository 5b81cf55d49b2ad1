import "maplibre-gl/dist/maplibre-gl.css";

import { useComputedColorScheme } from "@mantine/core";
import { Map as Canvas, NavigationControl, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Empty } from "@/ui/Empty";
import classes from "./catalog.module.css";
import { type Counts, step, steps } from "./counts";

setWorkerUrl(worker); // from our own origin: the content security policy allows no other

const AMERICA: [number, number, number, number] = [-138, 22, -55, 62]; // west, south, east, north
const TINTS = {
  light: ["#eef1f0", "#c7e3e5", "#85c3c9", "#3798a1", "#005f69"],
  dark: ["#2b3033", "#1d4a4f", "#1f6a72", "#2b939d", "#77d3db"],
};

interface Props {
  counts: Map<string, Counts>;
  kind: keyof Counts;
  known: Set<string>;
  choose: (id: string) => void;
}

/** Territories in steps of a colour. The list below says the same. */
export default function Choropleth({ counts, kind, known, choose }: Props) {
  const { t } = useTranslation("catalog");
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const box = useRef<HTMLDivElement>(null);
  const chosen = useRef(choose);
  const words = useRef<Record<string, string>>({});
  const [map, become] = useState<Canvas | null>(null);
  const [broken, fail] = useState(false);
  const ends = useMemo(() => steps([...counts.values()].map((one) => one[kind])), [counts, kind]);
  const tints = TINTS[scheme];
  useEffect(() => {
    chosen.current = choose;
    words.current = {
      "CooperativeGesturesHandler.MobileHelpText": t("map.two"), "CooperativeGesturesHandler.WindowsHelpText": t("map.ctrl"),
      "CooperativeGesturesHandler.MacHelpText": t("map.command"), "NavigationControl.ZoomIn": t("map.nearer"), "NavigationControl.ZoomOut": t("map.farther"),
    };
  });
  useEffect(() => {
    if (!box.current) return;
    const stop = new AbortController();
    let made: Canvas | undefined;
    build(box.current, scheme, stop.signal, words.current, (id) => chosen.current(id))
      .then((ready) => {
        made = ready;
        if (stop.signal.aborted) ready.remove();
        else become(ready);
      })
      .catch(() => { if (!stop.signal.aborted) fail(true); });
    return () => {
      stop.abort();
      become(null);
      made?.remove();
    };
  }, [scheme]);
  useEffect(() => {
    if (!map) return;
    const pairs = [...known].flatMap((id) => [id, tints[step(counts.get(id)?.[kind] ?? 0, ends)] ?? ""]);
    const tint: unknown = pairs.length ? ["match", ["get", "id"], ...pairs, "rgba(0,0,0,0)"] : "rgba(0,0,0,0)";
    map.setPaintProperty("territories", "fill-color", tint as string);
  }, [map, counts, kind, known, ends, tints]);
  if (broken) return <Empty title={t("map.broken")} text={t("map.broken_text")} />;
  return (
    <div>
      <div ref={box} className={classes["map"]} role="region" aria-label={t("map.label")} />
      <div className={classes["legend"]}>
        {[0, ...ends].map((end, place) => (
          <span key={end} ref={(node) => node?.style.setProperty("--tint", tints[place] ?? "")}>{place === 0 ? "0" : range((ends[place - 2] ?? 0) + 1, end)}</span>
        ))}
      </div>
    </div>
  );
}

const range = (from: number, to: number): string => (from === to ? String(to) : `${from}–${to}`);

async function build(box: HTMLElement, scheme: string, signal: AbortSignal, locale: Record<string, string>, choose: (id: string) => void): Promise<Canvas> {
  const style = (await (await fetch(`/map/${scheme}.json`, { signal })).json()) as StyleSpecification;
  for (const source of Object.values(style.sources)) // the worker has another base address: paths of data become whole
    if (source.type === "geojson" && typeof source.data === "string") source.data = new URL(source.data, location.origin).href;
  const map = new Canvas({
    container: box, style, locale, bounds: AMERICA, fitBoundsOptions: { padding: 8 }, maxZoom: 8, minZoom: 1.5,
    dragRotate: false, pitchWithRotate: false, fadeDuration: 0, cooperativeGestures: true, attributionControl: { compact: true },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  await map.once("load");
  map.addLayer({ id: "territories", type: "fill", source: "regions", filter: ["==", ["get", "kind"], "region"], paint: { "fill-color": "rgba(0,0,0,0)", "fill-opacity": 0.85 } }, "borders");
  map.on("click", "territories", (event) => {
    const id = event.features?.[0]?.properties["id"] as string | undefined;
    if (id) choose(id);
  });
  map.on("mouseenter", "territories", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "territories", () => (map.getCanvas().style.cursor = ""));
  return map;
}
