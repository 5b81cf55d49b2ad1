import { useEffect, useRef } from "react";

const FAR = 90; // px that a finger pulls down before it counts

/** Pulling the page down at its top refreshes; there is a button that does the same. */
export function usePull(act: () => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    let start: number | null = null;
    const begin = (event: TouchEvent) => {
      start = scrollY <= 0 && event.touches.length === 1 ? (event.touches[0]?.clientY ?? null) : null;
    };
    const end = (event: TouchEvent) => {
      const y = event.changedTouches[0]?.clientY ?? 0;
      if (start !== null && scrollY <= 0 && y - start > FAR) latest.current();
      start = null;
    };
    document.addEventListener("touchstart", begin, { passive: true });
    document.addEventListener("touchend", end, { passive: true });
    return () => {
      document.removeEventListener("touchstart", begin);
      document.removeEventListener("touchend", end);
    };
  }, []);
}
