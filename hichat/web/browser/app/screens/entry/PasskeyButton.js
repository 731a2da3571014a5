// Come in by a passkey alone: by a button, or by the list of names that the browser shows at the field for the name.
import { call } from "../../hub/session.js";
import { html, useEffect, useRef } from "../../rendering.js";
import { browserName } from "../../model/browser.js";
import { explain } from "../../model/problems.js";
import { language, t } from "../../words/words.js";
import { offersPasskeys, showPasskey } from "../../model/passkeys.js";
import { useOnce } from "../../parts/once.js";

// A challenge is good for five minutes. While the form waits for somebody it gets a new one.
const CHALLENGE_TIME = 4 * 60_000;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function PasskeyButton({ model, failed }) {
  const waiting = useRef(/** @type {AbortController | null} */ (null));
  const come = async (more = {}) => {
    const { state, options } = await call("POST", "/session/passkey/begin", { body: {}, language: language() });
    const credential = await showPasskey(options, more);
    await model.link.ask("comeByPasskey", { state, credential, label: browserName() }, language());
  };
  const offer = async () => {
    waiting.current?.abort();
    const ended = (waiting.current = new AbortController());
    try {
      if (await offersPasskeys()) await come({ mediation: "conditional", signal: ended.signal });
    } catch (error) {
      // Nobody has asked: what the browser cannot do is not told, but what the server refuses is.
      if (!["cancelled", "passkey"].includes(error.code)) failed(explain(error));
    }
  };
  useEffect(() => {
    offer();
    const timer = setInterval(offer, CHALLENGE_TIME);
    return () => {
      clearInterval(timer);
      waiting.current?.abort();
    };
  }, []);
  const press = useOnce(async () => {
    failed("");
    // A browser asks for one passkey at a time.
    waiting.current?.abort();
    try {
      await come();
    } catch (error) {
      failed(explain(error));
    }
  });
  return html`<button type="button" onClick=${press}>${t("withPasskey")}</button>`;
}
