import "maplibre-gl/dist/maplibre-gl.css";

import { useComputedColorScheme } from "@mantine/core";
import { type GeoJSONSource, Map as Canvas, type MapLayerMouseEvent, NavigationControl, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { memo, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Empty } from "@/ui/Empty";
import classes from "./board.module.css";
import { COLORS, layers, people as markers, points } from "./layers";
import type { Cursor } from "./cursor";
import type { Person, Tickets } from "./data";
import { idle } from "./idle";

setWorkerUrl(worker); // from our own origin: the content security policy allows no other

interface Props {
  tickets: Tickets;
  ids: string[];
  people: Person[];
  cursor: Cursor;
  now: number;
  onChoose: (id: string) => void;
}

const CALM = 300; // ms without a change before points are drawn anew
const AMERICA: [number, number, number, number] = [-127, 24, -63, 55]; // west, south, east, north

/** Where work and consultants are. What it shows is in the queue and on the timeline too. */
export default memo(function Map({ tickets, ids, people, cursor, now, onChoose }: Props) {
  const { t } = useTranslation("board");
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const box = useRef<HTMLDivElement>(null);
  const [map, become] = useState<Canvas | null>(null);
  const [broken, fail] = useState(false);
  const choose = useRef(onChoose);
  useEffect(() => {
    choose.current = onChoose;
  });
  useEffect(() => {
    if (!box.current) return;
    const stop = new AbortController();
    let made: Canvas | undefined;
    build(box.current, scheme, stop.signal, (id) => choose.current(id))
      .then((ready) => {
        made = ready;
        if (stop.signal.aborted) ready.remove();
        else become(ready);
      })
      .catch(() => {
        if (!stop.signal.aborted) fail(true);
      });
    return () => {
      stop.abort();
      become(null);
      made?.remove();
    };
  }, [scheme]);
  useEffect(() => calmly(() => (map?.getSource("work") as GeoJSONSource | undefined)?.setData(points(ids, tickets, now))), [map, ids, tickets, now]);
  useEffect(() => calmly(() => (map?.getSource("people") as GeoJSONSource | undefined)?.setData(markers(people, tickets))), [map, people, tickets]);
  const latest = useRef({ tickets, now });
  useEffect(() => {
    latest.current = { tickets, now };
  });
  useEffect(() => {
    if (!map) return;
    let last: string | null = null;
    let off = () => {};
    const follow = () => { // the map moves when another one is chosen only
      if (cursor.chosen === last) return;
      last = cursor.chosen;
      off();
      off = calmly(() => mark(map, last, latest.current.tickets, latest.current.now));
    };
    follow();
    const end = cursor.subscribe(follow);
    return () => {
      end();
      off();
    };
  }, [map, cursor]);
  if (broken) return <Empty title={t("map.broken")} text={t("map.broken_text")} />;
  return (
    <div className={classes["body"]}>
      <div ref={box} className={classes["map"]} role="region" aria-label={t("map.label")} />
      <div className={classes["legend"]}>
        {(["stuck", "risk", "fine", "person"] as const).map((kind) => (
          <span key={kind} ref={(node) => node?.style.setProperty("--dot", COLORS[kind])}>{t(`map.${kind}`)}</span>
        ))}
      </div>
    </div>
  );
});

/** Thousands of points wait until nobody types or clicks. Gives what calls it off. */
function calmly(draw: () => void): () => void {
  let off = () => {};
  const timer = setTimeout(() => (off = idle(draw)), CALM);
  return () => {
    clearTimeout(timer);
    off();
  };
}

function mark(map: Canvas, chosen: string | null, tickets: Tickets, now: number): void {
  (map.getSource("chosen") as GeoJSONSource | undefined)?.setData(points(chosen ? [chosen] : [], tickets, now));
  const spot = tickets.get(chosen ?? "")?.spot;
  if (spot && !map.getBounds().contains([spot.longitude, spot.latitude])) map.jumpTo({ center: [spot.longitude, spot.latitude], zoom: Math.max(map.getZoom(), 5) });
}

async function build(box: HTMLElement, scheme: string, signal: AbortSignal, choose: (id: string) => void): Promise<Canvas> {
  const style = (await (await fetch(`/map/${scheme}.json`, { signal })).json()) as StyleSpecification;
  const map = new Canvas({
    container: box, style: absolute(style), bounds: AMERICA, fitBoundsOptions: { padding: 8 }, maxZoom: 12, minZoom: 1.5,
    dragRotate: false, pitchWithRotate: false, fadeDuration: 0, attributionControl: { compact: true },
  });
  map.getCanvas().setAttribute("role", "img"); // the region around it has the name
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  await map.once("load");
  layers(map, scheme === "dark");
  map.on("click", "points", (event) => {
    const id = event.features?.[0]?.properties["id"] as string | undefined;
    if (id) choose(id);
  });
  map.on("click", "clusters", (event) => void spread(map, event));
  for (const layer of ["points", "clusters"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  return map;
}

async function spread(map: Canvas, event: MapLayerMouseEvent): Promise<void> {
  const feature = event.features?.[0];
  if (!feature) return;
  const zoom = await (map.getSource("work") as GeoJSONSource).getClusterExpansionZoom(Number(feature.properties["cluster_id"]));
  map.easeTo({ center: event.lngLat, zoom: Math.min(zoom, 12) });
}

/** The worker has another base address: paths of data become whole. */
function absolute(style: StyleSpecification): StyleSpecification {
  for (const source of Object.values(style.sources))
    if (source.type === "geojson" && typeof source.data === "string") source.data = new URL(source.data, location.origin).href;
  return style;
}
