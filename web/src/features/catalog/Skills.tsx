import { Shelf } from "./Shelf";

/** What consultants can do. */
export default function Skills() {
  return <Shelf name="skills" />;
}
