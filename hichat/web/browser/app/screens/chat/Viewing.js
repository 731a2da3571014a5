// The view of a picture as large as the window. It comes when a picture is opened first: the page does without it until then.
import * as rendering from "../../rendering.js";
import { Icon, IconButton } from "../../parts/Icon.js";
import { useClosedByBack } from "../../parts/back.js";
import { useModal } from "../../parts/Dialog.js";
import { loadViewer } from "../../later.js";
import { textOf } from "../../model/plain.js";
import { fullTime, sizeOf, t } from "../../words/words.js";

const { html, useEffect, useState } = rendering;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Viewing({ model, viewer }) {
  const [Viewer, setViewer] = useState(/** @type {any} */ (null));
  useEffect(() => {
    loadViewer().then(
      ({ makeViewer }) => setViewer(() => makeViewer(rendering, { Icon, IconButton, useClosedByBack, useModal }, { fullTime, sizeOf, t, textOf })),
      () => {
        model.viewer = null;
        model.toast(t("offlineProblem"), "problem");
      },
    );
  }, []);
  return Viewer && html`<${Viewer} model=${model} viewer=${viewer} />`;
}
