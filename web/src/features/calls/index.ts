import { IconPhoneCall } from "@tabler/icons-react";

import type { Feature } from "@/ui/feature";

export const feature: Feature = {
  name: "calls",
  screens: [
    {
      path: "/calls",
      roles: ["receptionist"],
      home: ["receptionist"],
      load: () => import("./Calls"),
      menu: { label: "menu", icon: IconPhoneCall, order: 10 },
    },
  ],
};
