import { IconArrowsSplit2 } from "@tabler/icons-react";

import type { Feature, Who } from "@/ui/feature";

const WHO: Who[] = ["dispatcher", "manager", "administrator"];

/** Another policy or other people, tried in a world where only that is different. */
export const feature: Feature = {
  name: "whatif",
  screens: [
    { path: "/what-if", roles: WHO, load: () => import("./List"), menu: { label: "menu", icon: IconArrowsSplit2, order: 40 } },
    { path: "/what-if/new", roles: WHO, load: () => import("./New") },
    { path: "/what-if/$id", roles: WHO, load: () => import("./Result") },
  ],
};
