// A picture as large as the window: it can be zoomed and moved, saved, and left for the one before or behind it. It is a
// file of its own, which the page loads when somebody opens a picture; what draws comes from the page.
import { KEYS, WHOLE, moved, zoomed } from "./model/zoom.js";

const SWIPE = 60; // pixels that a finger goes to turn to another picture
const CLOSE = 120; // or down, to close
const DOUBLE = 2.5; // what a double click enlarges by

/**
 * @param {typeof import("./rendering.js")} rendering
 * @param {Record<string, any>} parts components and hooks of the page
 * @param {{ fullTime: (time: number) => string, sizeOf: (bytes: number) => string, textOf: (message: object) => string, t: (key: string) => string }} words
 */
export function makeViewer({ html, useEffect, useElement, useState }, { Icon, IconButton, useClosedByBack, useModal }, { fullTime, sizeOf, t, textOf }) {
  /** @param {import("./rendering.js").Props & Record<string, any>} props */
  function Viewer({ model, viewer }) {
    const element = useElement();
    const [zoom, setZoom] = useState(WHOLE);
    const close = () => {
      model.viewer = null;
      model.changed();
    };
    useModal(element);
    useClosedByBack(close);
    const { message, url, key } = viewer.shown;
    useEffect(() => setZoom(WHOLE), [key]);
    const turn = async (step) => {
      model.changed();
      await model.attempt(() => viewer.turn(step));
    };
    const press = (event) => {
      if (event.target.closest("video, input")) return;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const change = KEYS[event.key];
      if (!step && !change) return;
      event.preventDefault();
      if (change) setZoom(change);
      else turn(step);
    };
    const about = model.media.about(url);
    const size = model.media.sizeOf(url);
    const text = textOf(message);
    const alt = text || t("aPicture");
    const facts = [size && `${size.width} × ${size.height}`, about.size && sizeOf(about.size)].filter(Boolean).join(" · ");
    return html`<dialog ref=${element} class="viewer" aria-label=${alt} onClose=${close} onKeyDown=${press}>
      <header class="viewer-head">
        <span class="viewer-about">
          ${message.from && html`<strong>${model.people.name(message.from)}</strong>`}
          ${message.time && html`<span>${fullTime(message.time)}</span>`}
          <span>${facts}</span>
        </span>
        <${IconButton} icon="plus" label=${t("larger")} onClick=${() => setZoom(KEYS["+"])} />
        <${IconButton} icon="minus" label=${t("smaller")} disabled=${zoom.scale === 1} onClick=${() => setZoom(KEYS["-"])} />
        <a class="icon-button" href=${model.media.link(url)} download=${about.name ?? ""} aria-label=${t("download")} title=${t("download")}>
          <${Icon} name="download" />
        </a>
        <${IconButton} icon="close" label=${t("close")} onClick=${close} />
      </header>
      <${Stage} key=${key} model=${model} url=${url} alt=${alt} size=${size} zoom=${zoom} setZoom=${setZoom} turn=${turn} close=${close} />
      ${viewer.has(-1) && html`<${Turn} icon="back" label=${t("previousPicture")} turn=${() => turn(-1)} />`}
      ${viewer.has(1) && html`<${Turn} icon="forth" label=${t("nextPicture")} turn=${() => turn(1)} />`}
      ${viewer.loading && html`<div class="spinner viewer-waits" role="status"><span class="hidden">${t("loading")}</span></div>`}
      ${text && html`<p class="viewer-text" dir="auto">${text}</p>`}
    </dialog>`;
  }

  const Turn = ({ icon, label, turn }) => html`<button type="button" class="icon-button viewer-turn ${icon}" aria-label=${label} title=${label} onClick=${turn}>
    <${Icon} name=${icon} />
  </button>`;

  // The picture itself. While it comes, its thumbnail is there, blurred.
  /** @param {import("./rendering.js").Props & Record<string, any>} props */
  function Stage({ model, url, alt, size, zoom, setZoom, turn, close }) {
    const stage = useElement();
    const [come, setCome] = useState("");
    const gestures = useElement();
    gestures.current ??= new Gestures();
    Object.assign(gestures.current, { stage, zoom, setZoom, turn, close });
    const link = model.media.link(url);
    const small = model.media.link(url, true);
    const style = {
      transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`,
      ...(size && fitted(size)),
      ...(come !== link && small && { backgroundImage: `url("${small}")` }),
    };
    const { down, move, up, wheel, double } = gestures.current;
    return html`<div
      ref=${stage}
      class="viewer-stage"
      onPointerDown=${down}
      onPointerMove=${move}
      onPointerUp=${up}
      onPointerCancel=${up}
      onWheel=${wheel}
      onDblClick=${double}
    >
      ${
        model.media.isMissing(url) || come === "broken"
          ? html`<p>${t("pictureBroken")}</p>`
          : html`<img
              class=${come === link ? "" : "coming"}
              src=${link || undefined}
              alt=${alt}
              draggable=${false}
              style=${style}
              onLoad=${() => setCome(link)}
              onError=${() => link && setCome("broken")}
            />`
      }
    </div>`;
  }

  return Viewer;
}

// As large as there is room for, and not larger than it is.
const fitted = ({ width, height }) => ({
  width: `min(${width}px, 100vw, ${(100 * width) / height}dvh)`,
  aspectRatio: `${width} / ${height}`,
});

// What fingers and a mouse do with a picture.
class Gestures {
  /** @type {Map<number, { x: number, y: number }>} where the fingers are */
  fingers = new Map();
  from = { x: 0, y: 0 }; // where the first went down
  pinched = false;
  /** @type {any} */
  stage;
  /** @type {import("./model/zoom.js").Zoom} */
  zoom = WHOLE;
  /** @type {(change: any) => void} */
  setZoom = () => {};
  /** @type {(step: number) => void} */
  turn = () => {};
  /** @type {() => void} */
  close = () => {};

  // From the middle of the stage.
  at({ x, y }) {
    const { left, top, width, height } = this.stage.current.getBoundingClientRect();
    return { x: x - left - width / 2, y: y - top - height / 2 };
  }

  down = (event) => {
    this.stage.current.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.pinched = this.fingers.size > 1;
    if (!this.pinched) this.from = { x: event.clientX, y: event.clientY };
  };

  move = (event) => {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.fingers.set(event.pointerId, now);
    const { width, height } = this.stage.current.getBoundingClientRect();
    const [x, y] = [now.x - before.x, now.y - before.y];
    if (other) {
      const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      const middle = this.at({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
      this.setZoom((zoom) => moved(zoomed(zoom, factor, middle), x / 2, y / 2, { width, height }));
    } else this.setZoom((zoom) => (zoom.scale > 1 ? moved(zoom, x, y, { width, height }) : zoom));
  };

  up = (event) => {
    if (!this.fingers.delete(event.pointerId) || this.fingers.size || this.pinched || event.type === "pointercancel") return;
    if (this.zoom.scale > 1 || event.pointerType === "mouse") return;
    const [x, y] = [event.clientX - this.from.x, event.clientY - this.from.y];
    if (Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y)) this.turn(x < 0 ? 1 : -1);
    else if (y > CLOSE && y > 2 * Math.abs(x)) this.close();
  };

  wheel = (event) => {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002));
    const at = this.at({ x: event.clientX, y: event.clientY });
    this.setZoom((zoom) => zoomed(zoom, factor, at));
  };

  // A double tap comes as this, too.
  double = (event) => {
    const at = this.at({ x: event.clientX, y: event.clientY });
    this.setZoom((zoom) => (zoom.scale > 1 ? WHOLE : zoomed(zoom, DOUBLE, at)));
  };
}
