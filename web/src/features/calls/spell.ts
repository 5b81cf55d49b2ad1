/** How a reference is told on the phone: letter by letter, with the alphabet of aviation (ICAO), known in all our languages. */
const WORDS = [
  "Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett", "Kilo", "Lima", "Mike",
  "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor", "Whiskey", "X-ray", "Yankee", "Zulu",
];

export interface Sign {
  sign: string;
  /** "": it is said as it is. */
  word: string;
}

export function spell(reference: string): Sign[] {
  return [...reference.toUpperCase()].map((sign) => ({ sign, word: /[A-Z]/.test(sign) ? (WORDS[sign.charCodeAt(0) - 65] ?? "") : "" }));
}
