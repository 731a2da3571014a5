// What others see of oneself, and what only oneself does.
import { html, useEffect, useState } from "../../rendering.js";
import { Field } from "../../parts/Field.js";
import { PaneHead } from "../../parts/Rows.js";
import { PictureField } from "../../parts/PictureField.js";
import { explain } from "../../model/problems.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Profile({ model }) {
  if (!model.me) return null;
  return html`<div class="page">
    <${PaneHead} title=${t("profile")} back=${hrefOf("settings")} />
    <div class="page-body"><${Form} model=${model} /></div>
  </div>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Form({ model }) {
  const [given, setGiven] = useState(model.me);
  const [known, setKnown] = useState(model.me);
  // It was changed elsewhere: what is not being edited here follows.
  useEffect(() => {
    const follow = (before) => (name) => [name, before[name] === known[name] ? model.me[name] : before[name]];
    setGiven((before) => Object.fromEntries(Object.keys(model.me).map(follow(before))));
    setKnown(model.me);
  }, [model.me]);
  const set = (name) => (value) => setGiven({ ...given, [name]: value });
  const [wrong, setWrong] = useState(/** @type {Record<string, string>} */ ({}));
  const save = (event) => {
    event.preventDefault();
    const names = ["displayName", "name", "gender", "bio", "phone", "email"];
    const changed = Object.fromEntries(names.filter((name) => given[name] !== model.me[name]).map((name) => [name, given[name]]));
    model.attempt(async () => {
      const refused = await saved(model, changed);
      model.people.know(model.me);
      // What was refused stays as it was typed, with the reason.
      setGiven({ ...model.me, ...Object.fromEntries(Object.keys(refused).map((name) => [name, given[name]])) });
      setWrong(refused);
      if (!Object.keys(refused).length) model.toast(t("saved"));
    });
  };
  // A picture is no draft: it is seen as soon as it is chosen, so it is kept at once.
  const picture = (avatar) =>
    model.attempt(async () => {
      model.me = await model.api.patch("/me", { avatar });
      model.people.know(model.me);
      setGiven((before) => ({ ...before, avatar: model.me.avatar }));
    }, t("saved"));
  return html`<form class="form" onSubmit=${save}>
    <${PictureField} model=${model} id=${model.state.user} name=${given.displayName} value=${given.avatar} change=${picture} />
    <${Field} label=${t("displayName")} hint=${t("displayNameHint")} value=${given.displayName} change=${set("displayName")} problem=${wrong.displayName} maxlength="64" autocomplete="nickname" />
    <${Field} label=${t("bio")} value=${given.bio} change=${set("bio")} problem=${wrong.bio} rows="3" maxlength="1024" />
    <${Field} label=${t("gender")} value=${given.gender} change=${set("gender")} problem=${wrong.gender} maxlength="16" autocomplete="off" />
    <${Field} label=${t("loginName")} hint=${t("loginNameHint")} value=${given.name} change=${set("name")} problem=${wrong.name} required maxlength="64" autocomplete="username" />
    <h2>${t("onlyYouSee")}</h2>
    <${Field} label=${t("phone")} value=${given.phone} change=${set("phone")} problem=${wrong.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${Field} label=${t("email")} value=${given.email} change=${set("email")} problem=${wrong.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${t("save")}</button></div>
  </form>`;
}

// Save fields of one's profile; one that is wrong does not keep the others from it. @return the reasons, by field.
async function saved(model, changed) {
  /** @type {Record<string, string>} */
  const refused = {};
  while (Object.keys(changed).length) {
    try {
      model.me = await model.api.patch("/me", changed);
      break;
    } catch (error) {
      const { field } = error;
      if (!(field in changed)) throw error;
      refused[field] = explain(error);
      delete changed[field];
    }
  }
  return refused;
}
