import "@mantine/charts/styles.css";

import { BarChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import type { Result } from "../model";
import { formatted } from "../numbers";

/** How many tickets waited how long, in both runs. Beside a table that says the same. */
export default function Waits({ result }: { result: Result }) {
  const { t } = useTranslation("whatif");
  const language = useLanguage();
  const data = result.waits[0].map((now, at) => ({
    when: at < result.edges.length ? `≤ ${formatted(result.edges[at] ?? 0, "min", language)}` : t("spread.beyond"), now, changed: result.waits[1][at] ?? 0,
  }));
  return (
    <div aria-hidden>
      <BarChart accessibilityLayer={false} h={240} data={data} dataKey="when" withLegend tickLine="none" legendProps={{ verticalAlign: "bottom" }} barProps={{ isAnimationActive: false }} yAxisProps={{ width: 42, allowDecimals: false }}
        series={[{ name: "now", label: t("now"), color: "gray.5" }, { name: "changed", label: t("changed"), color: "squad.7" }]} />
    </div>
  );
}
