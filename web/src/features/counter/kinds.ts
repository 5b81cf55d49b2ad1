/** What goes wrong at a counter: one big button each. */
import {
  IconCash, IconDeviceDesktop, IconDots, IconLock, IconNetwork, IconPhone, IconPrinter, IconShieldX, type Icon,
} from "@tabler/icons-react";

export type Category = "pos" | "network" | "printer" | "hardware" | "phone" | "access" | "security" | "other";

export const KINDS: { category: Category; icon: Icon }[] = [
  { category: "pos", icon: IconCash },
  { category: "network", icon: IconNetwork },
  { category: "printer", icon: IconPrinter },
  { category: "hardware", icon: IconDeviceDesktop },
  { category: "phone", icon: IconPhone },
  { category: "access", icon: IconLock },
  { category: "security", icon: IconShieldX },
  { category: "other", icon: IconDots },
];

/** How much stands still, and the priority that it means. */
export const URGENCY = [
  { key: "all", priority: 1 },
  { key: "some", priority: 2 },
  { key: "little", priority: 3 },
] as const;
