// How the server is: its daemons and workers, how much room everything takes, how it grows.
import { html } from "../../rendering.js";
import { Coming } from "../../parts/Coming.js";
import { Facts, useListing } from "./listing.js";
import { More } from "../../parts/More.js";
import { PaneHead } from "../../parts/Rows.js";
import { fullTime, sizeOf, t } from "../../words/words.js";
import { hrefOf } from "../../model/route.js";
import { useAnswer } from "./answer.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Workers({ model }) {
  const workers = useListing(model, "/admin/workers");
  const nodes = useListing(model, "/admin/nodes");
  const again = () => {
    workers.again();
    nodes.again();
  };
  return html`<div class="page">
    <${PaneHead} title=${t("adminWorkers")} back=${hrefOf("admin")} />
    <div class="page-body">
      ${!workers.items && html`<${Coming} model=${model} away=${workers.away} />`}
      ${
        workers.items &&
        html`<${Table}
          name=${t("adminWorkers")}
          heads=${[t("hostHead"), t("workerHead"), t("versionHead"), t("connectionsHead"), t("usersHead"), t("lagHead"), t("beganHead")]}
          rows=${workers.items.map((each) => [each.host, each.worker, each.version, each.connections, each.users, each.lag, fullTime(each.began)])}
        />`
      }
      ${workers.more && html`<${More} key=${workers.items?.length} load=${workers.more} />`}
      <div class="actions start"><button type="button" onClick=${again}>${t("lookAgain")}</button></div>
      ${
        nodes.items?.length &&
        html`<h2 class="list-head">${t("nodesHead")}</h2>
          <${Table}
            name=${t("nodesHead")}
            heads=${[t("numberHead"), t("stateHead"), t("addressHead"), t("versionHead"), t("connectionsHead"), t("lagHead"), t("beganHead")]}
            rows=${nodes.items.map((each) => [each.number, states()[each.state], each.address, each.version, each.connections ?? "", each.lag ?? "", fullTime(each.since)])}
          />
          ${nodes.more && html`<${More} key=${nodes.items.length} load=${nodes.more} />`}`
      }
    </div>
  </div>`;
}

const states = () => ({ up: t("nodeUp"), silent: t("nodeSilent"), gone: t("nodeGone") });

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Storage({ model }) {
  const storage = useAnswer(model, "/admin/storage");
  const growth = useAnswer(model, "/admin/growth");
  const { found } = storage;
  const size = (bytes) => (bytes === undefined ? t("notKnownYet") : sizeOf(bytes));
  return html`<div class="page">
    <${PaneHead} title=${t("adminStorage")} back=${hrefOf("admin")} />
    <div class="page-body">
      ${!(found && growth.found) && html`<${Coming} model=${model} away=${storage.away || growth.away} />`}
      ${
        found &&
        html`<${Facts}
          facts=${[
            [t("databaseSize"), size(found.database)],
            [t("indexSize"), size(found.search)],
            [t("uploadsSize"), found.uploads === undefined ? t("notKnownYet") : t("uploadsOf", { count: found.uploads, size: sizeOf(found.uploadsBytes) })],
            ...found.disks.map((disk) => [`${t("disk")} ${disk.host} ${disk.directory}`, t("diskFree", { free: sizeOf(disk.free), size: sizeOf(disk.size) })]),
            [t("allEvents"), growth.found?.events],
            [t("allAccounts"), growth.found?.accounts],
          ]}
        />`
      }
      ${
        growth.found &&
        html`<h2 class="list-head">${t("growthHead")}</h2>
          <${Table} name=${t("growthHead")} heads=${[t("dayHead"), t("eventsHead"), t("accountsHead")]}
            rows=${growth.found.items.toReversed().map((each) => [each.day, each.events, each.accounts])} />`
      }
    </div>
  </div>`;
}

/**
 * @param {{ name: string, heads: string[], rows: any[][] }} props name: for whoever hears it
 */
function Table({ name, heads, rows }) {
  return html`<div class="table" tabindex="0" role="region" aria-label=${name}>
    <table>
      <thead><tr>${heads.map((head) => html`<th key=${head} scope="col">${head}</th>`)}</tr></thead>
      <tbody>${rows.map((row, at) => html`<tr key=${at}>${row.map((cell, place) => html`<td key=${place} class=${typeof cell === "number" ? "number" : undefined}>${cell}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}
