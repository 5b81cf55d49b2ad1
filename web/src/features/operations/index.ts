import { IconHeartbeat, IconMailOff } from "@tabler/icons-react";

import type { Feature } from "@/ui/feature";

/** What keeps the product running: its health, dead letters, and the journey of a ticket. */
export const feature: Feature = {
  name: "operations",
  screens: [
    {
      path: "/health",
      roles: ["dispatcher", "manager", "administrator", "auditor"],
      load: () => import("./Health"),
      menu: { label: "menu.health", icon: IconHeartbeat, order: 5, roles: ["administrator", "auditor"] },
      home: ["administrator"],
    },
    {
      path: "/letters",
      roles: ["administrator", "auditor"],
      load: () => import("./Letters"),
      menu: { label: "menu.letters", icon: IconMailOff, order: 70 },
      search: ({ queue, view }) => ({ ...(typeof queue === "string" && { queue }), ...(view === "audit" && { view }) }),
    },
    { path: "/journey/$ticket", roles: ["dispatcher", "manager", "administrator", "auditor"], load: () => import("./Journey") },
  ],
};
