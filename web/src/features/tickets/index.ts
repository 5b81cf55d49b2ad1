import { IconTicket } from "@tabler/icons-react";

import type { Feature, Who } from "@/ui/feature";
import { read } from "./query";

const LISTS: Who[] = ["customer", "store", "receptionist", "dispatcher", "manager", "administrator", "auditor"];

/** Tickets: one's own, everybody's, a new one, and the page of each. */
export const feature: Feature = {
  name: "tickets",
  screens: [
    {
      path: "/tickets",
      roles: [],
      load: () => import("./Home"),
      menu: { label: "menu", icon: IconTicket, order: 20, roles: LISTS },
      home: ["customer"],
      search: read,
    },
    { path: "/tickets/new", roles: ["customer", "store", "receptionist", "dispatcher", "manager", "administrator"], load: () => import("./new/New") },
    { path: "/tickets/$id", roles: [], load: () => import("./ticket/Ticket") },
  ],
};
