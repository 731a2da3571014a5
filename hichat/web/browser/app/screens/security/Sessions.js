// What one is logged in with.
import { html, useState } from "../../rendering.js";
import { Confirm } from "../../parts/Dialog.js";
import { Icon } from "../../parts/Icon.js";
import { fullTime, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Sessions({ model }) {
  const [revoking, setRevoking] = useState(/** @type {any} */ (null));
  const devices = model.lists.get("devices");
  const revoke = () =>
    model.attempt(async () => {
      await model.api.delete(`/devices/${revoking.id}`);
      await model.lists.load("devices");
    });
  return html`
    <h2 class="list-head">${t("devices")}</h2>
    <p class="dim">${t("devicesHint")}</p>
    <ul class="rows">
        ${devices.map(
          (device) =>
            html`<li class="row" key=${device.id}>
              <span class="row-main">
                <span class="file-sign"><${Icon} name="device" /></span>
                <span class="row-text">
                  <span class="row-title">${nameOf(device)}</span>
                  <span class="row-note wrap">${noteOf(device)}</span>
                </span>
              </span>
              ${
                !device.current &&
                html`<span class="row-actions">
                  <button type="button" class="small danger-text" onClick=${() => setRevoking(device)}>${t("revoke")}</button>
                </span>`
              }
            </li>`,
        )}
    </ul>
    ${
      revoking &&
      html`<${Confirm} title=${t("revoke")} text=${t("revokeQuestion", { name: nameOf(revoking) })} action=${t("revoke")} close=${() => setRevoking(null)} then=${revoke} />`
    }
  `;
}

// What logs in over v1 has no name of its own.
const nameOf = (device) => (device.dialect === "v1" ? `${t("v1Device")} (${device.name})` : device.name);

function noteOf(device) {
  if (device.current) return t("thisDevice");
  if (!device.loggedIn) return t("loggedOut");
  return [device.used && fullTime(device.used), device.address].filter(Boolean).join(" · ");
}
