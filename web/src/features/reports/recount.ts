/** Counts the rows of a CSV file without its header; line ends inside quotes do not count. Pure. */
export function rows(csv: string): number {
  let [lines, quoted, filled] = [0, false, false];
  for (const sign of csv) {
    if (sign === '"') quoted = !quoted;
    if (sign === "\n" && !quoted) {
      if (filled) lines += 1;
      filled = false;
    } else if (sign !== "\r") filled = true;
  }
  return Math.max(0, lines + (filled ? 1 : 0) - 1);
}

/** The query of a list, without what is about its pages. */
export function exported(list: string): string {
  const query = new URLSearchParams(list);
  for (const name of ["limit", "cursor", "count"]) query.delete(name);
  return query.toString();
}
