import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./base.css";

import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";

import { session } from "@/sync/session";
import { Confirm } from "@/ui/Confirm";
import { start as texts } from "./i18n";
import { queries } from "./queries";
import { router } from "./router";
import { follow } from "./start";
import { theme, variables } from "./theme";

const Notifications = lazy(async () => ({ default: (await import("@mantine/notifications")).Notifications }));
const nonce = document.querySelector<HTMLMetaElement>('meta[name="nonce"]')?.content ?? "";
Object.assign(globalThis, { __webpack_nonce__: nonce }); // where dialogs' lock of the scroll bar looks for it

async function main(): Promise<void> {
  session.start();
  void router.load(); // the first screen's files come while the texts do
  await texts();
  follow();
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
          <Suspense fallback={null}><Notifications position="bottom-center" limit={4} /></Suspense>
          <Confirm />
          <Suspense>
            <RouterProvider router={router} />
          </Suspense>
        </MantineProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

void main();
