// Light, dark, or as the system has it.
const KEPT = "hichat.theme";

export const theme = () => localStorage.getItem(KEPT) ?? "auto";

// What surrounds the page (theme-color) has a meta element for each; light stands first, as in the page.
function surround(chosen) {
  /** @type {NodeListOf<HTMLMetaElement>} */
  const metas = document.querySelectorAll("meta[name=theme-color]");
  ["light", "dark"].forEach((name, at) => {
    const wanted = { auto: `(prefers-color-scheme: ${name})`, [name]: "all" };
    metas[at].media = wanted[chosen] ?? "not all";
  });
}

export function applyTheme(chosen = theme()) {
  localStorage.setItem(KEPT, chosen);
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  surround(chosen);
}
