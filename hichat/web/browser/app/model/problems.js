// What a problem is called, for people. The server says it in their language.
import { t } from "../words/words.js";

export function explain(error) {
  if (error.code === "offline") return t("offlineProblem");
  return error.message || t("brokenProblem");
}
