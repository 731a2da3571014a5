// The account at the provider that signs one in here.
import { html, useEffect, useState } from "../../rendering.js";
import { Confirm, Dialog } from "../../parts/Dialog.js";
import { Icon } from "../../parts/Icon.js";
import { PasswordField } from "../../parts/Field.js";
import { ROOT } from "../../hub/root.js";
import { call } from "../../hub/session.js";
import { explain } from "../../model/problems.js";
import { fullTime, language, t } from "../../words/words.js";
import { useOnce } from "../../parts/once.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Identities({ model, came }) {
  const [own, setOwn] = useState(/** @type {any} */ (null));
  const [linking, setLinking] = useState(false);
  const [unlinking, setUnlinking] = useState(/** @type {any} */ (null));
  const load = () => model.attempt(async () => setOwn(await model.api.get("/me/identities")));
  useEffect(() => void load().then(came), []);
  if (!own || (!own.provider && !own.items.length)) return null;
  const unlink = () =>
    model.attempt(async () => {
      await model.api.delete(`/me/identities/${unlinking.id}`);
      await load();
    });
  const leave = async () => {
    if (await model.attempt(() => model.link.ask("logOut"))) location.assign(`${ROOT}/session/oidc/leave`);
  };
  return html`
    <h2 class="list-head">${t("identities")}</h2>
    <p class="dim">${t("identitiesHint", { name: own.provider })}</p>
    <ul class="rows">
      ${own.items.map(
        (identity) =>
          html`<li class="row" key=${identity.id}>
            <span class="row-main">
              <span class="file-sign"><${Icon} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${identity.name || identity.provider}</span>
                <span class="row-note wrap">${t("identityUsed", { time: fullTime(identity.used) })}</span>
              </span>
            </span>
            <span class="row-actions">
              <button
                type="button"
                class="small danger-text"
                aria-label=${`${t("unlink")}: ${identity.name || identity.provider}`}
                onClick=${() => setUnlinking(identity)}
              >
                ${t("unlink")}
              </button>
            </span>
          </li>`,
      )}
    </ul>
    ${
      own.provider &&
      !own.items.length &&
      html`<div class="actions start">
        <button type="button" onClick=${() => setLinking(true)}>${t("linkWith", { name: own.provider })}</button>
      </div>`
    }
    ${
      own.provider &&
      own.items.length > 0 &&
      html`<div class="actions start">
        <button type="button" class="danger-text" onClick=${leave}>${t("leaveProvider", { name: own.provider })}</button>
      </div>`
    }
    ${linking && html`<${Linking} model=${model} name=${own.provider} close=${() => setLinking(false)} />`}
    ${
      unlinking &&
      html`<${Confirm} title=${t("unlink")} text=${t("unlinkQuestion")} action=${t("unlink")} close=${() => setUnlinking(null)} then=${unlink} />`
    }
  `;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Linking({ model, name, close }) {
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const leave = useOnce(async (event) => {
    event.preventDefault();
    setProblem("");
    try {
      const token = await model.link.ask("token");
      const { url } = await call("POST", "/session/oidc/link", { body: { password }, token, language: language() });
      location.assign(url);
    } catch (error) {
      setProblem(explain(error));
    }
  });
  return html`<${Dialog} title=${t("linkWith", { name })} close=${close}>
    <form onSubmit=${leave}>
      <p>${t("linkHint", { name })}</p>
      <input type="text" class="hidden" autocomplete="username" value=${model.me?.name ?? ""} readonly tabindex="-1" aria-hidden="true" />
      <${PasswordField} label=${t("password")} value=${password} change=${setPassword} required autocomplete="current-password" />
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <div class="actions">
        <button type="button" onClick=${close}>${t("cancel")}</button>
        <button class="primary">${t("goOn")}</button>
      </div>
    </form>
  <//>`;
}
