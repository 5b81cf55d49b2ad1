import { step } from "./mutation";

/** The assignee will do it. */
export const accept = step<Record<string, never>>("accept", "accepted");
