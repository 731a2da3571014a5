// One's own bots: programs with an account, which come with tokens. A token is shown once.
import { html, useEffect, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { BotMark } from "../../parts/BotMark.js";
import { Copied } from "../../parts/Copied.js";
import { Choice, Field } from "../../parts/Field.js";
import { Confirm, Dialog } from "../../parts/Dialog.js";
import { PaneHead } from "../../parts/Rows.js";
import { Rare } from "../../parts/Rare.js";
import { useOnce } from "../../parts/once.js";
import { go, hrefOf } from "../../model/route.js";
import { fullTime, t } from "../../words/words.js";

const SCOPES = ["send", "read", "manage"];
const DAY = 86_400_000; // milliseconds

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Bots({ model, id }) {
  return id ? html`<${OneBot} model=${model} id=${id} />` : html`<${AllBots} model=${model} />`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function AllBots({ model }) {
  const [own, setOwn] = useState(/** @type {any[] | null} */ (null));
  const [making, setMaking] = useState(false);
  useEffect(() => void model.attempt(async () => setOwn(await model.api.get("/bots"))), []);
  const make = (given) =>
    model.attempt(async () => {
      const made = await model.api.post("/bots", given);
      go("settings", "bots", made.id);
    });
  return html`<div class="page">
    <${PaneHead} title=${t("bots")} back=${hrefOf("settings")} />
    <div class="page-body">
      <p class="dim">${t("botsHint")}</p>
      ${own && !own.length && html`<p>${t("noBots")}</p>`}
      <ul class="rows">
        ${(own ?? []).map(
          (bot) =>
            html`<li class="row" key=${bot.id}>
              <a class="row-main" href=${hrefOf("settings", "bots", bot.id)}>
                <${Avatar} model=${model} id=${bot.id} name=${bot.displayName} picture=${bot.avatar} />
                <span class="row-text">
                  <span class="row-title">${bot.displayName}<${BotMark} of=${{ bot: true }} /></span>
                  <span class="row-note">${noteOf(bot)}</span>
                </span>
              </a>
            </li>`,
        )}
      </ul>
      <div class="actions start"><button type="button" class="primary" onClick=${() => setMaking(true)}>${t("makeBot")}</button></div>
      ${making && html`<${Names} title=${t("makeBot")} action=${t("makeBot")} given=${{ name: "", displayName: "" }} then=${make} close=${() => setMaking(false)} />`}
    </div>
  </div>`;
}

const noteOf = ({ made, lastUse, disabled }) =>
  [
    made === 1 ? t("oneBotToken") : t("someBotTokens", { count: made }),
    lastUse ? t("botTokenUsed", { time: fullTime(lastUse) }) : t("botTokenUnused"),
    disabled && t("botDisabled"),
  ]
    .filter(Boolean)
    .join(" · ");

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function OneBot({ model, id }) {
  const [bot, setBot] = useState(/** @type {any} */ (null));
  const [asked, setAsked] = useState(/** @type {any} */ (null));
  const path = `/bots/${id}`;
  const load = () => model.attempt(async () => setBot(await model.api.get(path)));
  useEffect(() => void load(), [id]);
  const close = () => setAsked(null);
  const act = (work) =>
    model.attempt(async () => {
      await work();
      await load();
    });
  const change = (given) => act(() => model.api.patch(path, given));
  const remove = () =>
    model.attempt(async () => {
      await model.api.delete(path);
      go("settings", "bots");
    });
  const make = (wanted) =>
    model.attempt(async () => {
      const made = await model.api.post(`${path}/tokens`, wanted);
      setAsked({ made });
      await load();
    });
  const head = html`<${PaneHead} title=${bot?.displayName ?? t("bots")} back=${hrefOf("settings", "bots")} stays />`;
  if (!bot) return html`<div class="page">${head}</div>`;
  return html`<div class="page">
    ${head}
    <div class="page-body">
      <${Rare} quiet is="PictureField" model=${model} id=${id} name=${bot.displayName} value=${bot.avatar} change=${(avatar) => change({ avatar })} />
      <p class="dim">${bot.name}<${BotMark} of=${{ bot: true }} /> · ${noteOf(bot)}</p>
      <div class="actions start">
        <a class="button" href=${hrefOf("chats", `user-${id}`)}>${t("message")}</a>
        <button type="button" onClick=${() => setAsked({ naming: true })}>${t("renameBot")}</button>
        <button type="button" class="danger-text" onClick=${() => setAsked({ removing: true })}>${t("deleteBot")}</button>
      </div>
      <h2 class="list-head">${t("botTokens")}</h2>
      <p class="dim">${t("botTokensHint")}</p>
      <ul class="rows">
        ${bot.passes.map(
          (each) =>
            html`<li class="row" key=${each.id}>
              <span class="row-main">
                <span class="row-text">
                  <span class="row-title">${each.name}</span>
                  <span class="row-note wrap">${tokenNote(model, each)}</span>
                </span>
              </span>
              <span class="row-actions">
                <button type="button" class="small danger-text" aria-label=${`${t("revokeBotToken")}: ${each.name}`} onClick=${() => setAsked({ revoking: each })}>${t("revoke")}</button>
              </span>
            </li>`,
        )}
      </ul>
      <div class="actions start"><button type="button" onClick=${() => setAsked({ making: true })}>${t("makeBotToken")}</button></div>
      <${BotGroups} model=${model} bot=${bot} act=${act} />
    </div>
    ${asked?.naming && html`<${Names} title=${t("renameBot")} action=${t("save")} given=${bot} then=${(given) => change(given).then(close)} close=${close} />`}
    ${asked?.making && html`<${MakingToken} model=${model} bot=${bot} then=${make} close=${close} />`}
    ${asked?.made && html`<${MadeToken} model=${model} made=${asked.made} close=${close} />`}
    ${
      asked?.revoking &&
      html`<${Confirm} title=${t("revokeBotToken")} text=${t("revokeBotTokenQuestion", { name: asked.revoking.name })} action=${t("revoke")} close=${close}
        then=${() => act(() => model.api.delete(`${path}/tokens/${asked.revoking.id}`))} />`
    }
    ${asked?.removing && html`<${Confirm} title=${t("deleteBot")} text=${t("deleteBotQuestion", { name: bot.displayName })} action=${t("deleteBot")} close=${close} then=${remove} />`}
  </div>`;
}

const tokenNote = (model, { scopes, conversations, ends, used }) =>
  [
    scopes.map((scope) => t(`scope_${scope}`)).join(", "),
    conversations ? conversations.map((name) => model.titleOf(model.conversation(name)) || name).join(", ") : t("allConversations"),
    used ? t("botTokenUsed", { time: fullTime(used) }) : t("botTokenUnused"),
    ends && t(ends > model.now() ? "botTokenEnds" : "botTokenEnded", { time: fullTime(ends) }),
  ]
    .filter(Boolean)
    .join(" · ");

// The groups that it is in, and those of one's own into which it may be taken.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function BotGroups({ model, bot, act }) {
  const inside = new Set(bot.groups.map((group) => group.id));
  const more = model.lists.get("groups").filter(({ id, you }) => !inside.has(id) && ["owner", "admin"].includes(you.role));
  const place = (group) => `/bots/${bot.id}/groups/${group.id}`;
  return html`
    <h2 class="list-head">${t("groups")}</h2>
    ${!inside.size && html`<p class="dim">${t("botNoGroups")}</p>`}
    <ul class="rows">
      ${bot.groups.map(
        (group) =>
          html`<li class="row" key=${group.id}>
            <a class="row-main" href=${hrefOf("groups", group.id)}><span class="row-text"><span class="row-title">${group.name}</span></span></a>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${t("takeBotOut")}: ${group.name}`} onClick=${() => act(() => model.api.delete(place(group)))}>${t("takeBotOut")}</button>
            </span>
          </li>`,
      )}
      ${more.map(
        (group) =>
          html`<li class="row" key=${group.id}>
            <span class="row-main"><span class="row-text"><span class="row-title dim">${group.name}</span></span></span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${t("takeBotIn")}: ${group.name}`} onClick=${() => act(() => model.api.put(place(group)))}>${t("takeBotIn")}</button>
            </span>
          </li>`,
      )}
    </ul>
  `;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Names({ title, action, given, then, close }) {
  const [name, setName] = useState(given.name);
  const [displayName, setDisplayName] = useState(given.displayName === given.name ? "" : given.displayName);
  const work = useOnce(() => then({ name, displayName }));
  const submit = (event) => {
    event.preventDefault();
    void work();
  };
  return html`<${Dialog} title=${title} close=${close}>
    <form onSubmit=${submit}>
      <${Field} label=${t("name")} hint=${t("botNameHint")} value=${name} change=${setName} required maxlength="64" autocomplete="off" />
      <${Field} label=${t("displayName")} hint=${t("displayNameHint")} value=${displayName} change=${setDisplayName} maxlength="64" autocomplete="off" />
      <div class="actions"><button type="submit" class="primary">${action}</button></div>
    </form>
  <//>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function MakingToken({ model, bot, then, close }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState(["send", "read"]);
  const [days, setDays] = useState("0");
  const [only, setOnly] = useState(/** @type {string[]} */ ([]));
  const flip = (all, one) => (all.includes(one) ? all.filter((each) => each !== one) : [...all, one]);
  const work = useOnce(() =>
    then({
      name,
      scopes,
      ...(only.length && { conversations: only }),
      ...(days !== "0" && { ends: model.now() + Number(days) * DAY }),
    }),
  );
  const submit = (event) => {
    event.preventDefault();
    if (scopes.length) void work();
  };
  // As the bot sees them: with its owner, and its groups.
  const places = [{ name: `user-${model.state.user}`, title: t("botWithYou") }, ...bot.groups.map((group) => ({ name: `group-${group.id}`, title: group.name }))];
  return html`<${Dialog} title=${t("makeBotToken")} close=${close}>
    <form onSubmit=${submit}>
      <${Field} label=${t("name")} hint=${t("botTokenNameHint")} value=${name} change=${setName} required maxlength="64" autocomplete="off" />
      <fieldset class="choice">
        <legend>${t("scopes")}</legend>
        ${SCOPES.map(
          (scope) =>
            html`<label class="check" key=${scope}><input type="checkbox" checked=${scopes.includes(scope)} onChange=${() => setScopes(flip(scopes, scope))} />${t(`scope_${scope}`)}</label>`,
        )}
      </fieldset>
      <fieldset class="choice">
        <legend>${t("botTokenOnly")}</legend>
        ${places.map(
          (place) =>
            html`<label class="check" key=${place.name}><input type="checkbox" checked=${only.includes(place.name)} onChange=${() => setOnly(flip(only, place.name))} />${place.title}</label>`,
        )}
      </fieldset>
      <${Choice} label=${t("botTokenFor")} options=${{ 0: t("botForEver"), 30: t("someDays", { count: 30 }), 365: t("someDays", { count: 365 }) }} value=${days} change=${setDays} />
      <div class="actions"><button type="submit" class="primary" disabled=${!scopes.length}>${t("makeBotToken")}</button></div>
    </form>
  <//>`;
}

// It is shown once.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function MadeToken({ model, made, close }) {
  return html`<${Dialog} title=${made.name} close=${close}>
    <p>${t("botTokenOnce")}</p>
    <p class="app-password">
      <${Copied} model=${model} label=${t("botToken")} text=${made.token} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${close}>${t("close")}</button></div>
  <//>`;
}
