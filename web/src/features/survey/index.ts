import type { Feature } from "@/ui/feature";

/** Two questions after a ticket; for who has the link, signed in or not. */
export const feature: Feature = {
  name: "survey",
  screens: [{ path: "/survey/$token", roles: "public", load: () => import("./Survey") }],
};
