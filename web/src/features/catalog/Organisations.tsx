import { Shelf } from "./Shelf";

/** Customers' companies. */
export default function Organisations() {
  return <Shelf name="organisations" />;
}
