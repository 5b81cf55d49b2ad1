import { Anchor, Text } from "@mantine/core";
import { defaultParseSearch, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** A figure that opens exactly the tickets that it counts. list: their query. */
export function Opens({ list, count, label, children, big }: { list: string; count: number; label: string; children: ReactNode; big?: boolean }) {
  const look = big ? { fz: 30, fw: 650, lh: 1.15 } : { inherit: true };
  if (!count) return <Text span {...look}>{children}</Text>;
  return (
    <Anchor renderRoot={(props) => <Link {...props} to={"/tickets" as never} search={defaultParseSearch(`?${list}`) as never} />} aria-label={label} {...look}>
      {children}
    </Anchor>
  );
}
