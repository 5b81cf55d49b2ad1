import { createTheme, type MantineColorsTuple } from "@mantine/core";

const squad: MantineColorsTuple = [
  "#e6f6f7", "#d3e9eb", "#a7d2d6", "#77bac0", "#50a5ad", "#3798a1", "#26919b", "#147e88", "#006f79", "#005f69",
];

export const theme = createTheme({
  primaryColor: "squad",
  primaryShade: { light: 8, dark: 7 },
  colors: { squad },
  autoContrast: true,
  luminanceThreshold: 0.32,
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  headings: { fontWeight: "650" },
  components: {
    // Targets of at least 44 px on phones (app/base.css makes them so).
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.5 } } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
  },
});
