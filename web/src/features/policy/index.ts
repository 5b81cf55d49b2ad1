import { IconScale } from "@tabler/icons-react";

import type { Feature } from "@/ui/feature";

/** What routing weighs: in force, in words, and how to change it. */
export const feature: Feature = {
  name: "policy",
  screens: [
    {
      path: "/policy",
      roles: ["dispatcher", "manager", "administrator", "auditor"],
      load: () => import("./Policy"),
      menu: { label: "menu", icon: IconScale, order: 50 },
    },
  ],
};
