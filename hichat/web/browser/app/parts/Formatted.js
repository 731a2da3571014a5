// What somebody wrote in Markdown. As in Text, all of it is text: the elements are ours.
import { html, useEffect, useElement, useMemo, useState } from "../rendering.js";
import { Icon } from "./Icon.js";
import { Text } from "./Text.js";
import { leadsTo, misleads } from "../model/links.js";
import { t } from "../words/words.js";

const SAID = 2000; // milliseconds for which a button says that something was copied

/**
 * @param {{ tree: import("../model/markdown.js").Node[], mentions?: any[] }} props
 * tree: of model/formatting.js; mentions: {name, own} of those mentioned
 */
export function Formatted({ tree, mentions = [] }) {
  // The same tree looks the same, but for whose names are in it.
  return useMemo(() => blocks(tree, mentions), [tree, mentions.map(({ name, own }) => `${own}${name}`).join("\n")]);
}

/** @param {import("../model/markdown.js").Node[]} nodes */
export function blocks(nodes, mentions) {
  const inside = (/** @type {any} */ node) => blocks(node.children, mentions);
  return nodes.map((node) => {
    switch (node.type) {
      case "paragraph":
        return html`<p dir="auto">${inline(node.children, mentions)}</p>`;
      case "heading":
        return html`<p dir="auto"><strong>${inline(node.children, mentions)}</strong></p>`;
      case "quote":
        return html`<blockquote>${inside(node)}</blockquote>`;
      case "list":
        return node.start === undefined ? html`<ul>${inside(node)}</ul>` : html`<ol class=${node.parenthesis ? "parenthesis" : undefined} start=${node.start}>${inside(node)}</ol>`;
      case "item":
        return html`<li dir="auto" value=${node.start}>${inside(node)}</li>`;
      case "block":
        return html`<${Code} text=${node.text} language=${node.language} />`;
      default:
        return inline([node], mentions);
    }
  });
}

function inline(nodes, mentions, isLinked = false) {
  return nodes.map((node) => {
    if (typeof node === "string") return isLinked ? node : html`<${Text} text=${node} mentions=${mentions} />`;
    const inside = () => inline(node.children, mentions, isLinked || node.type === "link");
    switch (node.type) {
      case "strong":
        return html`<strong>${inside()}</strong>`;
      case "em":
        return html`<em>${inside()}</em>`;
      case "s":
        return html`<s>${inside()}</s>`;
      case "code":
        return html`<code dir="ltr">${node.text}</code>`;
      case "link":
        return link(node, inside());
      default:
        return inside();
    }
  });
}

function link(node, inside) {
  const href = leadsTo(node.address);
  const said = textOf(node.children);
  if (!href) return inside;
  const shown = said.trim() ? inside : href;
  return html`<a href=${href} title=${href} target="_blank" rel="noopener noreferrer nofollow">${shown}</a>${
    said.trim() && misleads(said, href) && html` <span class="leads-to" dir="ltr">(${placeOf(href)})</span>`
  }`;
}

const textOf = (nodes) => nodes.map((node) => (typeof node === "string" ? node : (node.text ?? textOf(node.children)))).join("");

function placeOf(href) {
  const { host, pathname } = new URL(href);
  return host || pathname.slice(0, 100);
}

function Code({ text, language }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SAID);
    return () => clearTimeout(timer);
  }, [copied]);
  const code = useElement();
  // Without https there is no clipboard: then it is selected, to be copied with a key.
  const copy = () =>
    navigator.clipboard
      ? navigator.clipboard.writeText(text).then(() => setCopied(true), () => {})
      : getSelection()?.selectAllChildren(code.current);
  return html`<div class="code-block" dir="ltr">
    <div class="code-head">
      <span>${language}</span>
      <button type="button" class="plain" aria-live="polite" onClick=${copy}><${Icon} name=${copied ? "check" : "copy"} />${copied ? t("copied") : t("copyCode")}</button>
    </div>
    <pre tabindex="0"><code ref=${code}>${text}</code></pre>
  </div>`;
}
