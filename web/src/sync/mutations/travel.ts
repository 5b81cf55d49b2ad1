import { step } from "./mutation";

/** On the way. */
export const travel = step<Record<string, never>>("travel", "travelling");
