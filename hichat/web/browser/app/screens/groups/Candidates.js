// Who has asked to join, who is invited, and who is kept out.
import { html, useEffect, useRef, useState } from "../../rendering.js";
import { PersonRow } from "../../parts/Rows.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Candidates({ model, group }) {
  const [found, setFound] = useState(/** @type {Record<string, any[]>} */ ({ requests: [], invitations: [], bans: [] }));
  const { api } = model;
  const turn = useRef(0);
  const load = async () => {
    const mine = ++turn.current;
    const lists = await Promise.all(
      ["requests", "invitations", "bans"].map((name) => api.all(`/groups/${group.id}/${name}`)),
    );
    for (const person of lists.flat()) model.people.know({ deleted: false, ...person });
    // Of two that are asked for, the later answer may come first.
    if (mine === turn.current) setFound({ requests: lists[0], invitations: lists[1], bans: lists[2] });
  };
  // The group is another object whenever something happened in it.
  useEffect(() => {
    load().catch(() => {});
  }, [group]);
  const act = (work) =>
    model.attempt(async () => {
      await work();
      await load();
    });
  const path = `/groups/${group.id}`;
  const buttons = {
    requests: (person) => html`
      <button type="button" class="primary small" onClick=${() => act(() => api.put(`${path}/members/${person.id}`))}>${t("approve")}</button>
      <button type="button" class="small" onClick=${() => act(() => api.delete(`${path}/requests/${person.id}`))}>${t("reject")}</button>
    `,
    invitations: (person) => html`
      <button type="button" class="small" onClick=${() => act(() => api.delete(`${path}/invitations/${person.id}`))}>${t("takeBack")}</button>
    `,
    bans: (person) => html`
      <button type="button" class="small" onClick=${() => act(() => api.delete(`${path}/bans/${person.id}`))}>${t("unban")}</button>
    `,
  };
  // That somebody has joined is known before the lists are here without them.
  const members = new Set(model.members.get(group.id).map(({ id }) => id));
  const titles = { requests: "requests", invitations: "invited", bans: "banned" };
  const shown = Object.entries(found).map(([name, people]) => ({ name, people: people.filter(({ id }) => !members.has(id)) }));
  return shown.map(
    ({ name, people }) =>
      people.length > 0 &&
      html`<h2 class="list-head" key=${name}>${t(titles[name])}</h2>
        <ul class="rows">
          ${people.map((person) => html`<${PersonRow} key=${person.id} model=${model} person=${person}>${buttons[name](person)}<//>`)}
        </ul>`,
  );
}
