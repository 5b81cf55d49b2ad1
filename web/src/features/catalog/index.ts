import { IconBuilding, IconBuildingStore, IconMap, IconTools } from "@tabler/icons-react";

import type { Feature, Who } from "@/ui/feature";

const READERS: Who[] = ["receptionist", "dispatcher", "manager", "administrator", "auditor"];
const MENU: Who[] = ["administrator", "auditor"];

/** What people's records and tickets refer to: organisations, stores, skills, territories. */
export const feature: Feature = {
  name: "catalog",
  screens: [
    { path: "/organisations", roles: READERS, load: () => import("./Organisations"), menu: { label: "menu.organisations", icon: IconBuilding, order: 40, roles: MENU } },
    { path: "/stores", roles: READERS, load: () => import("./Stores"), menu: { label: "menu.stores", icon: IconBuildingStore, order: 42, roles: MENU } },
    { path: "/skills", roles: READERS, load: () => import("./Skills"), menu: { label: "menu.skills", icon: IconTools, order: 44, roles: MENU } },
    { path: "/territories", roles: READERS, load: () => import("./Territories"), menu: { label: "menu.territories", icon: IconMap, order: 46, roles: ["manager", ...MENU] } },
  ],
};
