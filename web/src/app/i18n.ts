import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";

import { isLanguage, type Language } from "@/ui/language";

type Texts = Record<string, unknown>;
const files = {
  ...import.meta.glob<{ default: Texts }>("./texts/*.json"),
  ...import.meta.glob<{ default: Texts }>("../ui/texts/*.json"),
  ...import.meta.glob<{ default: Texts }>("../features/*/texts/*.json"),
};

/** Texts come a feature and language at a time, when a screen needs them. */
const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const name = `${language}.json`;
    const path = namespace === "app" ? `./texts/${name}` : namespace === "ui" ? `../ui/texts/${name}` : `../features/${namespace}/texts/${name}`;
    const load = files[path];
    if (!load) done(new Error(`no texts: ${path}`), null);
    else load().then((module) => done(null, module.default), (error: Error) => done(error, null));
  },
};

export const CHOSEN = "squad.language";

/** What was chosen here, else what the browser prefers. */
export function preferred(): Language {
  const wanted = [localStorage.getItem(CHOSEN), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find(isLanguage) ?? "en";
}

export async function start(): Promise<void> {
  await i18next.use(backend).use(initReactI18next).init({
    lng: preferred(),
    supportedLngs: ["en", "fr", "es"],
    fallbackLng: false,
    ns: ["app", "ui"],
    defaultNS: "app",
    interpolation: { escapeValue: false }, // React escapes
    react: { useSuspense: true },
  });
  reflect(i18next.language);
  i18next.on("languageChanged", reflect);
}

function reflect(language: string): void {
  document.documentElement.lang = language === "fr" ? "fr-CA" : language;
}
