import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { LARGEST, made } from "@/features/visits/photo";

const MB = 1024 * 1024;
let drawn: [number, number][];
let jpeg: Blob | null;

/** A browser that reads pictures of this size; null: not of this kind, as Chromium does with HEIC. */
function reads(size: [number, number] | null): void {
  vi.stubGlobal("createImageBitmap", () => (size ? Promise.resolve({ width: size[0], height: size[1], close: () => undefined }) : Promise.reject(new DOMException("no", "InvalidStateError"))));
}

/** A file that says it has so many bytes; they are not made. */
function file(name: string, type: string, size: number): File {
  const found = new File(["x"], name, { type });
  Object.defineProperty(found, "size", { value: size });
  return found;
}

beforeEach(() => {
  drawn = [];
  jpeg = new Blob(["small"], { type: "image/jpeg" });
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue({ drawImage: (_: unknown, _x: number, _y: number, w: number, h: number) => void drawn.push([w, h]) } as never);
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((done) => done(jpeg));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a photo", () => {
  test("of 30 MB becomes a JPEG of 1600 pixels at most", async () => {
    reads([6000, 4000]);
    const found = await made(file("IMG_1.PNG", "image/png", 30 * MB));

    expect(found).toEqual({ kind: "small", bytes: jpeg, name: "IMG_1.jpg" });
    expect(drawn).toEqual([[1600, 1067]]);
  });

  test("of 30 MB that the browser cannot read is told, not kept", async () => {
    reads(null);

    expect(await made(file("a.heic", "image/heic", 30 * MB))).toEqual({ kind: "huge" });
    expect(await made(file("film.mov", "video/quicktime", LARGEST + 1))).toEqual({ kind: "huge" });
    expect((await made(file("film.mov", "video/quicktime", LARGEST))).kind).toBe("small");
  });

  test("of 30 MB for which the device lacks the memory is told, not kept", async () => {
    reads([20_000, 20_000]);
    jpeg = null;

    expect(await made(file("a.jpg", "image/jpeg", 30 * MB))).toEqual({ kind: "huge" });
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => { throw new DOMException("no memory", "InvalidStateError"); });
    expect(await made(file("a.jpg", "image/jpeg", 30 * MB))).toEqual({ kind: "huge" });
  });

  test("in HEIC becomes a JPEG where the browser reads it, also without a type", async () => {
    reads([3000, 4000]);

    expect(await made(file("IMG_2.HEIC", "image/heic", 2 * MB))).toMatchObject({ kind: "small", name: "IMG_2.jpg" });
    expect(await made(file("IMG_3.HEIF", "", 2 * MB))).toMatchObject({ kind: "small", name: "IMG_3.jpg" });
    expect(drawn[0]).toEqual([1200, 1600]);
  });

  test("in HEIC is kept as it is where the browser does not read it, and that is said", async () => {
    reads(null);
    const photo = file("IMG_2.HEIC", "image/heic", 2 * MB);

    expect(await made(photo)).toEqual({ kind: "same", bytes: photo, name: "IMG_2.HEIC" });
  });

  test("that is small already is not made larger", async () => {
    reads([800, 600]);
    const photo = file("a.jpg", "image/jpeg", 3);

    expect(await made(photo)).toEqual({ kind: "small", bytes: photo, name: "a.jpg" });
  });

  test("without a byte is told", async () => {
    expect(await made(file("a.jpg", "image/jpeg", 0))).toEqual({ kind: "empty" });
  });
});
