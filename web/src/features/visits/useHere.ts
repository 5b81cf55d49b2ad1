import { useEffect, useState } from "react";

export interface Here {
  latitude: number;
  longitude: number;
}

/** Where this device is, if its owner has allowed that already; it is never asked for by itself and never sent. */
export function useHere(): { here: Here | null; find: (() => void) | null } {
  const [here, at] = useState<Here | null>(null);
  const [asked, ask] = useState(false);
  const find = () => {
    ask(true);
    navigator.geolocation?.getCurrentPosition(({ coords }) => at({ latitude: coords.latitude, longitude: coords.longitude }), () => undefined, { maximumAge: 300_000, timeout: 20_000 });
  };
  useEffect(() => {
    let wanted = true;
    navigator.permissions?.query({ name: "geolocation" }).then(({ state }) => wanted && state === "granted" && find(), () => undefined);
    return () => {
      wanted = false;
    };
  }, []);
  return { here, find: here || asked || !navigator.geolocation ? null : find };
}
