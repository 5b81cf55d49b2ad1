/** What somebody typed to find a caller: a number, a mail address or a name. */
export type Means = "phone" | "mail" | "name";

export function means(text: string): Means {
  if (text.includes("@")) return "mail";
  return /\d/.test(text) && !/[^\d+().\s/x-]/i.test(text) ? "phone" : "name";
}

/** Whether the server would look for it: 4 digits, or 2 letters. */
export function enough(text: string): boolean {
  const plain = text.trim();
  return means(plain) === "phone" ? plain.replace(/\D/g, "").length >= 4 : plain.replace(/[^\p{L}\p{N}]/gu, "").length >= 2;
}

/** What a new caller begins with. */
export function begin(text: string): { name: string; phone: string; mail: string } {
  const plain = text.trim();
  return { name: "", phone: "", mail: "", [means(plain)]: plain };
}
