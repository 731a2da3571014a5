// Who came to a group and who went, and what it was called: small lines between the messages.
import { html } from "../../rendering.js";
import { t } from "../../words/words.js";

const MOST = 5; // names in a line

// @param changes: events of a group, in order. Those who came one after the other share a line, and so do those who went.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Changes({ model, changes }) {
  return runs(changes).map((run) => html`<p class="beginning change" key=${`change-${run[0].id}`}>${textOf(model, run)}</p>`);
}

function runs(changes) {
  const found = [];
  for (const change of changes) {
    const run = found.at(-1);
    const first = run?.[0];
    const same = first && first.kind === change.kind && sharesLine(change) && first.seq !== 1;
    if (same) run.push(change);
    else found.push([change]);
  }
  return found;
}

// Such a line does not say who did it.
function sharesLine({ kind }) {
  return kind === "joined" || kind === "left";
}

function textOf({ people }, run) {
  const [{ kind, seq, from, changed }] = run;
  const by = people.name(from);
  if (seq === 1) return t("madeGroup", { by });
  if (changed?.name) return t("renamedGroup", { by, group: changed.name });
  const everybody = [...new Set(run.map((each) => each.member ?? each.from))];
  const names = everybody.slice(0, MOST).map((id) => people.name(id)).join(", ");
  const name = everybody.length > MOST ? t("andOthers", { names, count: everybody.length - MOST }) : names;
  return t(`${kind}Line`, { name, by });
}
