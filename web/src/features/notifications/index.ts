import type { Feature } from "@/ui/feature";

/** What the person was told, newest first; the bell leads here. */
export const feature: Feature = {
  name: "notifications",
  screens: [{ path: "/notifications", roles: [], load: () => import("./Notifications") }],
};
