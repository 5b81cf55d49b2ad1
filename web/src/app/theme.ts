import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

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
    ModalHeader: { defaultProps: { role: "none" } }, // a dialog's header is no banner of the page
    DrawerHeader: { defaultProps: { role: "none" } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
  },
});

/** Mantine's own shades are too pale for text on light ground: WCAG 2.2 AA wants 4.5 to 1. */
const DEEP: Record<string, string> = {
  orange: "#93370a", yellow: "#734600", green: "#1d642b", red: "#b02525", blue: "#155a9a", indigo: "#3247b3", violet: "#5636b0",
  teal: "#075f49", cyan: "#0a5a68", gray: "#495057", grape: "#7d2a91", pink: "#a31c52", lime: "#446306", squad: "#005f69",
};

const each = (name: (color: string) => string, value: (color: string, deep: string) => string) =>
  Object.fromEntries(Object.entries(DEEP).map(([color, deep]) => [name(color), value(color, deep)]));

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#59616a",
    "--mantine-color-placeholder": "#6b737b",
    "--mantine-color-error": "#b02525",
    ...each((color) => `--mantine-color-${color}-light-color`, (_color, deep) => deep),
    ...each((color) => `--mantine-color-${color}-outline`, (_color, deep) => deep),
  },
  dark: {
    "--mantine-color-dimmed": "#a9abb0",
    "--mantine-color-placeholder": "#9a9ca1",
    "--mantine-color-error": "#ff8787",
    ...each((color) => `--mantine-color-${color}-light-color`, (color) => `var(--mantine-color-${color}-2)`),
    ...each((color) => `--mantine-color-${color}-outline`, (color) => `var(--mantine-color-${color}-3)`),
  },
});
