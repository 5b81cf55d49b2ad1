import "@mantine/charts/styles.css";

import { LineChart } from "@mantine/charts";

export interface Line {
  name: string;
  label: string;
  color: string;
  dash?: string;
}

/** Lines over time; told apart by dashes too. Beside a table that says the same. */
export default function Lines({ data, lines, format, height = 240, top }: {
  data: Record<string, number | string | null>[];
  lines: Line[];
  format?: (value: number) => string;
  height?: number;
  top?: number;
}) {
  return (
    <div aria-hidden>
      <LineChart accessibilityLayer={false} h={height} data={data} dataKey="when" withLegend={lines.length > 1} curveType="linear" tickLine="none" valueFormatter={format} connectNulls
        legendProps={{ verticalAlign: "bottom" }} yAxisProps={{ domain: [0, top ?? "auto"], width: 46, allowDecimals: false }}
        series={lines.map(({ name, label, color, dash }) => ({ name, label, color, strokeDasharray: dash }))}
        lineProps={{ isAnimationActive: false }} />
    </div>
  );
}
