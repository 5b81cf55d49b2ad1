import { IconLayoutBoard } from "@tabler/icons-react";

import type { Feature } from "@/ui/feature";

export const feature: Feature = {
  name: "board",
  screens: [
    {
      path: "/board",
      roles: ["dispatcher", "manager"],
      load: () => import("./Board"),
      menu: { label: "menu", icon: IconLayoutBoard, order: 10 },
      home: ["dispatcher"],
      search: ({ ticket }) => (typeof ticket === "string" ? { ticket } : {}),
    },
  ],
};
