/** Languages of the interface, and how each writes numbers and times. */
export const LANGUAGES = { en: "English", fr: "Français (Canada)", es: "Español" } as const;
export type Language = keyof typeof LANGUAGES;

const LOCALES: Record<Language, string> = { en: "en-US", fr: "fr-CA", es: "es-US" };

export const isLanguage = (text: string | null | undefined): text is Language => !!text && text in LANGUAGES;
export const locale = (language: string): string => LOCALES[isLanguage(language) ? language : "en"];
