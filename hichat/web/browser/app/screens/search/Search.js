// Find messages, everywhere or in one conversation, and go to where they were said.
import { html, useEffect, useElement, useLayoutEffect, useState } from "../../rendering.js";
import { Found } from "./Found.js";
import { Filters, criteriaOf, isEnough } from "./Filters.js";
import { Icon } from "../../parts/Icon.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead } from "../../parts/Rows.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

const EMPTY = { words: "", sender: "", media: "", since: "", until: "" };

// What was searched for is there again when somebody comes back, with what was found: see Model.searches.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Search({ model, within, given }) {
  const kept = model.searches.get(within);
  const [search, setSearch] = useState(given && given !== kept?.search.words.trim() ? { ...EMPTY, words: given } : (kept?.search ?? EMPTY));
  const [found, setFound] = useState(kept?.search === search ? kept : { search, items: null, next: "", query: "" });
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const page = useElement();
  const field = useElement();
  const place = within ? model.conversation(within).place : {};
  const { items, next } = found;

  const ask = async (asked, query, cursor = "") => {
    setBusy(true);
    await model.attempt(async () => {
      const answer = await model.api.get(`/search?${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      const all = cursor ? [...items, ...answer.items] : answer.items;
      const now = { search: asked, query, items: all, next: answer.next ?? "", scroll: page.current?.scrollTop ?? 0 };
      model.searches.set(within, now);
      setFound(now);
    });
    setBusy(false);
  };
  const find = async (asked = search) => {
    setProblem("");
    if (!isEnough(asked)) return setProblem(t("searchNeeds"));
    // The address has the words for a reload.
    const words = asked.words.trim();
    history.replaceState(history.state, "", hrefOf("search", within, ...(words ? [words] : [])));
    const query = new URLSearchParams({ limit: "30" });
    if (within === "announcements") query.set("announcements", "true");
    for (const [name, id] of Object.entries(place)) query.set(name, String(id));
    const criteria = await criteriaOf(model, within, asked).catch(() => null);
    if (!criteria) return setProblem(t("nobodyFound"));
    for (const [name, value] of Object.entries(criteria)) query.set(name, value);
    return ask(asked, query.toString());
  };
  useEffect(() => {
    if (model.ready && !items && isEnough(search)) find();
    if (model.ready && place.group !== undefined) model.members.load(place.group).catch(() => {});
  }, [model.ready]);
  // Other words were given elsewhere.
  useEffect(() => {
    if (!given || given === search.words.trim()) return;
    const other = { ...EMPTY, words: given };
    setSearch(other);
    find(other);
  }, [given]);
  useLayoutEffect(() => {
    page.current.scrollTop = kept?.scroll ?? 0;
    // Who comes without words is about to type them.
    if (!search.words) field.current.focus();
  }, []);
  const submit = (event) => {
    event.preventDefault();
    find();
  };
  const scrolled = () => {
    const now = model.searches.get(within);
    if (now) now.scroll = page.current.scrollTop;
  };

  return html`<div class="page" ref=${page} onScroll=${scrolled}>
    <${PaneHead} title=${within ? t("searchIn", { name: model.titleOf(model.conversation(within)) }) : t("searchMessages")} back=${within ? hrefOf("chats", within) : hrefOf("chats")} stays />
    <div class="page-body">
      <form role="search" onSubmit=${submit}>
        <div class="filter">
          <${Icon} name="search" />
          <input
            ref=${field}
            type="search"
            value=${search.words}
            maxlength="256"
            aria-label=${t("searchMessages")}
            placeholder=${t("searchMessages")}
            onInput=${(event) => setSearch({ ...search, words: event.currentTarget.value })}
          />
          <button class="primary">${t("search")}</button>
        </div>
        <${Filters} model=${model} within=${within} search=${search} change=${(change) => setSearch({ ...search, ...change })} />
      </form>
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      ${items && !items.length && !next && !busy && html`<${Nothing} icon="search" text=${t("nothingFound")} />`}
      <ul class="rows">
        ${(items ?? []).map((each) => html`<${Found} key=${each.message.id} model=${model} found=${each} />`)}
      </ul>
      ${busy && html`<div class="spinner small" role="status"><span class="hidden">${t("loading")}</span></div>`}
      ${next && !busy && html`<div class="actions center"><button type="button" onClick=${() => ask(found.search, found.query, next)}>${t("more")}</button></div>`}
    </div>
  </div>`;
}
