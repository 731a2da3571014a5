// The client begins here: one model, drawn again as a whole when it changes.
import { html, render } from "./rendering.js";
import { addressOf, hub } from "./early.js";
import { App } from "./screens/App.js";
import { Model } from "./model/model.js";
import { applyTheme } from "./model/theme.js";

// What several of rare.js, admin.js and security.js have of this: they share no third file. See tests/browser/build.
import "./parts/Coming.js";
import "./parts/Copied.js";
import "./parts/Tile.js";
import "./parts/exporting.js";
import "./parts/factors.js";
import "./parts/listing.js";

applyTheme();
const place = /** @type {HTMLElement} */ (document.getElementById("app"));
const model = new Model(() => render(html`<${App} model=${model} />`, place));
const size = document.querySelector('meta[name="hichat-file-size"]')?.getAttribute("content");
model.media.largest = Number(size) || Infinity;
model.updates.script = addressOf("../../service-worker.js");
addEventListener("hashchange", model.changed);
model.start(hub);
model.changed();
