import "@mantine/charts/styles.css";

import { LineChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";

/** How evenly work is shared out: the straight line is perfectly even. */
export default function Loads({ data }: { data: { people: number; even: number; now: number; changed: number }[] }) {
  const { t } = useTranslation("whatif");
  return (
    <div aria-hidden>
      <LineChart accessibilityLayer={false} h={240} data={data} dataKey="people" withLegend withDots={false} curveType="linear" tickLine="none" unit=" %" legendProps={{ verticalAlign: "bottom" }}
        lineProps={{ isAnimationActive: false }} yAxisProps={{ domain: [0, 100], width: 56 }} xAxisProps={{ unit: " %" }}
        series={[{ name: "even", label: t("spread.even"), color: "gray.5", strokeDasharray: "2 4" }, { name: "now", label: t("now"), color: "orange.6", strokeDasharray: "6 4" }, { name: "changed", label: t("changed"), color: "squad.6" }]} />
    </div>
  );
}
