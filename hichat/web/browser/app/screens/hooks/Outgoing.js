// A group's outgoing hooks: URLs to which its events are sent. Or those of a bot, or of the announcements: see place.
import { html, useEffect, useState } from "../../rendering.js";
import { Copied } from "../../parts/Copied.js";
import { Confirm, Dialog } from "../../parts/Dialog.js";
import { Choice, Field } from "../../parts/Field.js";
import { Icon } from "../../parts/Icon.js";
import { FOLDED, MESSAGES } from "../../model/kinds.js";
import { useOnce } from "../../parts/once.js";
import { toldBy } from "../../model/problems.js";
import { fullTime, t } from "../../words/words.js";

/** Why a hook is switched off, in words. @type {Record<string, string>} */
const OFF = { by_hand: "hookByHand", gone: "hookGone", failing: "hookFailing", no_rights: "hookNoRights", no_secret: "hookNoSecret" };

/** What hooks may send: the server's kinds, and the words for them. @type {Record<string, string>} */
const KINDS = { message: "hookMessages", changes: "hookChanges", all: "hookAll" };
const SENT = { message: [...MESSAGES], changes: [...MESSAGES, ...FOLDED], all: [] };

export const sentBy = (kinds) => (kinds.length === 0 ? "all" : kinds.length === 1 ? "message" : "changes");

/** How a hook is. */
export function stateOf({ off, failing, tries = 0 }) {
  if (off) return t(OFF[off] ?? "hookByHand");
  return failing ? t("hookFails", { time: fullTime(failing), tries }) : t("hookGood");
}

/** What became of a delivery. */
export const outcomeOf = ({ good, status, trouble = "" }) => (good ? t("hookDelivered") : (status ?? trouble.split(":")[0]));

/**
 * @param {import("../../rendering.js").Props & Record<string, any>} props
 *   place: the group or the bot, as the server's API takes it
 */
export function Outgoing({ model, place, close }) {
  const [hooks, setHooks] = useState(/** @type {any[] | null} */ (null));
  const [view, setView] = useState(/** @type {any} */ ({}));
  const { api } = model;
  const load = () => model.attempt(async () => setHooks(await api.get(`/hooks/outgoing?${new URLSearchParams(place)}`)));
  useEffect(() => void load(), []);
  const back = () => {
    setView({});
    load();
  };
  if (view.secret) return html`<${Secret} model=${model} made=${view.secret} close=${back} />`;
  if (view.form) return html`<${Form} model=${model} place=${place} hook=${view.form} close=${() => setView({})} done=${(made) => (made.secret ? setView({ secret: made }) : back())} />`;
  if (view.hook) return html`<${Hook} model=${model} id=${view.hook} close=${back} show=${setView} />`;
  return html`<${Dialog} title=${t("outgoingHooks")} close=${close} wide>
    <p class="dim">${t("outgoingHooksHint")}</p>
    <ul class="rows">
      ${(hooks ?? []).map(
        (hook) =>
          html`<li class="row" key=${hook.id}>
            <button type="button" class="row-main plain" onClick=${() => setView({ hook: hook.id })}>
              <span class="file-sign"><${Icon} name=${hook.on && !hook.failing ? "forward" : "failed"} /></span>
              <span class="row-text">
                <span class="row-title">${hook.name}</span>
                <span class="row-note wrap">${hook.url}</span>
                <span class="row-note wrap">${stateOf(hook)}</span>
              </span>
            </button>
          </li>`,
      )}
    </ul>
    ${hooks?.length === 0 && html`<p class="hint">${t("noHooks")}</p>`}
    <div class="actions">
      <button type="button" class="primary" onClick=${() => setView({ form: {} })}>${t("newHook")}</button>
    </div>
  <//>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Form({ model, place, hook, close, done }) {
  const [name, setName] = useState(hook.name ?? "");
  const [url, setUrl] = useState(hook.url ?? "");
  const [sent, setSent] = useState(sentBy(hook.kinds ?? ["message"]));
  const [problem, setProblem] = useState("");
  const title = t(hook.id ? "editHook" : "newHook");
  const work = async () => {
    const kinds = hook.id && sent === sentBy(hook.kinds) ? hook.kinds : SENT[sent];
    const given = { name, url, kinds };
    done(
      await (hook.id
        ? model.api.patch(`/hooks/outgoing/${hook.id}`, given)
        : model.api.post("/hooks/outgoing", { ...given, ...place })),
    );
  };
  const once = useOnce(() => {
    setProblem("");
    return model.attempt(work, "", toldBy(setProblem, (error) => error.code === "bad_url" || error.code === "not_public"));
  });
  const save = (event) => {
    event.preventDefault();
    once();
  };
  return html`<${Dialog} title=${title} close=${close}>
    <form class="form" onSubmit=${save}>
      <${Field} label=${t("hookName")} value=${name} change=${setName} required maxlength="64" autocomplete="off" />
      <${Field} label=${t("hookUrl")} hint=${t("hookUrlHint")} problem=${problem} value=${url} change=${setUrl} type="url" required maxlength="2048" autocomplete="off" />
      <${Choice} label=${t("hookSends")} value=${sent} change=${setSent}
        options=${Object.fromEntries(Object.entries(KINDS).map(([kind, word]) => [kind, t(word)]))} />
      ${!hook.id && html`<p class="dim">${t("hookWarning")}</p>`}
      <div class="actions"><button class="primary">${hook.id ? t("save") : t("newHook")}</button></div>
    </form>
  <//>`;
}

// It is shown once.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Secret({ model, made, close }) {
  return html`<${Dialog} title=${made.name} close=${close}>
    <p>${t("hookSecretOnce")}</p>
    <ul class="links">
      <li>
        <${Copied} model=${model} label=${t("hookSecret")} text=${made.secret} />
      </li>
    </ul>
    <div class="actions"><button type="button" class="primary" onClick=${close}>${t("close")}</button></div>
  <//>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Hook({ model, id, close, show }) {
  const [hook, setHook] = useState(/** @type {any} */ (null));
  const [last, setLast] = useState(/** @type {any[]} */ ([]));
  const [asked, setAsked] = useState("");
  const { api } = model;
  const path = `/hooks/outgoing/${id}`;
  const load = async () => {
    setHook(await api.get(path));
    setLast(await api.get(`${path}/deliveries`));
  };
  const act = (work, done = "") =>
    model.attempt(async () => {
      await work();
      await load();
    }, done);
  useEffect(() => void act(() => {}), [id]);
  if (!hook) return html`<${Dialog} title=${t("outgoingHooks")} close=${close} wide />`;
  const change = (given) => act(() => api.patch(path, given), t("saved"));
  const tell = async (asking) => {
    const found = await asking;
    model.toast(t("hookOutcome", { outcome: outcomeOf(found) }), found.good ? "" : "problem");
  };
  const roll = () => model.attempt(async () => show({ secret: await api.post(`${path}/secret`) }));
  const remove = () =>
    model.attempt(async () => {
      await api.delete(path);
      close();
    });
  const answered = () => setAsked("");
  if (asked === "remove") return html`<${Confirm} title=${t("removeHook")} text=${t("removeHookQuestion", { name: hook.name })} action=${t("removeHook")} close=${answered} then=${remove} />`;
  if (asked === "roll") return html`<${Confirm} title=${t("rollHook")} text=${t("rollHookQuestion")} action=${t("rollHook")} close=${answered} then=${roll} />`;
  return html`<${Dialog} title=${hook.name} close=${close} wide>
    <p class="wrap">${hook.url}</p>
    <p class="dim" role="status">${stateOf(hook)}</p>
    <div class="actions start">
      <button type="button" onClick=${() => act(() => tell(api.post(`${path}/trial`)))}>${t("tryHook")}</button>
      <button type="button" onClick=${() => show({ form: hook })}>${t("edit")}</button>
      <button type="button" onClick=${() => change({ on: !hook.on })}>${t(hook.on ? "hookOff" : "hookOn")}</button>
      ${(!hook.on || hook.failing) && html`<button type="button" onClick=${() => change({ on: true, skip: true })}>${t("hookSkip")}</button>`}
      <button type="button" onClick=${() => setAsked("roll")}>${t("rollHook")}</button>
      <button type="button" class="danger-text" onClick=${() => setAsked("remove")}>${t("removeHook")}</button>
    </div>
    <h3 class="list-head">${t("hookDeliveries")}</h3>
    ${last.length === 0 && html`<p class="hint">${t("noDeliveries")}</p>`}
    <ul class="rows">
      ${last.map(
        (each) =>
          html`<li class="row" key=${each.position}>
            <span class="row-main">
              <span class="row-text">
                <span class="row-title wrap">${each.kind} · ${outcomeOf(each)}</span>
                <span class="row-note wrap">${t("hookTook", { time: fullTime(each.at), took: each.took, tries: each.tries })}</span>
                ${each.answer && html`<span class="row-note wrap">${each.answer}</span>`}
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" onClick=${() => act(() => tell(api.post(`${path}/deliveries/${each.position}`)))}>${t("hookAgain")}</button>
            </span>
          </li>`,
      )}
    </ul>
  <//>`;
}
