import { IconChartBar } from "@tabler/icons-react";

import type { Feature } from "@/ui/feature";
import { read } from "./filters";

/** Figures of a span; each opens the tickets that it counts. */
export const feature: Feature = {
  name: "reports",
  screens: [
    {
      path: "/reports",
      roles: ["dispatcher", "manager", "administrator", "auditor"],
      load: () => import("./Reports"),
      menu: { label: "menu", icon: IconChartBar, order: 10 },
      home: ["manager", "auditor"],
      search: (raw) => ({ ...read(raw) }),
    },
  ],
};
