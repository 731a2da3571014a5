// What the log-in and one's own page show of second factors.
import { html, useEffect, useState } from "../rendering.js";
import { Field } from "./Field.js";
import { t } from "../words/words.js";

/** @param {import("../rendering.js").Props & Record<string, any>} given */
export const CodeField = (given) =>
  html`<${Field} ...${given} label=${t("appCode")} inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" required maxlength="12" />`;

/** @param {import("../rendering.js").Props & { told: { secret: string, uri: string, qr: string } }} props */
export function AppKey({ told }) {
  const [picture, setPicture] = useState("");
  useEffect(() => {
    const address = URL.createObjectURL(new Blob([told.qr], { type: "image/svg+xml" }));
    setPicture(address);
    return () => URL.revokeObjectURL(address);
  }, [told.qr]);
  return html`
    <p>${t("scanHint")}</p>
    ${picture && html`<img class="qr" src=${picture} alt=${t("qrOfApp")} width="240" height="240" />`}
    <p><a href=${told.uri}>${t("openInApp")}</a></p>
    <p class="dim">${t("typeKey")} <code class="app-key">${told.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code></p>
  `;
}

/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function RecoveryCodes({ model, codes }) {
  const text = `${codes.join("\n")}\n`;
  const copy = () => model.attempt(() => navigator.clipboard.writeText(text), t("copied"));
  const save = () => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    Object.assign(document.createElement("a"), { href: address, download: "hichat-recovery-codes.txt" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };
  return html`
    <p>${t("recoveryCodesHint")}</p>
    <ul class="codes" aria-label=${t("recoveryCodes")}>${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}</ul>
    <div class="actions start">
      ${"clipboard" in navigator && html`<button type="button" onClick=${copy}>${t("copy")}</button>`}
      <button type="button" onClick=${save}>${t("saveAsFile")}</button>
    </div>
  `;
}
