import "maplibre-gl/dist/maplibre-gl.css";

import { Stack, Text, useComputedColorScheme } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import * as maplibre from "maplibre-gl";
import type { StyleSpecification } from "maplibre-gl";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Visit } from "@/sync/model";
import { Empty } from "@/ui/Empty";
import classes from "./visits.module.css";

maplibre.setWorkerUrl(worker); // from our own origin: the content security policy allows no other

/** The visits as numbered pins, in the order of the list, which says the same in words. */
export default function Map({ visits }: { visits: Visit[] }) {
  const { t } = useTranslation("visits");
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const [map, become] = useState<maplibre.Map | null>(null);
  const [broken, fail] = useState(false);
  useEffect(() => {
    if (!box.current) return;
    const stop = new AbortController();
    let made: maplibre.Map | undefined;
    build(box.current, scheme, stop.signal).then(
      (ready) => {
        made = ready;
        if (stop.signal.aborted) ready.remove();
        else become(ready);
      },
      () => !stop.signal.aborted && fail(true),
    );
    return () => {
      stop.abort();
      become(null);
      made?.remove();
    };
  }, [scheme]);
  const open = useRef<(id: string) => void>(() => undefined);
  useEffect(() => {
    open.current = (id) => void navigate({ to: "/visits/$id", params: { id } as never });
  });
  const key = visits.map((one) => `${one.id} ${one.ticket.title}`).join();
  useEffect(() => {
    if (!map) return;
    const pins = visits.map((visit, index) => pin(visit, index + 1, t("pin", { number: index + 1, title: visit.ticket.title }), () => open.current(visit.id)).addTo(map));
    const bounds = new maplibre.LngLatBounds();
    for (const { ticket } of visits) bounds.extend([ticket.spot.longitude, ticket.spot.latitude]);
    if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 56, maxZoom: 9, animate: false });
    return () => pins.forEach((one) => one.remove());
  }, [map, key, t]); // eslint-disable-line react-hooks/exhaustive-deps -- the key says when a pin changes
  if (broken) return <Empty title={t("map.broken")} text={t("map.broken_text")} />;
  return (
    <Stack gap="xs">
      <Text size="sm">{t("map.text")}</Text>
      <div ref={box} className={classes["map"]} role="region" aria-label={t("map.label")} />
    </Stack>
  );
}

function pin(visit: Visit, number: number, label: string, press: () => void): maplibre.Marker {
  const element = document.createElement("button");
  element.type = "button";
  element.className = classes["pin"] ?? "";
  element.textContent = String(number);
  element.addEventListener("click", press);
  const marker = new maplibre.Marker({ element }).setLngLat([visit.ticket.spot.longitude, visit.ticket.spot.latitude]);
  element.setAttribute("aria-label", label);
  return marker;
}

async function build(box: HTMLElement, scheme: string, signal: AbortSignal): Promise<maplibre.Map> {
  const style = (await (await fetch(`/map/${scheme}.json`, { signal })).json()) as StyleSpecification;
  for (const source of Object.values(style.sources))
    if (source.type === "geojson" && typeof source.data === "string") source.data = new URL(source.data, location.origin).href;
  const map = new maplibre.Map({
    container: box, style, bounds: [-127, 24, -63, 55], maxZoom: 12, minZoom: 1.5, dragRotate: false, pitchWithRotate: false, fadeDuration: 0,
    cooperativeGestures: true, attributionControl: { compact: true },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  await map.once("load");
  return map;
}
