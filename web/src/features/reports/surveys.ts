/** Results of surveys in a span, a week at a time. Pure. */
export interface Answer {
  ticket: string;
  reference: string;
  consultant: string;
  rating: number;
  comment: string;
  answered_at: string;
}

export interface Week {
  /** Its Monday, UTC: "2026-11-16". */
  week: string;
  count: number;
  average: number;
}

export const average = (answers: Answer[]): number | null =>
  answers.length ? answers.reduce((sum, one) => sum + one.rating, 0) / answers.length : null;

/** How many gave 1, 2, … 5. */
export const ratings = (answers: Answer[]): number[] => [1, 2, 3, 4, 5].map((rating) => answers.filter((one) => one.rating === rating).length);

export function weekly(answers: Answer[]): Week[] {
  const groups = new Map<string, Answer[]>();
  for (const one of answers) groups.set(monday(one.answered_at), [...(groups.get(monday(one.answered_at)) ?? []), one]);
  return [...groups].sort().map(([week, some]) => ({ week, count: some.length, average: average(some) ?? 0 }));
}

function monday(at: string): string {
  const day = new Date(at);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}
