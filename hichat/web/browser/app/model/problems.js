// What a problem is called, for people. The server says it in their language.
import { t } from "../words/words.js";

export function explain(error) {
  if (error.code === "offline") return t("offlineProblem");
  return error.message || t("brokenProblem");
}

/**
 * @param {(text: string) => any} tell says it where it belongs, such as at a field
 * @param {(error: any) => boolean} [concerns] whether it belongs there
 * @returns {(error: any) => boolean} whether it was said there: without a network, and elsewhere, it was not
 */
export const toldBy =
  (tell, concerns = () => true) =>
  (error) => {
    if (error.code === "offline" || !concerns(error)) return false;
    tell(explain(error));
    return true;
  };

// Why something is reported, as the server calls it; see hichat/reports/records.py.
const REASONS = {
  spam: "reasonSpam",
  harassment: "reasonHarassment",
  hate: "reasonHate",
  sexual: "reasonSexual",
  violence: "reasonViolence",
  private: "reasonPrivate",
  impersonation: "reasonImpersonation",
  other: "reasonOther",
};

/** @returns {Record<string, string>} the reasons, in words */
export const reasons = () => Object.fromEntries(Object.entries(REASONS).map(([name, word]) => [name, t(word)]));
