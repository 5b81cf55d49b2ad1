/** Makes photos small enough to send over a phone's network; what is no photo stays as it is. */
export const LARGEST = 25 * 1024 * 1024; // bytes that the server takes
const EDGE = 2560; // px of the longer side: text on a label can still be read
const FINE = 1_500_000; // bytes below which nothing is gained

export async function shrink(file: Blob): Promise<Blob> {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < FINE) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!picture) return file;
  const share = Math.min(1, EDGE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * share);
  canvas.height = Math.round(picture.height * share);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const small = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return small && small.size < file.size ? small : file;
}
