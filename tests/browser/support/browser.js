// A browser with tabs of the client, one hub, and a server.
import { connectTo, forget, forgetPage, look, shareHub } from "./page.js";
import { Clock } from "./clock.js";
import { Server } from "./server.js";
import { Hub } from "../../../hichat/web/browser/app/hub/hub.js";
import { Model } from "../../../hichat/web/browser/app/model/model.js";

export class Browser {
  // @param names: see Server.
  constructor({ names = ["ann", "bob", "cid", "dan"], now } = {}) {
    forget();
    this.clock = new Clock(now);
    this.server = new Server(...names);
    this.tabs = [];
    this.restart();
    connectTo(this.server);
    look(true);
  }

  // Another hub for the tabs that come then: as after all were closed. What was written down is there.
  restart() {
    if (this.hub) this.leave();
    this.hub = new Hub();
    shareHub((port) => this.hub.attach(port));
    this.tabs = [];
  }

  // All tabs are closed, and the hub with them.
  leave() {
    this.hub.line.close();
    this.hub.ports.clear();
    this.clock.timers.clear();
    forgetPage();
  }

  // @return a tab's model, with everything that it begins with.
  async tab() {
    const model = new Model(() => model.draws++);
    model.draws = 0;
    this.tabs.push(model);
    model.start(globalThis.SharedWorker ? new SharedWorker("hub.js") : null);
    await this.clock.pass(1000);
    return model;
  }

  // The connection breaks, or nothing comes through, or nobody is there.
  cut() {
    this.server.up = false;
    this.server.cut();
  }

  async mend() {
    this.server.up = true;
    // The longest wait until the line is tried again, and what is asked for then.
    await this.clock.pass(20_000);
  }
}
