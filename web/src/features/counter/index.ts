import { IconBuildingStore } from "@tabler/icons-react";

import type { Feature } from "@/ui/feature";

export const feature: Feature = {
  name: "counter",
  screens: [
    {
      path: "/counter",
      roles: ["store"],
      home: ["store"],
      load: () => import("./Counter"),
      menu: { label: "menu", icon: IconBuildingStore, order: 10 },
    },
  ],
};
