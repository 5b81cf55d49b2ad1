import { IconUsers } from "@tabler/icons-react";

import type { Feature, Who } from "@/ui/feature";
import { read } from "./filters";

const READERS: Who[] = ["receptionist", "dispatcher", "manager", "administrator", "auditor"];

/** People: who they are, what they can do and when they work. */
export const feature: Feature = {
  name: "people",
  screens: [
    {
      path: "/people",
      roles: READERS,
      load: () => import("./People"),
      menu: { label: "menu", icon: IconUsers, order: 30, roles: ["manager", "administrator", "auditor"] },
      search: (raw) => ({ ...read(raw) }),
    },
    { path: "/people/new", roles: ["receptionist", "manager", "administrator"], load: () => import("./New") },
    { path: "/people/$id", roles: READERS, load: () => import("./Person") },
  ],
};
