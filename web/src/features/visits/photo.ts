/** Photos become small enough for a phone's network, in the browser. */
export const LARGEST = 25 * 1024 * 1024; // bytes that the server takes
const EDGE = 1600; // px of the longer side

/** small: a JPEG. same: as it is; the browser cannot read this kind (HEIC in most). huge: nothing, it is too large. */
export type Made = { kind: "small"; bytes: Blob; name: string } | { kind: "same"; bytes: Blob; name: string } | { kind: "huge" } | { kind: "empty" };

/** Makes a photo at most 1600 px long; what is no photo stays as it is. */
export async function made(file: File): Promise<Made> {
  if (!file.size) return { kind: "empty" };
  const name = file.name || "photo.jpg";
  const picture = photo(file) ? await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null) : null;
  const small = picture && (await jpeg(picture).catch(() => null));
  if (small && (small.size < file.size || file.type !== "image/jpeg")) return { kind: "small", bytes: small, name: name.replace(/\.\w+$/, "") + ".jpg" };
  if (file.size > LARGEST) return { kind: "huge" };
  return { kind: picture || !photo(file) ? "small" : "same", bytes: file, name };
}

const photo = (file: File) => file.type.startsWith("image/") || /\.(heic|heif)$/i.test(file.name);

async function jpeg(picture: ImageBitmap): Promise<Blob | null> {
  const share = Math.min(1, EDGE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.max(1, Math.round(picture.width * share)), Math.max(1, Math.round(picture.height * share))];
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
}
