// The password, and the end of the account.
import { html, useState } from "../../rendering.js";
import { Asking } from "./Asking.js";
import { NewPasswordField, PasswordField, isOfOldPassword, isOfPassword } from "../../parts/Field.js";
import { PaneHead } from "../../parts/Rows.js";
import { toldBy } from "../../model/problems.js";
import { hrefOf } from "../../model/route.js";
import { saveExport } from "../../parts/exporting.js";
import { language, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Account({ model }) {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [problem, setProblem] = useState("");
  const [ofOld, setOfOld] = useState("");
  const [deleting, setDeleting] = useState(false);
  const change = async (event) => {
    event.preventDefault();
    setProblem("");
    setOfOld("");
    const told = (error) => toldBy(setProblem, isOfPassword)(error) || toldBy(setOfOld, isOfOldPassword)(error);
    if (await model.attempt(() => model.link.ask("changePassword", old, fresh, language()), t("passwordChanged"), told)) {
      setOld("");
      setFresh("");
    }
  };
  return html`<div class="page">
    <${PaneHead} title=${t("account")} back=${hrefOf("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${change}>
        <h2>${t("changePassword")}</h2>
        <p class="dim">${t("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${model.me?.name ?? ""} readonly tabindex="-1" aria-hidden="true" />
        <${PasswordField} label=${t("oldPassword")} problem=${ofOld} value=${old} change=${setOld} required autocomplete="current-password" />
        <${NewPasswordField} label=${t("newPassword")} problem=${problem} value=${fresh} change=${setFresh} />
        <div class="actions"><button class="primary">${t("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${t("yourData")}</h2>
        <p class="dim">${t("yourDataHint")}</p>
        <div class="actions"><button type="button" onClick=${() => saveExport(model, "/me/export", t("dataComes"))}>${t("downloadData")}</button></div>
      </div>
      <div class="form">
        <h2>${t("deleteAccount")}</h2>
        <p class="dim">${t("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${() => setDeleting(true)}>${t("deleteAccount")}</button></div>
      </div>
    </div>
    ${deleting && html`<${Deletion} model=${model} close=${() => setDeleting(false)} />`}
  </div>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Deletion({ model, close }) {
  const work = async (proof) => {
    await model.api.post("/me/deletion", proof);
    close();
    location.hash = "";
    await model.link.ask("forget");
  };
  const words = { title: t("deleteAccount"), text: t("deleteAccountQuestion"), action: t("deleteAccount") };
  return html`<${Asking} model=${model} ...${words} danger close=${close} work=${work} />`;
}
