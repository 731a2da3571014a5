// Where somebody is signed in: each session with its way in, its last use and its address; and the devices that are logged
// out. What ends here ends at once, wherever it is connected.
import { html, useEffect, useElement, useState } from "../../rendering.js";
import { Coming, useComing } from "../../parts/Coming.js";
import { Confirm, Dialog } from "../../parts/Dialog.js";
import { Icon } from "../../parts/Icon.js";
import { fullTime, t } from "../../words/words.js";
import { wayIn } from "./ways.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Sessions({ model, came }) {
  const [leaving, setLeaving] = useState("");
  const [version, setVersion] = useState(0);
  const [sessions, setSessions] = useState(/** @type {any[]} */ ([]));
  const again = () => setVersion((count) => count + 1);
  return html`
    <h2 class="list-head">${t("sessionsHead")}</h2>
    <p class="dim">${t("devicesHint")}</p>
    <${SessionList}
      model=${model}
      path="/me/sessions"
      version=${version}
      known=${setSessions}
      came=${came}
      end=${({ id }) => model.api.delete(`/me/sessions/${id}`)}
      revoke=${({ id }) => model.api.delete(`/devices/${id}`)}
    />
    <div class="actions sessions-end">
      <button type="button" onClick=${() => setLeaving("others")}>${t("endOthers")}</button>
      <button type="button" class="danger-text" onClick=${() => setLeaving("all")}>${t("endAll")}</button>
    </div>
    ${leaving && html`<${Leaving} model=${model} all=${leaving === "all"} sessions=${sessions} close=${() => setLeaving("")} again=${again} />`}
  `;
}

// The same of somebody else, for those who run the server.
/** @param {import("../../rendering.js").Props & Record<string, any>} props path: of the person */
export function SessionsOf({ model, path, mayAct }) {
  return html`
    <h2 class="list-head">${t("devices")}</h2>
    <${SessionList}
      model=${model}
      path=${`${path}/devices`}
      mayAct=${mayAct}
      end=${({ id }) => model.api.post(`${path}/sign-out`, { device: id })}
      revoke=${({ id }) => model.api.delete(`${path}/devices/${id}`)}
    />
  `;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props known: is told of the sessions; came: that there was an answer */
function SessionList({ model, path, version = 0, mayAct = true, known = () => {}, came = () => {}, end, revoke }) {
  const [found, setFound] = useState(/** @type {any[] | null} */ (null));
  const [asking, setAsking] = useState(/** @type {any} */ (null));
  const list = useElement();
  const load = async () => {
    try {
      const all = await model.api.all(path);
      setFound(all);
      known(all);
    } finally {
      came();
    }
  };
  const away = useComing(model, load, [path, version]);
  if (!found) return html`<${Coming} model=${model} away=${away} />`;
  const here = found.filter((each) => each.loggedIn || each.current).sort(newestFirst);
  const gone = found.filter((each) => !here.includes(each));
  const { session, act, word } = asking ?? {};
  const work = () =>
    model.attempt(async () => {
      await act(session);
      await load();
      // The button that was pressed is gone.
      list.current?.focus();
    });
  const row = (each, what, wanted) => html`<li class="row" key=${each.id}>
    <span class="row-main">
      <span class="file-sign"><${Icon} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${nameOf(each)}</span>
        <span class="row-note wrap">${noteOf(each)}</span>
      </span>
    </span>
    ${
      mayAct &&
      !each.current &&
      html`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${t(`${what}Of`, { name: nameOf(each) })} onClick=${() => setAsking({ session: each, act: wanted, word: what })}>${t(what)}</button>
      </span>`
    }
  </li>`;
  return html`
    <ul class="rows" ref=${list} tabindex="-1" aria-label=${t("sessionsHead")}>${here.map((each) => row(each, "endSession", end))}</ul>
    ${!here.length && html`<p class="dim">${t("noSessions")}</p>`}
    ${
      gone.length > 0 &&
      html`<details class="sessions-gone">
        <summary>${t("loggedOutDevices", { count: gone.length })}</summary>
        <ul class="rows">${gone.map((each) => row(each, "revoke", revoke))}</ul>
      </details>`
    }
    ${session && html`<${Confirm} title=${t(word)} text=${t(`${word}Question`, { name: nameOf(session) })} action=${t(word)} close=${() => setAsking(null)} then=${work} />`}
  `;
}

// Before all sessions end: what else is to end with them.
/** @param {import("../../rendering.js").Props & Record<string, any>} props all: this session, too */
function Leaving({ model, all, sessions, close, again }) {
  const [devices, setDevices] = useState(false);
  const [appPasswords, setAppPasswords] = useState(false);
  const remembered = sessions.filter((each) => each.remembered && (all || !each.current));
  const [apps, setApps] = useState(/** @type {any[]} */ ([]));
  useEffect(() => {
    // Their names are a help only.
    model.api.get("/me/app-passwords").then(setApps, () => {});
  }, []);
  const leave = async (event) => {
    event.preventDefault();
    const done = await model.attempt(async () => {
      const { ended } = await model.api.post("/me/sessions/end", { current: all, devices, appPasswords });
      if (!all) model.toast(t(ended === 1 ? "oneEnded" : "ended", { count: ended }));
    });
    if (!done) return;
    close();
    if (!all) return again();
    location.hash = "";
    await model.link.ask("forget");
  };
  const names = (some) => some.length > 0 && html`<small>${some.join(", ")}</small>`;
  return html`<${Dialog} title=${t(all ? "endAll" : "endOthers")} close=${close}>
    <form onSubmit=${leave}>
      <p>${t(all ? "endAllQuestion" : "endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${devices} onChange=${() => setDevices(!devices)} /><span>${t("endDevices")}${names(remembered.map(nameOf))}</span></label>
      <label class="check"><input type="checkbox" checked=${appPasswords} onChange=${() => setAppPasswords(!appPasswords)} /><span>${t("endAppPasswords")}${names(apps.map(({ name }) => name))}</span></label>
      <div class="actions">
        <button type="button" onClick=${close}>${t("cancel")}</button>
        <button class="danger">${t(all ? "endAll" : "endOthers")}</button>
      </div>
    </form>
  <//>`;
}

// This one, then those that were used last.
const newestFirst = (one, other) => Number(other.current) - Number(one.current) || other.used - one.used || other.id - one.id;

// What logs in over v1 has no name of its own.
export const nameOf = (session) => (session.dialect === "v1" ? `${t("v1Device")} (${session.name})` : session.name);

function noteOf({ current, loggedIn, connected, used, address, via, began, remembered }) {
  const last = connected ? t("connectedNow") : used && t("lastUsed", { time: fullTime(used) });
  if (!loggedIn) return [current ? t("thisDevice") : t("loggedOut"), remembered && t("remembered")].filter(Boolean).join(" · ");
  const since = began && t("signedInSince", { time: fullTime(began) });
  return [current && t("thisDevice"), last, address, wayIn(via), since, remembered && t("remembered")].filter(Boolean).join(" · ");
}
