import { Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./calls.module.css";

/** One of the numbered steps of an intake. */
export function Step({ number, title, done, children }: { number: number; title: string; done: boolean; children: ReactNode }) {
  return (
    <section className={classes["step"]} data-done={done || undefined} aria-label={title}>
      <span className={classes["number"]} aria-hidden>{done ? "✓" : number}</span>
      <Stack gap="xs" flex={1} miw={0}>
        <Title order={2} size="h5">{title}</Title>
        {children}
      </Stack>
    </section>
  );
}
