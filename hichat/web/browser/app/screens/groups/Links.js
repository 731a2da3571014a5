// Links by which whoever has them may join.
import { html, useEffect, useState } from "../../rendering.js";
import { Copied } from "../../parts/Copied.js";
import { Dialog } from "../../parts/Dialog.js";
import { IconButton } from "../../parts/Icon.js";
import { useOnce } from "../../parts/once.js";
import { ROOT } from "../../hub/root.js";
import { hrefOf } from "../../model/route.js";
import { fullTime, t } from "../../words/words.js";

const WEEK = 7 * 24 * 3600_000;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Links({ model, group, close }) {
  const [links, setLinks] = useState(/** @type {any} */ (null));
  const path = `/groups/${group.id}/links`;
  const load = async () => setLinks((await model.api.get(path)).items);
  const act = (work) =>
    model.attempt(async () => {
      await work();
      await load();
    });
  useEffect(() => {
    act(() => {});
  }, []);
  const make = useOnce(() => act(() => model.api.post(path, { expires: model.now() + WEEK })));
  const address = (link) => `${location.origin}${ROOT}/${hrefOf("join", link.code)}`;
  return html`<${Dialog} title=${t("inviteLinks")} close=${close}>
    <p class="dim">${t("inviteLinksHint")}</p>
    <ul class="links">
      ${(links ?? []).map(
        (link) =>
          html`<li key=${link.id}>
            <${Copied} model=${model} label=${t("inviteLink")} text=${address(link)} />
            <${IconButton} icon="recall" label=${t("revoke")} onClick=${() => act(() => model.api.delete(`${path}/${link.id}`))} />
            <small>${[t("used", { count: link.uses }), link.expires && t("until", { time: fullTime(link.expires) })].filter(Boolean).join(" · ")}</small>
          </li>`,
      )}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${make}>${t("newLink")}</button>
    </div>
  <//>`;
}
