import type { Feature } from "@/ui/feature";

const found = import.meta.glob<{ feature: Feature }>("../features/*/index.ts", { eager: true });

/** Every folder of features/ is one: dropping a folder removes it from the product. */
export const features: Feature[] = Object.values(found).map((module) => module.feature);
