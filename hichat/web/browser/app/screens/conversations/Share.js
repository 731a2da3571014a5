// The address of this server, for people who are to come: to copy, to send, to scan.
import { encode } from "uqr";
import { html, useMemo } from "../../rendering.js";
import { Copied } from "../../parts/Copied.js";
import { Dialog } from "../../parts/Dialog.js";
import { ROOT } from "../../hub/root.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Share({ model, close }) {
  const address = `${location.origin}${ROOT}/`;
  // Who closes the system's own dialog needs no message.
  const share = () => navigator.share({ title: "HiChat", url: address }).catch(() => {});
  return html`<${Dialog} title=${t("invitePeople")} close=${close}>
    <p class="dim">${t("invitePeopleHint")}</p>
    <div class="share-address">
      <${Copied} model=${model} label=${t("address")} text=${address} />
    </div>
    <${Code} text=${address} />
    ${"share" in navigator && html`<div class="actions"><button type="button" class="primary" onClick=${share}>${t("share")}</button></div>`}
  <//>`;
}

// A QR code, black on white in either theme: not all cameras read it the other way.
function Code({ text }) {
  const { size, path } = useMemo(() => {
    const code = encode(text, { border: 2 });
    const squares = code.data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { size: code.size, path: squares.join("") };
  }, [text]);
  return html`<svg class="qr" viewBox=${`0 0 ${size} ${size}`} role="img" aria-label=${t("qrCode", { text })}><path d=${path} /></svg>`;
}
