import { IconCalendarTime, IconMapPin } from "@tabler/icons-react";

import type { Feature } from "@/ui/feature";

/** The consultant's phone: today's visits and everything done at one, also without a network for days. */
export const feature: Feature = {
  name: "visits",
  screens: [
    {
      path: "/visits",
      roles: ["consultant"],
      load: () => import("./Visits"),
      menu: { label: "menu.visits", icon: IconMapPin, order: 5 },
      home: ["consultant"],
      search: ({ view }) => (view === "map" || view === "done" ? { view } : {}),
    },
    { path: "/visits/$id", roles: ["consultant"], load: () => import("./Visit") },
    {
      path: "/availability",
      roles: ["consultant"],
      load: () => import("./Availability"),
      menu: { label: "menu.availability", icon: IconCalendarTime, order: 30 },
    },
  ],
};
