import { Shelf } from "./Shelf";

/** Stores, whose staff log tickets at the counter. */
export default function Stores() {
  return <Shelf name="stores" />;
}
