import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { session } from "@/sync/session";
import type { Screen } from "@/ui/feature";
import { Waiting } from "@/ui/Waiting";
import { features } from "./features";
import { Crash } from "./Crash";
import { Lost } from "./Lost";
import { Shell } from "./shell/Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: Lost });

const screens = features.flatMap((feature) => feature.screens);

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    if (session.state === "out") throw redirect({ to: "/welcome" });
    const mine = screens.find((screen) => screen.home?.some((role) => session.has(role)));
    throw redirect({ to: mine?.path ?? "/account" });
  },
});

const welcome = createRoute({
  getParentRoute: () => root,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./Welcome")),
});

const callback = createRoute({
  getParentRoute: () => root,
  path: "/callback",
  component: lazyRouteComponent(() => import("./Callback")),
});

function route(screen: Screen) {
  return createRoute({
    getParentRoute: () => root,
    path: screen.path,
    component: lazyRouteComponent(screen.load),
    validateSearch: screen.search ?? ((raw: Record<string, unknown>) => raw),
    beforeLoad: ({ location }) => {
      if (screen.roles === "public") return;
      if (session.state === "out") throw redirect({ to: "/welcome", search: { back: location.href } });
      if (screen.roles.length && !session.has(...screen.roles)) throw redirect({ to: "/" });
    },
  });
}

export const router = createRouter({
  routeTree: root.addChildren([home, welcome, callback, ...screens.map(route)]),
  defaultPreload: "intent",
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Crash,
  scrollRestoration: true,
});
