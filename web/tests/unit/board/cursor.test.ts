import { beforeEach, expect, it, vi } from "vitest";

import { Cursor } from "@/features/board/cursor";

let cursor: Cursor;
beforeEach(() => {
  cursor = new Cursor();
  cursor.show(["1", "2", "3", "4"]);
});

it("begins at the first row, goes up and down and stops at the ends", () => {
  const visited = [1, 1, 1, 1, 1, -1].map((by) => {
    cursor.move(by);
    return cursor.chosen;
  });

  expect(visited).toEqual(["1", "2", "3", "4", "4", "3"]);
});

it("begins anew where the chosen row is gone, and stays where there are no rows", () => {
  cursor.choose("gone");
  cursor.move(-1);
  expect(cursor.chosen).toBe("1");

  cursor.show([]);
  cursor.move(1);
  expect(cursor.chosen).toBe("1");
});

it("selects a range from the row before, also upwards, and takes it out again", () => {
  cursor.toggle("3");
  cursor.toggle("1", true);
  expect(cursor.selected.sort()).toEqual(["1", "2", "3"]);

  cursor.toggle("2", true);
  expect(cursor.selected).toEqual(["3"]);
});

it("selects one row where there is none to begin a range with", () => {
  cursor.toggle("2", true);

  expect(cursor.selected).toEqual(["2"]);
});

it("drops from the selection what ended, and tells only then", () => {
  cursor.toggle("1");
  cursor.toggle("2");
  const told = vi.fn();
  cursor.subscribe(told);

  cursor.prune(new Set(["1", "2"]));
  expect(told).not.toHaveBeenCalled();
  cursor.prune(new Set(["2"]));

  expect(cursor.selected).toEqual(["2"]);
  expect(told).toHaveBeenCalledTimes(1);
});

it("tells nobody who has left, and nothing that did not change", () => {
  const told = vi.fn();
  const leave = cursor.subscribe(told);
  cursor.choose("2");
  cursor.choose("2");
  expect(told).toHaveBeenCalledTimes(1);
  leave();
  cursor.choose("3");

  expect(told).toHaveBeenCalledTimes(1);
});
