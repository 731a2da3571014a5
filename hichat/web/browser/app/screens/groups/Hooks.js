// Addresses by which other programs write into a group. An address is shown once, when it is made.
import { html, useEffect, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { Copied } from "../../parts/Copied.js";
import { Choice, Field } from "../../parts/Field.js";
import { Confirm, Dialog } from "../../parts/Dialog.js";
import { IconButton } from "../../parts/Icon.js";
import { PictureField } from "../../parts/PictureField.js";
import { useOnce } from "../../parts/once.js";
import { isOfName } from "./GroupForm.js";
import { toldBy } from "../../model/problems.js";
import { LANGUAGES, fullTime, language, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Hooks({ model, group, close }) {
  const [hooks, setHooks] = useState(/** @type {any[] | null} */ (null));
  const [asked, setAsked] = useState(/** @type {any} */ (null));
  const path = `/groups/${group.id}/hooks`;
  const load = () => model.attempt(async () => setHooks(await model.api.get(path)));
  useEffect(() => void load(), []);
  const back = () => setAsked(null);
  const shown = (made) => {
    setAsked({ made });
    load();
  };
  if (asked?.editing) {
    const { editing } = asked;
    const work = async (given) => {
      if (editing.id) {
        await model.api.patch(`${path}/${editing.id}`, given);
        back();
        await load();
      } else shown(await model.api.post(path, given));
    };
    return html`<${Editing} model=${model} hook=${editing} close=${back} work=${work} />`;
  }
  if (asked?.made) return html`<${Made} model=${model} hook=${asked.made} close=${back} />`;
  if (asked?.rolling) {
    const roll = () => model.attempt(async () => shown(await model.api.post(`${path}/${asked.rolling.id}/roll`)));
    return html`<${Confirm} title=${t("rollIncoming")} text=${t("rollIncomingQuestion", { name: asked.rolling.name })} action=${t("rollIncoming")} close=${back} then=${roll} />`;
  }
  if (asked?.removing) {
    const remove = () =>
      model.attempt(async () => {
        await model.api.delete(`${path}/${asked.removing.id}`);
        await load();
      });
    return html`<${Confirm} title=${t("removeIncoming")} text=${t("removeIncomingQuestion", { name: asked.removing.name })} action=${t("removeIncoming")} close=${back} then=${remove} />`;
  }
  return html`<${Dialog} title=${t("incomingHooks")} close=${close}>
    <p class="dim">${t("incomingHooksHint")}</p>
    <ul class="rows">
      ${(hooks ?? []).map(
        (hook) =>
          html`<li class="row handled" key=${hook.id}>
            <span class="row-main">
              <${Avatar} model=${model} id=${hook.bot} name=${hook.name} picture=${hook.picture} />
              <span class="row-text">
                <span class="row-title">${hook.name}</span>
                <span class="row-note wrap">${noteOf(hook)}</span>
              </span>
            </span>
            <span class="row-actions">
              <${IconButton} icon="edit" label=${`${t("edit")}: ${hook.name}`} onClick=${() => setAsked({ editing: hook })} />
              <${IconButton} icon="link" label=${`${t("rollIncoming")}: ${hook.name}`} onClick=${() => setAsked({ rolling: hook })} />
              <${IconButton} icon="recall" label=${`${t("removeIncoming")}: ${hook.name}`} onClick=${() => setAsked({ removing: hook })} />
            </span>
          </li>`,
      )}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${() => setAsked({ editing: { language: language() } })}>${t("newIncoming")}</button>
    </div>
  <//>`;
}

const noteOf = ({ on, used, failed, failure }) =>
  [
    !on && t("incomingOff"),
    used ? t("incomingUsed", { time: fullTime(used) }) : t("incomingUnused"),
    failed && t("incomingFailed", { time: fullTime(failed), code: failure }),
  ]
    .filter(Boolean)
    .join(" · ");

// A new one, or one that is changed. What its callers sign with is never shown.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Editing({ model, hook, close, work }) {
  const [given, setGiven] = useState(kept(hook));
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState("");
  const set = (name) => (value) => setGiven({ ...given, [name]: value });
  const once = useOnce(() => {
    setProblem("");
    const told = toldBy(setProblem, (error) => isOfName(error) || error.code === "hook_exists");
    return model.attempt(() => work(key ? { ...given, key } : given), "", told);
  });
  const done = (event) => {
    event.preventDefault();
    once();
  };
  return html`<${Dialog} title=${hook.id ? hook.name : t("newIncoming")} close=${close}>
    <form class="form" onSubmit=${done}>
      <${PictureField} model=${model} id=${hook.bot ?? 0} name=${given.name} value=${given.picture} change=${set("picture")} />
      <${Field} label=${t("incomingName")} problem=${problem} value=${given.name} change=${set("name")} required maxlength="64" autocomplete="off" />
      <${Choice} label=${t("incomingLanguage")} options=${LANGUAGES} value=${given.language} change=${set("language")} />
      <label class="check">
        <input type="checkbox" checked=${given.callsAll} onChange=${(event) => set("callsAll")(event.currentTarget.checked)} />
        <span>${t("incomingCallsAll")}</span>
      </label>
      <${Field} label=${t("incomingKey")} hint=${t(hook.signed ? "incomingKeyKept" : "incomingKeyHint")} value=${key} change=${setKey} maxlength="256" autocomplete="off" />
      <div class="actions"><button class="primary">${t(hook.id ? "save" : "newIncoming")}</button></div>
    </form>
  <//>`;
}

const kept = ({ name = "", picture = "", language: shown, callsAll = false }) => ({ name, picture, language: shown, callsAll });

// It is shown once.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Made({ model, hook, close }) {
  const example = `curl -d '{"text": "${t("incomingWorks")}"}' ${hook.url}`;
  return html`<${Dialog} title=${hook.name} close=${close}>
    <p>${t("incomingOnce")}</p>
    <ul class="links">
      <li>
        <${Copied} model=${model} label=${t("incomingAddress")} text=${hook.url} />
      </li>
    </ul>
    <p class="code-line"><code>${example}</code></p>
    <p class="dim">${t("incomingTemplates")}</p>
    <div class="actions"><button type="button" class="primary" onClick=${close}>${t("close")}</button></div>
  <//>`;
}
