import { lazy, Suspense } from "react";

import { useQuestion } from "./ask";

const Dialog = lazy(() => import("./Dialog"));

/** Shows the question of `ask`; once in the app. */
export function Confirm() {
  const question = useQuestion();
  return <Suspense fallback={null}>{question && <Dialog key={question.title} question={question} />}</Suspense>;
}
