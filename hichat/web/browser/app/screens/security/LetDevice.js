// Somebody lets a device in that cannot ask for a password: #/device, and #/device/CODE behind a link. The code is typed
// in any case: whoever only follows a link that a stranger has sent does not have the device before the eyes.
import { html, useEffect, useState } from "../../rendering.js";
import { Field } from "../../parts/Field.js";
import { explain } from "../../model/problems.js";
import { fullTime, t } from "../../words/words.js";
import { hrefOf } from "../../model/route.js";
import { useOnce } from "../../parts/once.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function LetDevice({ model, code: linked }) {
  const [code, setCode] = useState("");
  const [device, setDevice] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState("");
  const [done, setDone] = useState("");
  const find = (userCode) => model.api.post("/device/find", { userCode });
  // What a link is about is shown before the code is typed.
  useEffect(() => {
    if (!linked) return;
    find(linked).then(setDevice, (error) => setProblem(explain(error)));
  }, []);
  const send = useOnce(async (event) => {
    event.preventDefault();
    const allow = event.submitter?.value !== "refuse";
    setProblem("");
    if (linked && plain(code) !== plain(linked)) return setProblem(t("deviceCodeDiffers"));
    try {
      if (!device) return setDevice(await find(code));
      await model.api.post("/device/answer", { userCode: code, allow });
      setDone(allow ? "deviceAllowed" : "deviceNotLet");
    } catch (error) {
      setProblem(explain(error));
      if (error.code === "no_such_user_code") setDevice(null);
    }
  });
  // Another code is another device: what is shown must be what is let in.
  const type = (typed) => {
    setCode(typed);
    if (!linked) setDevice(null);
  };
  return html`<main class="entry">
    <form class="card" onSubmit=${send}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${t("letDevice")}</h1>
      ${
        done
          ? html`<p role="status">${t(done)}</p>
              <a href=${hrefOf("chats")}>${t("toTheChats")}</a>`
          : html`<p class="hint">${t("deviceWarning")}</p>
              ${device && html`<${Facts} model=${model} device=${device} />`}
              <${Field}
                label=${t("deviceCode")}
                hint=${t("deviceCodeHint")}
                problem=${problem}
                value=${code}
                change=${type}
                required
                maxlength="16"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck=${false}
              />
              ${
                device
                  ? html`<button class="primary" value="allow">${t("allowDevice")}</button>
                      <button class="danger-text" value="refuse">${t("refuseDevice")}</button>`
                  : html`<button class="primary">${t("continue")}</button>`
              }
              <a href=${hrefOf("chats")}>${t("cancel")}</a>`
      }
    </form>
  </main>`;
}

const plain = (code) => code.replace(/[\s-]/g, "").toUpperCase();

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Facts({ model, device }) {
  return html`<dl class="device-facts" aria-live="polite">
    <dt>${t("deviceCallsItself")}</dt>
    <dd>${device.label || device.device}</dd>
    <dt>${t("deviceAddress")}</dt>
    <dd>${device.address || t("deviceNoAddress")}</dd>
    <dt>${t("deviceBegan")}</dt>
    <dd>${fullTime(device.began)}</dd>
    <dt>${t("deviceWillBe")}</dt>
    <dd>${model.me?.name ?? ""}</dd>
  </dl>`;
}
