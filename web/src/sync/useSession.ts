import { useSyncExternalStore } from "react";

import { session, type Me, type State } from "./session";

const subscribe = (told: () => void) => {
  session.addEventListener("change", told);
  return () => session.removeEventListener("change", told);
};

/** Where the sign-in stands; renders again when it changes. */
export function useSession(): { state: State; me: Me | null } {
  const state = useSyncExternalStore(subscribe, () => session.state);
  return { state, me: session.me };
}

/** Who is signed in; only inside screens that need it. */
export function useMe(): Me {
  const { me } = useSession();
  if (!me) throw new Error("nobody is signed in");
  return me;
}
