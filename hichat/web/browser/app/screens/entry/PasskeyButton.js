// Come in by a passkey alone.
import { call } from "../../hub/session.js";
import { html } from "../../rendering.js";
import { browserName } from "../../model/browser.js";
import { explain } from "../../model/problems.js";
import { language, t } from "../../words/words.js";
import { showPasskey } from "../../model/passkeys.js";
import { useOnce } from "../../parts/once.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function PasskeyButton({ model, failed }) {
  const come = useOnce(async () => {
    failed("");
    try {
      const { state, options } = await call("POST", "/session/passkey/begin", { body: {}, language: language() });
      const credential = await showPasskey(options);
      await model.link.ask("comeByPasskey", { state, credential, label: browserName() }, language());
    } catch (error) {
      failed(explain(error));
    }
  });
  return html`<button type="button" onClick=${come}>${t("withPasskey")}</button>`;
}
