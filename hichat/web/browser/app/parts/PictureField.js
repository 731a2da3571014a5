// The picture of a person or a group: it is made small here before it is stored.
import { html, useElement, useState } from "../rendering.js";
import { Avatar } from "./Avatar.js";
import { t } from "../words/words.js";

const SIDE = 256; // pixels

/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function PictureField({ model, id, name, kind = "person", value, change }) {
  const picker = useElement();
  const [busy, setBusy] = useState(false);
  const pick = async (event) => {
    const file = event.currentTarget.files[0];
    event.currentTarget.value = "";
    if (!file) return;
    setBusy(true);
    await model.attempt(async () => change(await model.media.storeOpen(await square(file))));
    setBusy(false);
  };
  return html`<div class="picture-field">
    <${Avatar} model=${model} id=${id} name=${name} picture=${value} kind=${kind} size="large" />
    <input ref=${picker} type="file" hidden accept="image/*" onChange=${pick} />
    <div class="actions">
      <button type="button" disabled=${busy} onClick=${() => picker.current.click()}>${t("choosePicture")}</button>
      ${value && html`<button type="button" onClick=${() => change("")}>${t("noPicture")}</button>`}
    </div>
  </div>`;
}

// The middle of a picture. It also leaves behind where and with what it was taken.
async function square(file) {
  const picture = await createImageBitmap(file).catch(() => {
    throw new Error(t("notAPicture"));
  });
  const side = Math.min(picture.width, picture.height);
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const [x, y] = [(picture.width - side) / 2, (picture.height - side) / 2];
  canvas.getContext("2d")?.drawImage(picture, x, y, side, side, 0, 0, SIDE, SIDE);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  return new File([blob], "picture.png", { type: "image/png" });
}
