// To the provider that signs people in, and from there back to this page.
import { html } from "../../rendering.js";
import { ROOT } from "../../hub/root.js";
import { browserName } from "../../model/browser.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function SignOnButton({ name, primary }) {
  const leave = () => location.assign(`${ROOT}/session/oidc?label=${browserName()}`);
  return html`<button type="button" class=${primary ? "primary" : ""} onClick=${leave}>${t("continueWith", { name })}</button>`;
}
