import { step } from "./mutation";

/** There, or going on after a wait. */
export const arrive = step<Record<string, never>>("arrive", "on_site");
