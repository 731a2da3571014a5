// What components make, as short HTML: without classes and what else says only how it looks.
const KEPT = new Set(["href", "start", "value"]);
const BLOCKS = new Set(["p", "ul", "ol", "li", "blockquote", "Code"]);

/** @returns {string} */
export function textOf(node) {
  if (Array.isArray(node)) {
    let before = null;
    return node
      .map((child) => {
        const kind = child?.type?.name ?? child?.type;
        const line = BLOCKS.has(kind) && BLOCKS.has(before) ? "\n" : "";
        before = kind;
        return line + textOf(child);
      })
      .join("");
  }
  if (node === null || node === undefined || typeof node === "boolean") return "";
  if (typeof node !== "object") return String(node).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const { type, props } = node;
  if (type.name === "Code") return `<Code ${props.language}>${textOf(props.text)}</Code>`;
  if (typeof type === "function") return textOf(type(props));
  const attributes = Object.entries(props).filter(([name, value]) => KEPT.has(name) && value !== undefined);
  return `<${type}${attributes.map(([name, value]) => ` ${name}="${value}"`).join("")}>${textOf(props.children)}</${type}>`;
}
