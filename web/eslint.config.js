import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

/** app → features → ui, sync; features are strangers to one another (shared/STYLE.md, "Web"). */
const arrow = (files, ...patterns) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: patterns.map((group) => ({ group, message: "app → features → ui, sync" })) }] },
});

export default ts.config(
  { ignores: ["dist", "node_modules", "public", "src/sync/api/schema.d.ts", "test-results", "*.cjs"] },
  js.configs.recommended,
  ...ts.configs.strict,
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "All user text is escaped." },
        { selector: "MemberExpression[property.name='innerHTML']", message: "All user text is escaped." },
      ],
      "no-console": "error",
    },
  },
  // Playwright's fixtures are functions called "use"; their first argument must be a pattern.
  { files: ["tests/browser/**"], rules: { "react-hooks/rules-of-hooks": "off", "no-empty-pattern": "off" } },
  arrow(["src/ui/**"], ["@/app/**", "@/features/**", "@/sync/**", "../*app*/**"]),
  arrow(["src/sync/**"], ["@/app/**", "@/features/**", "@/ui/**"]),
  arrow(["src/features/*/*"], ["@/app/**", "@/features/**", "../*"]),
  arrow(["src/features/*/*/**"], ["@/app/**", "@/features/**", "../../*"]),
  arrow(["src/worker/**"], ["@/app/**", "@/features/**", "@/ui/**"]),
);
