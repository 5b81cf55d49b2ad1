/** What a feature tells the app: its screens, and where they stand in the menu. */
import type { Icon } from "@tabler/icons-react";
import type { ComponentType } from "react";

export type Who = "customer" | "store" | "receptionist" | "consultant" | "dispatcher" | "manager" | "administrator" | "auditor";

export interface Screen {
  /** Router path: "/visits/$id". */
  path: string;
  /** Who may open it; empty: everybody who is signed in. "public": without signing in. */
  roles: Who[] | "public";
  load: () => Promise<{ default: ComponentType }>;
  /** In the menu: a key of the feature's texts, its picture, and the place (low comes first). */
  menu?: { label: string; icon: Icon; order: number; roles?: Who[] };
  /** Whose home it is: opens at "/". */
  home?: Who[];
  /** Checks the query string; gives what `useSearch` returns. Default: as it is. */
  search?: (raw: Record<string, unknown>) => Record<string, unknown>;
}

export interface Feature {
  /** Also the namespace of its texts: features/<name>/texts/{en,fr,es}.json. */
  name: string;
  screens: Screen[];
}
