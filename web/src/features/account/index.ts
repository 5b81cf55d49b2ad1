import type { Feature } from "@/ui/feature";
import { listen } from "./install";

listen(); // browsers offer the installation once, early

/** Everybody's own: who I am, sign-ins, what I hear of, this device. */
export const feature: Feature = {
  name: "account",
  screens: [{ path: "/account", roles: [], load: () => import("./Account") }],
};
