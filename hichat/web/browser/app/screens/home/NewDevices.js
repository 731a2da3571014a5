// A device has logged in since one was here last: it is said once, and taken back if it was somebody else.
import { html, useEffect, useState } from "../../rendering.js";
import { newDevices, seeDevices } from "../../model/devices.js";
import { fullTime, t } from "../../words/words.js";
import { go } from "../../model/route.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function NewDevices({ model }) {
  const [found, setFound] = useState(/** @type {any[]} */ ([]));
  const newest = model.me?.newestDevice ?? 0;
  useEffect(() => {
    let gone = false;
    // If it does not come it is asked for at the next visit.
    newDevices(model).then((some) => gone || setFound(some)).catch(() => {});
    return () => (gone = true);
  }, [newest]);
  const [device] = found;
  const next = () => {
    seeDevices(model, device.id);
    setFound(found.slice(1));
  };
  const refuse = async () => {
    const end = () =>
      model.api.delete(`/me/sessions/${device.id}`).catch((error) => {
        // It has logged out by itself.
        if (error.code !== "no_such_device") throw error;
      });
    if (!(await model.attempt(end, t("deviceRefused")))) return;
    next();
    go("settings", "account");
  };
  return html`<div class=${device ? "trouble" : ""} role="status">
    ${
      device &&
      html`<span>${t("newDevice", { name: device.name, time: fullTime(device.created), address: device.address || t("addressUnknown") })}</span>
        <button type="button" class="small" onClick=${next}>${t("itWasMe")}</button>
        <button type="button" class="small danger-text" onClick=${refuse}>${t("itWasNotMe")}</button>`
    }
  </div>`;
}
